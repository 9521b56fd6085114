//! Several callers of one tenant at the same time, alone and in transactions.
//!
//! Nobody knows the order in which the server does what they ask, so a record may be whatever any order
//! makes of it, until a look at the records tells what it is.

use std::sync::Arc;

use futures::future::join_all;
use sqh_model::{Error, ErrorKind, Result};

use super::super::call::{Answer, Call};
use super::super::drop_after::drop_after;
use super::super::expect::Expected;
use super::super::face::Door;
use super::super::judge::Outcome;
use super::{Lane, Seen};

/// How many calls one of them makes at most.
const CALLS: u32 = 2;

/// One of the callers.
struct Caller {
    asks: Vec<Ask>,
    /// Whether the calls are one transaction, and whether it is kept.
    transaction: Option<bool>,
    /// After how many polls the caller goes away.
    polls: Option<u32>,
}

/// A call of theirs.
struct Ask {
    at: usize,
    way: &'static str,
    call: Call,
}

impl Lane {
    /// Lets some callers ask at the same time.
    pub(super) async fn crowd(&mut self) -> Seen {
        let count = 2 + self.draw.number(self.callers.saturating_sub(1));
        let callers = (0..count).map(|_| self.caller()).collect::<Seen<Vec<_>>>()?;
        let before = self.expected.clone();
        // Any order of the calls is in here, with any of them left out.
        let asks = || callers.iter().flat_map(|caller| &caller.asks);
        for _ in asks() {
            asks().for_each(|ask| self.expected.unknown(ask.at, &ask.call));
        }
        self.is_unsettled = true;
        self.crowds += 1;
        self.note(format!("{count} callers at the same time"));
        let seen = join_all(callers.iter().map(|caller| self.let_ask(caller))).await;
        for (caller, (outcomes, end)) in callers.iter().zip(&seen) {
            if let Some(way) = caller.transaction.map(|_| "begin") {
                self.walks.note(way, end.as_ref());
                self.note(format!("{way} ends: {}", super::told(end.as_ref())));
                self.check_error(end.as_ref(), &self.mark)?;
            }
            for (Ask { at, way, call }, outcome) in caller.asks.iter().zip(outcomes) {
                self.operations += 1;
                let mark = Arc::clone(&self.mark);
                let def = self.faces[*at].def();
                self.saw(def, way, call, outcome.as_ref(), &mark)?;
                // What is learnt from one of them does not hold beside the others.
                let verdict = self.expected.clone().judge(*at, way, call, &super::judged(outcome.as_ref()));
                verdict.map_err(|reason| self.violation(reason))?;
            }
        }
        for (caller, (outcomes, end)) in callers.iter().zip(&seen) {
            let is_kept = caller.transaction != Some(false) && matches!(end, Some(Ok(())));
            for (ask, outcome) in caller.asks.iter().zip(outcomes).filter(|_| is_kept) {
                self.learn(ask, outcome.as_ref(), &before, asks())?;
            }
        }
        self.settle().await
    }

    /// What is known of a table that nobody else has written to.
    fn learn<'a>(
        &mut self,
        ask: &Ask,
        outcome: Option<&Result<Answer>>,
        before: &Expected,
        mut asks: impl Iterator<Item = &'a Ask>,
    ) -> Seen {
        let is_delete = |call: &Call| matches!(call, Call::Delete(_) | Call::DeleteWhere(_));
        let is_apart = |other: &Ask| {
            std::ptr::eq(other, ask) || !other.call.is_write() || other.at != ask.at && !is_delete(&other.call)
        };
        let judged = super::judged(outcome);
        if ask.call.is_write() && !matches!(judged, Outcome::Unknown) && asks.all(is_apart) {
            let mut exact = before.clone();
            let verdict = exact.judge(ask.at, ask.way, &ask.call, &judged);
            verdict.map_err(|reason| self.violation(reason))?;
            self.expected.tables[ask.at] = exact.tables.swap_remove(ask.at);
        }
        Ok(())
    }

    fn caller(&mut self) -> Seen<Caller> {
        let transaction = self.draw.chance(30).then(|| self.draw.chance(70));
        let mut asks = Vec::new();
        for _ in 0..=self.draw.number(CALLS) {
            let (at, call) = self.next(false)?;
            let (ways, beyond) = call.ways();
            let beyond = if transaction.is_some() { &[] } else { beyond };
            let ways: Vec<&'static str> = ways.iter().chain(beyond).copied().collect();
            if !ways.is_empty() {
                asks.push(Ask { at, way: self.draw.pick(&ways), call });
            }
        }
        Ok(Caller { asks, transaction, polls: self.polls() })
    }

    /// What came of each call that was made, and of the whole; nothing came to a caller who went away.
    async fn let_ask(&self, caller: &Caller) -> (Vec<Option<Result<Answer>>>, Option<Result<()>>) {
        let mut outcomes = Vec::new();
        let end = drop_after(self.ask_all(caller, &mut outcomes), caller.polls).await;
        if end.is_none() && outcomes.len() < caller.asks.len() {
            outcomes.push(None);
        }
        (outcomes, end)
    }

    async fn ask_all(&self, caller: &Caller, outcomes: &mut Vec<Option<Result<Answer>>>) -> Result<()> {
        let (records, postgres) = (self.platform.records(), self.platform.postgres());
        let Some(keep) = caller.transaction else {
            for Ask { at, way, call } in &caller.asks {
                let door = Door::Platform(&records, &postgres);
                outcomes.push(Some(self.faces[*at].ask(door, &self.cx, way, call.clone()).await));
            }
            return Ok(());
        };
        let transaction = records.begin(&self.cx).await?;
        for Ask { at, way, call } in &caller.asks {
            let door = Door::Transaction(&transaction);
            let outcome = self.faces[*at].ask(door, &self.cx, way, call.clone()).await;
            let has_failed = outcome.as_ref().is_err_and(|error| error.kind() != ErrorKind::NotFound);
            outcomes.push(Some(outcome));
            if has_failed {
                transaction.rollback().await?;
                return Err(Error::conflict("what has failed is undone"));
            }
        }
        if keep { transaction.commit().await } else { transaction.rollback().await }
    }
}
