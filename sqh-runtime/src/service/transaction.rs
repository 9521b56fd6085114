//! [`Transaction`]: the same operations, kept together or not at all.

use std::fmt;

use futures::future::BoxFuture;
use sqh_model::{Error, Result};
use tokio::sync::Mutex;

use super::{Path, PlatformGroupRecordService, Routed, sealed};
use crate::backend::{BackendTransaction, Capabilities};
use crate::engine::{Effect, Route, Scoped, Target};
use crate::op::{Op, Operation, Reply};
use crate::scope::{Cx, RecordScope};

/// A transaction in one database. It has every operation of the service, each on the same path.
///
/// Dropped without [`commit`](Transaction::commit) it is rolled back. When a statement fails, only
/// a savepoint from before it saves what was done.
pub type Transaction = PlatformGroupRecordService<InTransaction>;

/// Operations end in a transaction.
pub struct InTransaction {
    state: Mutex<State>,
    route: Route,
    capabilities: Capabilities,
}

struct State {
    transaction: Option<Box<dyn BackendTransaction>>,
    effects: Vec<Effect>,
    // How many effects there were when each open savepoint was made.
    savepoints: Vec<usize>,
}

impl PlatformGroupRecordService<Routed> {
    /// Begins a transaction in the scope's PostgreSQL database.
    ///
    /// # Errors
    /// `Unsupported` if the platform keeps no model of this scope in PostgreSQL.
    pub async fn begin<S: RecordScope>(&self, cx: &Cx<S>) -> Result<Transaction> {
        let shared = cx.scope().tenant.is_none();
        let mut models = self.engine.registry.models().iter();
        let model = models
            .find(|model| model.is_postgres() && model.storage.shared == shared)
            .ok_or_else(|| Error::unsupported("a transaction needs a registered PostgreSQL model of this scope"))?;
        let capabilities = self.engine.backend(model).capabilities();
        let transaction = self.run(cx, Operation { model, op: Op::Begin }).await?.into_transaction()?;
        // Beginning may have found that the tenant has moved.
        let route = self.engine.route(cx.scope(), model)?;
        let state = State { transaction: Some(transaction), effects: Vec::new(), savepoints: Vec::new() };
        let path = InTransaction { state: Mutex::new(state), route, capabilities };
        Ok(PlatformGroupRecordService { engine: self.engine.clone(), path })
    }

    /// Runs `work` in a transaction: kept if it succeeds, undone if it fails or is dropped.
    ///
    /// ```
    /// # use sqh_runtime::{Platform, prelude::*};
    /// # #[derive(Debug, Clone, PartialEq, PlatformModel)]
    /// # #[model(group = "water")]
    /// # #[storage(postgres)]
    /// # struct AppStation {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// #     #[field(unique)]
    /// #     code: String,
    /// #     depth: Option<f64>,
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let platform = Platform::builder().models(models![AppStation]).build_in_memory()?;
    /// # let principal = Principal::system("an example");
    /// # platform.tenants().provision(&platform.fleet(&principal).await?, "acme").await?;
    /// # let cx = platform.tenant(&principal, "acme").await?;
    /// # let records = platform.records();
    /// # let station = AppStation { id: 1, code: "A".to_owned(), depth: Some(2.5) };
    /// let second = AppStation { id: 2, ..station.clone() };
    /// let refused = records
    ///     .transaction(&cx, async |tx| {
    ///         tx.create(&cx, station).await?;
    ///         tx.create(&cx, second).await // the same code
    ///     })
    ///     .await;
    /// assert_eq!(refused.unwrap_err().kind(), ErrorKind::Conflict);
    /// assert_eq!(records.count(&cx, AppStation::select()).await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What `work` says, or what the commit says.
    pub async fn transaction<S: RecordScope, T>(
        &self,
        cx: &Cx<S>,
        work: impl AsyncFnOnce(&Transaction) -> Result<T>,
    ) -> Result<T> {
        let transaction = self.begin(cx).await?;
        match work(&transaction).await {
            Ok(value) => transaction.commit().await.map(|()| value),
            Err(error) => {
                // The error that made it fail tells more than one of the rollback, which dropping
                // the connection makes up for.
                let _ = transaction.rollback().await;
                Err(error)
            }
        }
    }
}

impl Transaction {
    /// Keeps what was done, and then runs the `after_…` hooks.
    ///
    /// # Errors
    /// `Conflict` if the database refuses, or if a [`savepoint`](Transaction::savepoint) was dropped
    /// half-way; the first error of an after-hook, which undoes nothing.
    pub async fn commit(self) -> Result<()> {
        let state = self.path.state.into_inner();
        let transaction = state.transaction.ok_or_else(ended)?;
        if !state.savepoints.is_empty() {
            // As for an error of the commit itself: dropping the connection makes up for one here.
            let _ = transaction.rollback().await;
            return Err(Error::conflict("a savepoint was dropped half-way: nothing was kept"));
        }
        transaction.commit().await?;
        let mut first = Ok(());
        for effect in state.effects {
            let outcome = effect.await;
            first = first.and(outcome);
        }
        first.map_err(|error| error.context("the transaction is kept, and an after-hook failed"))
    }

    /// Undoes what was done.
    ///
    /// # Errors
    /// `Unavailable` if the server is gone, which undoes it too.
    pub async fn rollback(self) -> Result<()> {
        let state = self.path.state.into_inner();
        state.transaction.ok_or_else(ended)?.rollback().await
    }

    /// Runs `work` between a savepoint and its release; what it did is undone if it fails, and the
    /// transaction goes on. Savepoints nest; two side by side at the same time are a mistake, since a
    /// connection has one place at a time.
    ///
    /// # Errors
    /// What `work` says; `Conflict` if a statement has failed and `work` has made nothing of it.
    pub async fn savepoint<T>(&self, work: impl AsyncFnOnce(&Self) -> Result<T>) -> Result<T> {
        let depth = self.path.open_savepoint().await?;
        let outcome = work(self).await;
        self.path.close_savepoint(depth, outcome.is_ok()).await?;
        outcome
    }
}

impl InTransaction {
    /// How many savepoints there were before.
    async fn open_savepoint(&self) -> Result<usize> {
        let mut state = self.state.lock().await;
        state.transaction.as_mut().ok_or_else(ended)?.savepoint().await?;
        let effects = state.effects.len();
        state.savepoints.push(effects);
        Ok(state.savepoints.len() - 1)
    }

    async fn close_savepoint(&self, depth: usize, keep: bool) -> Result<()> {
        let mut state = self.state.lock().await;
        // Those inside it that were dropped half-way.
        while state.savepoints.len() > depth + 1 {
            state.undo_savepoint().await?;
        }
        if !keep {
            return state.undo_savepoint().await;
        }
        match state.transaction.as_mut().ok_or_else(ended)?.release_savepoint().await {
            Ok(()) => {
                state.savepoints.pop();
                Ok(())
            }
            // A statement has failed in it, and only going back mends that.
            Err(error) => state.undo_savepoint().await.and(Err(error)),
        }
    }
}

impl State {
    async fn undo_savepoint(&mut self) -> Result<()> {
        self.transaction.as_mut().ok_or_else(ended)?.rollback_to_savepoint().await?;
        let effects = self.savepoints.pop().unwrap_or_default();
        self.effects.truncate(effects);
        Ok(())
    }
}

impl Path for InTransaction {
    fn run<'a>(&'a self, run: sealed::Run<'a>) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(run.engine.run(run.scope, run.operation, self))
    }
}

impl Target for InTransaction {
    fn execute(&self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        Box::pin(async move {
            if *scoped.route() != self.route || !scoped.model().is_postgres() {
                return Err(Error::unsupported("the model is kept in another database than the transaction's"));
            }
            self.state.lock().await.transaction.as_mut().ok_or_else(ended)?.execute(scoped).await
        })
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn after_commit(&self, effect: Effect) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.state.lock().await.effects.push(effect);
            Ok(())
        })
    }
}

impl fmt::Debug for InTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InTransaction").field("route", &self.route).finish_non_exhaustive()
    }
}

fn ended() -> Error {
    Error::internal("the transaction has ended")
}
