//! [`Lane`]: what one tenant does, one operation after the other, and what it sees.

mod transaction;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqh_model::{Error, ErrorKind, Result, Row};

use super::call::{Answer, Call, outcome_texts};
use super::draw::Draw;
use super::drop_after::drop_after;
use super::expect::Expected;
use super::face::{Door, Face};
use super::judge::Outcome;
use super::marks::Marks;
use super::paths::Walks;
use super::step::Step;
use super::which::{Asked, Which};
use crate::platform::Platform;
use crate::scope::{Cx, Tenant};
use crate::tenancy::Place;

/// How many operations are told of a failure.
const TRAIL: usize = 40;

/// How often a look at all records is tried again.
const LOOKS: u32 = 400;

/// How many calls are drawn to find one that leads to a path.
const SOUGHT: u32 = 5_000;

/// One tenant at work.
pub(super) struct Lane {
    pub(super) slug: String,
    cx: Cx<Tenant>,
    platform: Platform,
    faces: Arc<[Arc<dyn Face>]>,
    draw: Draw,
    expected: Expected,
    /// What the records are if the transaction that is open is kept.
    pending: Option<Expected>,
    /// Whether that transaction has been asked to be kept.
    is_committing: bool,
    /// Something may have happened or not.
    is_unsettled: bool,
    marks: Arc<Marks>,
    mark: Arc<str>,
    pub(super) dropped: u32,
    pub(super) walks: Walks,
    pub(super) operations: u64,
    trail: VecDeque<String>,
}

/// What cannot be, and the operations that led to it.
#[derive(Debug)]
pub(super) struct Violation {
    pub(super) slug: String,
    pub(super) reason: String,
    pub(super) trail: Vec<String>,
}

/// What a lane is made of.
pub(super) struct Setup {
    pub(super) cx: Cx<Tenant>,
    pub(super) platform: Platform,
    pub(super) faces: Arc<[Arc<dyn Face>]>,
    pub(super) draw: Draw,
    pub(super) marks: Arc<Marks>,
    pub(super) mark: Arc<str>,
    /// In how many of a hundred operations the caller goes away.
    pub(super) dropped: u32,
}

type Seen<T = ()> = std::result::Result<T, Violation>;

impl Lane {
    pub(super) fn new(setup: Setup) -> Self {
        let Setup { cx, platform, faces, draw, marks, mark, dropped } = setup;
        Self {
            slug: cx.tenant().to_owned(),
            cx,
            platform,
            expected: Expected::new(faces.iter().map(|face| face.def())),
            faces,
            draw,
            pending: None,
            is_committing: false,
            is_unsettled: false,
            marks,
            mark,
            dropped,
            walks: Walks::default(),
            operations: 0,
            trail: VecDeque::new(),
        }
    }

    /// Where the tenant's tables are.
    pub(super) fn place(&self) -> Arc<Place> {
        let tenant = self.cx.scope().tenant.as_ref().map(|tenant| tenant.record());
        Arc::clone(tenant.expect("a tenant's scope is made of a tenant").place())
    }

    /// Does some operations.
    pub(super) async fn run(&mut self, operations: u64, count: &AtomicU64) -> Seen {
        let end = self.operations + operations;
        while self.operations < end {
            let before = self.operations;
            if self.is_unsettled && self.draw.chance(60) {
                self.settle().await?;
            }
            if !self.is_unsettled && self.draw.chance(10) {
                self.in_transaction().await?;
            } else {
                self.alone().await?;
            }
            count.fetch_add(self.operations - before, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Asks for something outside of transactions.
    async fn alone(&mut self) -> Seen {
        let (at, call) = self.next(self.is_unsettled)?;
        let (ways, beyond) = call.ways();
        let ways: Vec<&'static str> = ways.iter().chain(beyond).copied().collect();
        let (way, polls) = (self.draw.pick(&ways), self.polls());
        self.perform(at, way, &call, polls).await
    }

    /// Walks a path that few calls lead to, if a model has one of those calls.
    pub(super) async fn seek(&mut self, path: &str) -> Seen {
        self.settle().await?;
        for _ in 0..SOUGHT {
            let (at, call) = self.next(false)?;
            let (ways, beyond) = call.ways();
            if let Some(way) = ways.iter().chain(beyond).find(|way| **way == path) {
                return self.perform(at, way, &call, None).await;
            }
        }
        Ok(())
    }

    async fn perform(&mut self, at: usize, way: &'static str, call: &Call, polls: Option<u32>) -> Seen {
        self.operations += 1;
        let (records, postgres) = (self.platform.records(), self.platform.postgres());
        let outcome = self.ask(Door::Platform(&records, &postgres), at, way, call, polls).await?;
        let judged = match &outcome {
            Some(Ok(answer)) => Outcome::Answered(answer),
            Some(Err(error)) if !is_uncertain(error) => Outcome::Refused(error),
            _ => Outcome::Unknown,
        };
        self.is_unsettled |= call.is_write() && matches!(judged, Outcome::Unknown);
        // What refers to a record that goes may go too: a look tells.
        let is_delete = matches!(call, Call::Delete(_) | Call::DeleteWhere(_));
        self.is_unsettled |= is_delete && self.expected.is_referred_to(self.faces[at].def());
        let verdict = self.expected.judge(at, way, call, &judged);
        verdict.map_err(|reason| self.violation(reason))
    }

    /// Draws a call.
    fn next(&mut self, reads_only: bool) -> Seen<(usize, Call)> {
        let at = self.draw.rng.usize(0..self.faces.len());
        let expected = self.pending.as_ref().unwrap_or(&self.expected);
        let mut step = Step { draw: &mut self.draw, face: &*self.faces[at], expected, at };
        let is_read = reads_only || step.draw.chance(45);
        let call = if is_read { step.read() } else { step.write() };
        call.map(|call| (at, call)).map_err(|error| self.violation(error.to_string()))
    }

    fn polls(&mut self) -> Option<u32> {
        self.draw.chance(self.dropped).then(|| self.draw.number(8))
    }

    /// Asks, notes what came, and looks for what is another's. `None` if the caller went away.
    async fn ask(
        &mut self,
        door: Door<'_>,
        at: usize,
        way: &'static str,
        call: &Call,
        polls: Option<u32>,
    ) -> Seen<Option<Result<Answer>>> {
        let face = Arc::clone(&self.faces[at]);
        let outcome = drop_after(face.ask(door, &self.cx, way, call.clone()), polls).await;
        self.walks.note(way, outcome.as_ref());
        self.note(format!("{}.{way} {call:?} -> {}", face.def().name, told(outcome.as_ref())));
        if let Some(outcome) = &outcome {
            self.check_marks(outcome)?;
        }
        Ok(outcome)
    }

    fn check_marks(&self, outcome: &Result<Answer>) -> Seen {
        let mut foreign = None;
        outcome_texts(outcome, &mut |text| {
            if foreign.is_none() {
                foreign = self.marks.foreign(&self.mark, text);
            }
        });
        match foreign {
            Some(text) => Err(self.violation(format!("what came back holds another tenant's canary: {text}"))),
            None => Ok(()),
        }
    }

    /// Waits until nothing of the past can happen any more, and looks at all records.
    pub(super) async fn settle(&mut self) -> Seen {
        if let Some(databases) = self.platform.databases() {
            databases.store().let_go().await;
        }
        for at in 0..self.faces.len() {
            let rows = self.look(at).await?;
            let reconciled = self.expected.tables[at].reconcile(rows);
            reconciled.map_err(|reason| self.violation(format!("what is stored cannot be: {reason}")))?;
        }
        self.is_unsettled = false;
        Ok(())
    }

    async fn look(&mut self, at: usize) -> Seen<Vec<Row>> {
        let call = Call::List(Asked { which: Which::All, order: None, limit: None, offset: 0 });
        let (records, postgres) = (self.platform.records(), self.platform.postgres());
        for _ in 0..LOOKS {
            match self.ask(Door::Platform(&records, &postgres), at, "stream", &call, None).await? {
                Some(Ok(Answer::Rows(rows))) => return Ok(rows),
                Some(Err(error)) if !is_uncertain(&error) && error.kind() != ErrorKind::Denied => break,
                _ => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
        Err(self.violation("the tenant's records cannot be read".to_owned()))
    }

    fn note(&mut self, line: String) {
        if self.trail.len() == TRAIL {
            self.trail.pop_front();
        }
        self.trail.push_back(format!("{:>8}  {line}", self.operations));
    }

    fn violation(&self, reason: String) -> Violation {
        Violation { slug: self.slug.clone(), reason, trail: self.trail.iter().cloned().collect() }
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane").field("slug", &self.slug).field("operations", &self.operations).finish_non_exhaustive()
    }
}

/// Whether an operation that failed so may have had its effect.
fn is_uncertain(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Overloaded | ErrorKind::Unavailable | ErrorKind::Internal)
}

fn told<T: fmt::Debug>(outcome: Option<&Result<T>>) -> String {
    match outcome {
        None => "dropped".to_owned(),
        Some(Ok(answer)) => format!("{answer:?}"),
        Some(Err(error)) => format!("{:?}: {error}", error.kind()),
    }
}
