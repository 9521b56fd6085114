//! [`PostgresTransaction`]: operations on one connection that are kept together or not at all.
//!
//! Its lease is unsettled from before BEGIN until COMMIT or ROLLBACK has been answered. Dropped at
//! any point between, the connection is closed and the server undoes the work.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::Inner;
use super::run::run;
use super::session::Session;
use super::statement::guard;
use super::stream::{Holder, stream};
use crate::backend::BackendTransaction;
use crate::engine::{Route, Scoped};
use crate::op::{Op, Reply};
use crate::tenancy::lease::Lease;

/// A transaction on a connection of its own.
pub(super) struct PostgresTransaction {
    backend: Arc<Inner>,
    // An open stream holds it too.
    state: Arc<Mutex<State>>,
    route: Route,
    def: &'static ModelDef,
}

struct State {
    lease: Lease,
    savepoints: u32,
    /// The server has refused a statement: only going back to a savepoint helps.
    failed: bool,
    /// An operation is under way; it is still set where one was dropped half-way.
    busy: bool,
}

impl PostgresTransaction {
    /// Opens a transaction where a route leads to. Dropped half-way, the connection goes with the lease.
    pub(super) async fn begin(
        backend: Arc<Inner>,
        mut lease: Lease,
        route: Route,
        def: &'static ModelDef,
    ) -> Result<Self> {
        Session::new(&mut lease, false).begin(def, guard::begin(&route, true)).await?;
        let state = State { lease, savepoints: 0, failed: false, busy: false };
        Ok(Self { backend, state: Arc::new(Mutex::new(state)), route, def })
    }

    fn state(&self) -> Result<OwnedMutexGuard<State>> {
        Arc::clone(&self.state).try_lock_owned().map_err(|_| {
            Error::conflict("a stream of the transaction is still open: read it to its end, or drop it, first")
        })
    }

    async fn run(&mut self, mut scoped: Scoped) -> Result<Reply> {
        let mut state = self.state()?;
        state.check()?;
        if matches!(scoped.op(), Op::Begin) {
            return Err(Error::unsupported("a transaction is under way: use a savepoint"));
        }
        if *scoped.route() != self.route {
            return Err(Error::stale_route(
                "the tenant's records have moved since the transaction began: begin another",
            ));
        }
        let joined = scoped.joined().iter().map(|joined| (joined.route(), joined.model()));
        for (route, model) in std::iter::once((scoped.route(), scoped.model())).chain(joined) {
            if let Some(made) = self.backend.tables.ensure(route, model) {
                // It takes another connection than the transaction's.
                let _waiting = self.backend.store.wait_while_holding()?;
                made.await?;
            }
        }
        match scoped.op() {
            Op::Stream(_) | Op::StreamReport(_) => {
                let (streamed, _) = self.backend.streamed(&scoped)?;
                Ok(Reply::Stream(stream(state, streamed)))
            }
            _ => {
                state.busy = true;
                let mut session = Session::new(&mut state.lease, true);
                let outcome = run(&mut session, &self.backend, &mut scoped).await;
                let failed = session.failed;
                state.failed |= failed;
                state.busy = false;
                outcome
            }
        }
    }

    async fn raw(state: &mut State, def: &'static ModelDef, sql: String) -> Result<()> {
        state.busy = true;
        let mut session = Session::new(&mut state.lease, true);
        let outcome = session.raw(def, sql).await;
        state.failed |= outcome.is_err();
        state.busy = false;
        outcome
    }
}

impl BackendTransaction for PostgresTransaction {
    fn execute(&mut self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        let client = self.backend.client(&scoped);
        client.watch(self.run(scoped)).boxed()
    }

    fn savepoint(&mut self) -> BoxFuture<'_, Result<()>> {
        async move {
            let mut state = self.state()?;
            state.check()?;
            let name = state.savepoints + 1;
            Self::raw(&mut state, self.def, format!("SAVEPOINT s{name}")).await?;
            state.savepoints = name;
            Ok(())
        }
        .boxed()
    }

    fn rollback_to_savepoint(&mut self) -> BoxFuture<'_, Result<()>> {
        async move {
            let mut state = self.state()?;
            let name = state.last_savepoint()?;
            let sql = format!("ROLLBACK TO SAVEPOINT s{name}; RELEASE SAVEPOINT s{name}");
            Self::raw(&mut state, self.def, sql).await?;
            state.savepoints = name - 1;
            state.failed = false;
            Ok(())
        }
        .boxed()
    }

    fn release_savepoint(&mut self) -> BoxFuture<'_, Result<()>> {
        async move {
            let mut state = self.state()?;
            state.check()?;
            let name = state.last_savepoint()?;
            Self::raw(&mut state, self.def, format!("RELEASE SAVEPOINT s{name}")).await?;
            state.savepoints = name - 1;
            Ok(())
        }
        .boxed()
    }

    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        let client = self.backend.ending("commit", &self.route);
        let commit = async move {
            let mut state = self.state()?;
            if state.failed || state.busy {
                let _ = Session::new(&mut state.lease, true).rollback(self.def).await;
                return Err(Error::conflict("an operation of the transaction has failed: nothing was kept"));
            }
            Session::new(&mut state.lease, true).commit(self.def).await
        };
        client.watch_end(commit).boxed()
    }

    fn rollback(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        let client = self.backend.ending("rollback", &self.route);
        let rollback = async move {
            let mut state = self.state()?;
            Session::new(&mut state.lease, true).rollback(self.def).await
        };
        client.watch_end(rollback).boxed()
    }
}

impl State {
    fn check(&self) -> Result<()> {
        if self.busy {
            return Err(Error::conflict("an operation of the transaction was dropped half-way: roll it back"));
        }
        if self.failed {
            return Err(Error::conflict("an operation of the transaction has failed before: roll it back"));
        }
        Ok(())
    }

    fn last_savepoint(&self) -> Result<u32> {
        match self.savepoints {
            0 => Err(Error::invalid("the transaction has no savepoint")),
            last => Ok(last),
        }
    }
}

impl Holder for OwnedMutexGuard<State> {
    fn lease(&mut self) -> &mut Lease {
        &mut self.lease
    }

    fn is_single(&self) -> bool {
        false
    }

    fn failed(&mut self) {
        self.failed = true;
    }
}

impl std::fmt::Debug for PostgresTransaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresTransaction").finish_non_exhaustive()
    }
}
