//! Transactions of a tenant: kept, undone or dropped on the way, with savepoints in them.

use futures::future::BoxFuture;
use sqh_model::{Error, ErrorKind, Result};

use super::super::drop_after::drop_after;
use super::super::face::Door;
use super::super::judge::Outcome;
use super::{Lane, Seen, Violation, is_uncertain, told};
use crate::service::Transaction;

/// How deep savepoints nest.
const DEPTH: u32 = 2;

impl Lane {
    /// A transaction, kept, undone or dropped on the way.
    pub(super) async fn in_transaction(&mut self) -> Seen {
        self.pending = Some(self.expected.clone());
        self.is_committing = false;
        let way = if self.draw.chance(50) { "begin" } else { "transaction" };
        let keep = self.draw.chance(70);
        let polls = self.draw.chance(self.dropped * 2).then(|| self.draw.number(40));
        self.operations += 1;
        let mut violation = None;
        let outcome = drop_after(self.transact(way, keep, &mut violation), polls).await;
        self.walks.note(way, outcome.as_ref());
        self.note(format!("{way} ends: {}", told(outcome.as_ref())));
        if let Some(violation) = violation {
            return Err(violation);
        }
        self.check_error(outcome.as_ref(), &self.mark)?;
        let pending = self.pending.take();
        match (outcome, pending) {
            (Some(Ok(())), Some(pending)) => self.expected = pending,
            (_, Some(pending)) if self.is_committing => {
                self.expected.merge(pending);
                self.is_unsettled = true;
            }
            _ => {}
        }
        Ok(())
    }

    async fn transact(&mut self, way: &str, keep: bool, violation: &mut Option<Violation>) -> Result<()> {
        let (records, cx) = (self.platform.records(), self.cx.clone());
        if way == "transaction" {
            return records
                .transaction(&cx, async |transaction| {
                    self.inside(transaction, 0, violation).await?;
                    self.is_committing = keep;
                    if keep { Ok(()) } else { Err(undone()) }
                })
                .await;
        }
        let transaction = records.begin(&cx).await?;
        self.inside(&transaction, 0, violation).await?;
        if !keep {
            transaction.rollback().await?;
            return Err(undone());
        }
        self.is_committing = true;
        transaction.commit().await
    }

    /// Some operations of a transaction. The first that fails ends them.
    fn inside<'a>(
        &'a mut self,
        transaction: &'a Transaction,
        depth: u32,
        violation: &'a mut Option<Violation>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            for _ in 0..=self.draw.number(5) {
                if depth < DEPTH && self.draw.chance(15) {
                    self.savepoint(transaction, depth, violation).await?;
                    continue;
                }
                let (at, call) = self.next(false).map_err(|found| give(violation, found))?;
                let (ways, _) = call.ways();
                if ways.is_empty() {
                    continue;
                }
                let way = self.draw.pick(ways);
                self.operations += 1;
                let asked = self.ask(Door::Transaction(transaction), at, way, &call, None).await;
                let outcome = asked.map_err(|found| give(violation, found))?.ok_or_else(undone)?;
                let judged = match &outcome {
                    Ok(answer) => Outcome::Answered(answer),
                    Err(error) if is_uncertain(error) => return Err(undone()),
                    Err(error) => Outcome::Refused(error),
                };
                let pending = self.pending.as_mut().unwrap_or(&mut self.expected);
                if let Err(reason) = pending.judge(at, way, &call, &judged) {
                    return Err(give(violation, self.violation(reason)));
                }
                match outcome {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err(undone()),
                    _ => {}
                }
            }
            Ok(())
        })
    }

    async fn savepoint(
        &mut self,
        transaction: &Transaction,
        depth: u32,
        violation: &mut Option<Violation>,
    ) -> Result<()> {
        let before = self.pending.clone();
        let keep = self.draw.chance(60);
        let outcome = transaction
            .savepoint(async |transaction| {
                self.inside(transaction, depth + 1, violation).await?;
                if keep { Ok(()) } else { Err(undone()) }
            })
            .await;
        self.note(format!("a savepoint ends: {}", told(Some(&outcome))));
        match outcome {
            Ok(()) => Ok(()),
            Err(error) if violation.is_some() || error.message() != UNDONE => Err(error),
            Err(_) => {
                self.pending = before;
                Ok(())
            }
        }
    }
}

const UNDONE: &str = "the test undoes it";

fn undone() -> Error {
    Error::conflict(UNDONE)
}

fn give(violation: &mut Option<Violation>, found: Violation) -> Error {
    *violation = Some(found);
    undone()
}
