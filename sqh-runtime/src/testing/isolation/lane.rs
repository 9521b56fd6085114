//! [`Lane`]: what one tenant does, one operation after the other, and what it sees.

mod crowd;
mod shared;
mod transaction;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqh_model::schema::ModelDef;
use sqh_model::{Error, ErrorKind, Result, Row};

pub(super) use self::shared::Visit;
use super::call::{Answer, Call, error_text};
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
use crate::tenancy::{FOREIGN_ROW, Place};

/// How many operations are told of a failure.
const TRAIL: usize = 40;

/// How often a look at all records is tried again.
pub(super) const LOOKS: u32 = 400;

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
    /// How many callers there are at the same time, at most.
    callers: u32,
    visit: Option<Visit>,
    pub(super) walks: Walks,
    pub(super) operations: u64,
    /// How often several callers were at work at the same time.
    pub(super) crowds: u64,
    /// How often shared records were asked for.
    pub(super) visits: u64,
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
    /// How many callers there are at the same time, at most.
    pub(super) callers: u32,
    pub(super) visit: Option<Visit>,
}

type Seen<T = ()> = std::result::Result<T, Violation>;

impl Lane {
    pub(super) fn new(setup: Setup) -> Self {
        let Setup { cx, platform, faces, draw, marks, mark, dropped, callers, visit } = setup;
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
            callers,
            visit,
            walks: Walks::default(),
            operations: 0,
            crowds: 0,
            visits: 0,
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
            match self.draw.number(100) {
                0..10 if !self.is_unsettled => self.in_transaction().await?,
                10..13 if !self.is_unsettled && self.callers > 1 => self.crowd().await?,
                13..20 if self.visit.is_some() => self.visit().await?,
                _ => self.alone().await?,
            }
            count.fetch_add(self.operations - before, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Asks for something outside of transactions.
    async fn alone(&mut self) -> Seen {
        let (at, call) = self.next(self.is_unsettled)?;
        let ways = self.faces[at].ways(&call);
        let (way, polls) = (self.draw.pick(&ways), self.polls());
        self.perform(at, way, &call, polls).await
    }

    /// Walks a path that few calls lead to, if a model has one of those calls.
    pub(super) async fn seek(&mut self, path: &str) -> Seen {
        self.settle().await?;
        if let Some(way) = Call::Refresh.ways().1.iter().find(|way| **way == path) {
            return self.perform(0, way, &Call::Refresh, None).await;
        }
        for _ in 0..SOUGHT {
            let (at, call) = self.next(false)?;
            let (ways, beyond) = call.ways();
            if let Some(way) = ways.iter().chain(beyond).find(|way| **way == path) {
                return self.perform(at, way, &call, None).await;
            }
        }
        self.seek_shared(path).await
    }

    async fn perform(&mut self, at: usize, way: &'static str, call: &Call, polls: Option<u32>) -> Seen {
        self.operations += 1;
        let (records, postgres) = (self.platform.records(), self.platform.postgres());
        let outcome = self.ask(Door::Platform(&records, &postgres), at, way, call, polls).await?;
        let judged = judged(outcome.as_ref());
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
        let mark = Arc::clone(&self.mark);
        self.saw(face.def(), way, call, outcome.as_ref(), &mark)?;
        Ok(outcome)
    }

    /// Notes what came, and looks for what is another's than the owner of the canary `own`.
    fn saw(
        &mut self,
        def: &'static ModelDef,
        way: &'static str,
        call: &Call,
        outcome: Option<&Result<Answer>>,
        own: &str,
    ) -> Seen {
        self.walks.note(way, outcome);
        self.note(format!("{}.{way} {call:?} -> {}", def.name, told(outcome)));
        let mut foreign = None;
        if let Some(Ok(answer)) = outcome {
            answer.texts(&mut |text| foreign = foreign.take().or_else(|| self.marks.foreign(own, text)));
        }
        match foreign {
            Some(text) => Err(self.violation(format!("what came back holds another tenant's canary: {text}"))),
            None => self.check_error(outcome, own),
        }
    }

    fn check_error<T>(&self, outcome: Option<&Result<T>>, own: &str) -> Seen {
        let Some(Err(error)) = outcome else { return Ok(()) };
        if let Some(text) = self.marks.foreign(own, &error_text(error)) {
            return Err(self.violation(format!("an error holds another tenant's canary: {text}")));
        }
        // The caller was spared, and yet a statement has gone astray.
        match error.message() {
            FOREIGN_ROW => Err(self.violation(format!("a statement was not the tenant's own: {error}"))),
            _ => Ok(()),
        }
    }

    /// Waits until nothing of the past can happen any more, and looks at all records.
    pub(super) async fn settle(&mut self) -> Seen {
        if let Some(databases) = self.platform.manager() {
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

/// What an outcome is to the judge.
fn judged(outcome: Option<&Result<Answer>>) -> Outcome<'_> {
    match outcome {
        Some(Ok(answer)) => Outcome::Answered(answer),
        Some(Err(error)) if !is_uncertain(error) => Outcome::Refused(error),
        _ => Outcome::Unknown,
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
