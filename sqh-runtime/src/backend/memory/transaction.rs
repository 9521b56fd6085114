//! [`MemoryTransaction`]: operations that are kept together or not at all.
//!
//! As in PostgreSQL's read committed: until it writes, it reads what is committed at each
//! operation; once it has written it is the only writer, and reads its own tables.

use std::fmt;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqh_model::{Error, Result};

use super::database::{Database, Tables, Writer};
use super::statement::Work;
use crate::backend::BackendTransaction;
use crate::engine::{Route, Scoped};
use crate::op::{Op, Reply};

/// A transaction of one route. Dropped, it leaves nothing.
pub(super) struct MemoryTransaction {
    database: Arc<Database>,
    route: Route,
    written: Option<Written>,
    /// The tables at each open savepoint; `None` before the first write.
    savepoints: Vec<Option<Tables>>,
    /// Whether an operation has failed in a way that only a savepoint mends.
    failed: bool,
}

struct Written {
    tables: Tables,
    /// Keeps the other writers waiting.
    _writer: Writer,
}

impl MemoryTransaction {
    pub(super) fn new(database: Arc<Database>, route: Route) -> Self {
        Self { database, route, written: None, savepoints: Vec::new(), failed: false }
    }

    async fn run(&mut self, work: Work) -> Result<Reply> {
        if work.route != self.route {
            return Err(Error::unsupported("the model is kept in another database than the transaction's"));
        }
        self.check()?;
        if matches!(work.op, Op::Begin) {
            return Err(Error::unsupported("a transaction is under way: use a savepoint"));
        }
        if !work.op.is_write() {
            return match &self.written {
                Some(written) => work.read(&written.tables),
                None => work.read(&self.database.snapshot()),
            };
        }
        let outcome = work.write(&mut self.write().await.tables);
        outcome.map_err(|failure| {
            self.failed = failure.in_server;
            failure.error
        })
    }

    fn check(&self) -> Result<()> {
        if self.failed {
            return Err(Error::conflict("an operation of the transaction has failed before: roll it back"));
        }
        Ok(())
    }

    async fn write(&mut self) -> &mut Written {
        if self.written.is_none() {
            let writer = self.database.writer().await;
            self.written = Some(Written { tables: self.database.snapshot(), _writer: writer });
        }
        self.written.as_mut().expect("it was made above")
    }
}

impl BackendTransaction for MemoryTransaction {
    fn execute(&mut self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        match Work::of(scoped) {
            Err(error) => futures::future::ready(Err(error)).boxed(),
            Ok(work) => self.run(work).boxed(),
        }
    }

    fn savepoint(&mut self) -> BoxFuture<'_, Result<()>> {
        let outcome = self.check().map(|()| {
            let tables = self.written.as_ref().map(|written| written.tables.clone());
            self.savepoints.push(tables);
        });
        futures::future::ready(outcome).boxed()
    }

    fn rollback_to_savepoint(&mut self) -> BoxFuture<'_, Result<()>> {
        let outcome = match self.savepoints.pop() {
            None => Err(no_savepoint()),
            Some(tables) => {
                self.failed = false;
                match (tables, &mut self.written) {
                    (Some(tables), Some(written)) => written.tables = tables,
                    // Nothing was written before it: others may write again.
                    (_, written) => *written = None,
                }
                Ok(())
            }
        };
        futures::future::ready(outcome).boxed()
    }

    fn release_savepoint(&mut self) -> BoxFuture<'_, Result<()>> {
        let outcome = self.check().and_then(|()| self.savepoints.pop().map(drop).ok_or_else(no_savepoint));
        futures::future::ready(outcome).boxed()
    }

    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        let outcome = match (self.failed, self.written) {
            (true, _) => Err(Error::conflict("an operation of the transaction has failed: nothing was kept")),
            (false, Some(written)) => {
                self.database.commit(written.tables);
                Ok(())
            }
            (false, None) => Ok(()),
        };
        futures::future::ready(outcome).boxed()
    }

    fn rollback(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        drop(self);
        futures::future::ready(Ok(())).boxed()
    }
}

impl fmt::Debug for MemoryTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTransaction").field("route", &self.route).finish_non_exhaustive()
    }
}

fn no_savepoint() -> Error {
    Error::internal("the transaction has no savepoint")
}
