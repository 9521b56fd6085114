//! [`Observation`]: one operation, from its start to its end.

use std::sync::Arc;
use std::time::Instant;

use sqh_model::{Error, ErrorKind, Result};
use tracing::Span;
use tracing::field::Empty;

use super::meter::Kind;
use super::stream::counted;
use super::{Meter, Metrics};
use crate::op::{Op, Operation, Reply};
use crate::scope::Scope;

/// What was dropped before it ended.
const CANCELLED: &str = "cancelled";

/// An operation under way. Dropped before it is [finished](Observation::finish), it was cancelled.
#[derive(Debug)]
pub(crate) struct Observation {
    meter: Arc<Meter>,
    kind: Kind,
    expected: Expected,
    started: Instant,
    span: Span,
    is_open: bool,
}

/// What the reply of an operation counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Expected {
    writes: bool,
    batch: bool,
}

/// How many records an operation returned, and how many it created, changed or deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) returned: Option<u64>,
    pub(crate) affected: Option<u64>,
}

impl Observation {
    pub(crate) fn start(metrics: &Metrics, scope: &Scope, operation: &Operation) -> Self {
        let tenant = scope.tenant.as_ref().map(|tenant| tenant.slug());
        let Operation { model, op } = operation;
        let kind = Kind::new(model.storage.backend, op);
        let span = tracing::info_span!(
            "sqh.operation",
            otel.name = %format_args!("{} {}", kind.operation, model.name),
            otel.kind = "internal",
            otel.status_code = Empty,
            db.system.name = kind.system,
            db.operation.name = kind.operation,
            db.collection.name = model.table,
            db.response.returned_rows = Empty,
            db.operation.batch.size = Empty,
            error.type = Empty,
            sqh.group = model.group,
            sqh.model = model.name,
            sqh.tenant = tenant,
            sqh.user = scope.principal.identity().map(|identity| identity.user_id.as_str()),
            sqh.system_reason = scope.principal.system_reason(),
            sqh.affected_rows = Empty,
        );
        let expected = Expected { writes: op.is_write(), batch: matches!(op, Op::BatchCreate { .. }) };
        Self { meter: metrics.meter(tenant), kind, expected, started: Instant::now(), span, is_open: true }
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Records how it ended. A stream ends later, which is when it is recorded.
    pub(crate) fn finish(mut self, outcome: Result<Reply>) -> Result<Reply> {
        match outcome {
            Ok(Reply::Stream(rows)) => {
                let span = self.span();
                Ok(Reply::Stream(counted(rows, span, move |rows, error| self.end(rows, error.map(error_type)))))
            }
            Ok(reply) => {
                let rows = Rows::of(&reply, self.expected.writes);
                self.end(rows, None);
                Ok(reply)
            }
            Err(error) => {
                self.end(Rows::default(), Some(error_type(&error)));
                Err(error)
            }
        }
    }

    fn end(&mut self, rows: Rows, error: Option<&'static str>) {
        if !std::mem::replace(&mut self.is_open, false) {
            return;
        }
        self.meter.operation(self.kind, self.started.elapsed(), rows, error);
        if self.span.is_disabled() {
            return;
        }
        rows.record(&self.span, self.expected.batch);
        if let Some(affected) = rows.affected {
            self.span.record("sqh.affected_rows", affected);
        }
        if let Some(error) = error {
            record_error(&self.span, error);
        }
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        self.end(Rows::default(), Some(CANCELLED));
    }
}

impl Rows {
    /// What a reply counts: of a write, the records in it are those that were written.
    pub(crate) fn of(reply: &Reply, writes: bool) -> Self {
        let records = match reply {
            Reply::Row(row) => Some(u64::from(row.is_some())),
            Reply::Rows(rows) => Some(rows.len() as u64),
            Reply::Table(table) => Some(table.rows.len() as u64),
            _ => None,
        };
        let affected = match reply {
            Reply::Count(count) => Some(*count),
            _ => records,
        };
        Self { returned: records, affected: affected.filter(|_| writes) }
    }

    pub(crate) fn record(self, span: &Span, batch: bool) {
        if let Some(returned) = self.returned {
            span.record("db.response.returned_rows", returned);
        }
        if let Some(size) = self.affected.filter(|_| batch) {
            span.record("db.operation.batch.size", size);
        }
    }
}

/// What an error counts as.
pub(crate) fn error_type(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => "not_found",
        ErrorKind::Conflict => "conflict",
        ErrorKind::Invalid => "invalid",
        ErrorKind::Denied => "denied",
        ErrorKind::Unsupported => "unsupported",
        ErrorKind::Overloaded => "overloaded",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::Internal => "internal",
        // What OpenTelemetry calls an error of no class.
        _ => "_OTHER",
    }
}

pub(crate) fn record_error(span: &Span, error: &'static str) {
    span.record("error.type", error);
    span.record("otel.status_code", "ERROR");
}
