//! [`Meter`]: the metrics of one tenant.
//!
//! Keys are made once and kept, so that an operation allocates nothing. Handles are not: they would
//! be tied to the recorder of the first operation, and one may be installed later.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Key, Label, SharedString};
use sqh_model::schema::StorageBackend;

use super::Rows;
use super::metrics::{AFFECTED, DURATION, METADATA, RETURNED, WAIT_TIME};
use crate::op::Op;

/// The metrics of one tenant, of those who share a label, or of shared models.
#[derive(Debug)]
pub(crate) struct Meter {
    tenant: Option<SharedString>,
    /// One for each kind of operation, made when it is first used.
    keys: [OnceLock<Box<Keys>>; KINDS],
    /// Of the first server that was waited for: most tenants have one.
    wait: OnceLock<(Box<str>, Key)>,
}

#[derive(Debug)]
struct Keys {
    duration: Key,
    returned: Key,
    affected: Key,
}

/// What is measured: an operation on the records of a system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) system: &'static str,
    pub(crate) operation: &'static str,
    position: usize,
}

impl Kind {
    pub(crate) fn new(storage: StorageBackend, op: &Op) -> Self {
        let (system, column) = match storage {
            StorageBackend::Postgres => ("postgresql", 0),
            StorageBackend::TerminusDb => ("terminusdb", 1),
        };
        Self { system, operation: op.name(), position: SYSTEMS * position(op) + column }
    }
}

impl Meter {
    pub(super) fn new(tenant: Option<&str>) -> Self {
        let tenant = tenant.map(|tenant| tenant.to_owned().into());
        Self { tenant, keys: [const { OnceLock::new() }; KINDS], wait: OnceLock::new() }
    }

    /// Records an operation that has ended; `error` is what kind of error it ended with.
    pub(super) fn operation(&self, kind: Kind, took: Duration, rows: Rows, error: Option<&'static str>) {
        let keys = self.keys[kind.position].get_or_init(|| Box::new(self.keys(kind)));
        let seconds = took.as_secs_f64();
        metrics::with_recorder(|recorder| {
            let record = |key: &Key, value: f64| recorder.register_histogram(key, &METADATA).record(value);
            match error {
                None => record(&keys.duration, seconds),
                Some(error) => record(&self.failed(kind, error), seconds),
            }
            for (key, rows) in [(&keys.returned, rows.returned), (&keys.affected, rows.affected)] {
                if let Some(rows) = rows {
                    record(key, rows as f64);
                }
            }
        });
    }

    /// Records how long an operation waited for a connection to a server.
    pub(crate) fn wait(&self, server: &str, waited: Duration) {
        let record = |key: &Key| {
            metrics::with_recorder(|recorder| recorder.register_histogram(key, &METADATA).record(waited.as_secs_f64()));
        };
        match self.wait.get_or_init(|| (server.into(), self.wait_key(server))) {
            (of, key) if **of == *server => record(key),
            _ => record(&self.wait_key(server)),
        }
    }

    fn wait_key(&self, server: &str) -> Key {
        let mut labels = vec![Label::new("db.client.connection.pool.name", server.to_owned())];
        labels.extend(self.tenant());
        Key::from_parts(WAIT_TIME, labels)
    }

    fn keys(&self, kind: Kind) -> Keys {
        let key = |name| Key::from_parts(name, self.labels(kind));
        Keys { duration: key(DURATION), returned: key(RETURNED), affected: key(AFFECTED) }
    }

    fn failed(&self, kind: Kind, error: &'static str) -> Key {
        let mut labels = self.labels(kind);
        labels.push(Label::from_static_parts("error.type", error));
        Key::from_parts(DURATION, labels)
    }

    fn labels(&self, kind: Kind) -> Vec<Label> {
        let mut labels = vec![
            Label::from_static_parts("db.system.name", kind.system),
            Label::from_static_parts("db.operation.name", kind.operation),
        ];
        labels.extend(self.tenant());
        labels
    }

    fn tenant(&self) -> Option<Label> {
        self.tenant.as_ref().map(|tenant| Label::new("sqh.tenant", tenant.clone()))
    }
}

const SYSTEMS: usize = 2;
const KINDS: usize = SYSTEMS * 24;

fn position(op: &Op) -> usize {
    match op {
        Op::Get { .. } => 0,
        Op::List(_) => 1,
        Op::Search { .. } => 2,
        Op::FuzzySearch { .. } => 3,
        Op::Select { .. } => 4,
        Op::Count { .. } => 5,
        Op::Create(_) => 6,
        Op::Upsert { .. } => 7,
        Op::Update { .. } => 8,
        Op::UpdateWhere { .. } => 9,
        Op::Delete { .. } => 10,
        Op::DeleteWhere { .. } => 11,
        Op::BatchCreate { .. } => 12,
        Op::Stream(_) => 13,
        Op::Explain(_) => 14,
        Op::Begin => 15,
        Op::Report(_) => 16,
        Op::Sql(_) => 17,
        Op::Related { .. } => 18,
        Op::FullTextSearch(_) => 19,
        Op::StreamReport(_) => 20,
        Op::JoinShared(_) => 21,
        Op::Refresh => 22,
        Op::Freshness => 23,
    }
}
