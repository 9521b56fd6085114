//! [`PostgresBackend`]: records in PostgreSQL, and the only SQL of the runtime beside the DDL.
//!
//! An operation takes a connection of its route from the store, becomes a [`statement`], is
//! encoded by a [`codec`] and run in a [`session`]; [`run`] says which. [`transaction`], [`stream`]
//! and [`bulk`] are what the other operations need beyond that. [`error`] turns what goes wrong into
//! the house's own error. [`catalog`] reads what a table is.

pub(crate) mod admin;
mod atomic;
mod bulk;
#[doc(hidden)]
pub mod catalog;
mod codec;
mod error;
mod explain;
mod join_shared;
mod partitions;
mod raw;
mod run;
mod session;
mod span;
mod statement;
mod stream;
#[cfg(test)]
mod tests;
mod transaction;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use sqh_model::render::ddl::TenantColumns;
use sqh_model::schema::ModelDef;
use sqh_model::{Error, ErrorKind, Result};

use self::partitions::Warned;
use self::session::Session;
use self::span::Client;
use self::statement::cache::Cache;
use self::statement::target::Target;
use self::statement::{filtered, guard, report};
use self::stream::Streamed;
use self::transaction::PostgresTransaction;
use super::{Backend, Capabilities};
use crate::engine::{Joined, Route, Scoped};
use crate::observe::Metrics;
use crate::op::{Freshness, Op, Reply};
use crate::tenancy::lease::Lease;
use crate::tenancy::{Claim, ConnectionKey, ConnectionStore, Party, Role, TenantRecord, login_code};

/// Lets the statements of this thread that begin so lack the tenant's condition.
#[cfg(test)]
pub(crate) fn forget_tenant(start: Option<&'static str>) {
    statement::sql::FORGETFUL.set(start);
}

/// Records in PostgreSQL. A clone is the same backend.
#[derive(Debug, Clone)]
pub struct PostgresBackend(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: ConnectionStore,
    tables: Arc<dyn Tables>,
    /// The tenant columns of row placement.
    tenants: Arc<TenantColumns>,
    statements: Cache,
    metrics: Arc<Metrics>,
    warned: Warned,
}

impl PostgresBackend {
    /// A backend over the connections of `store`, in tables that `tables` makes on first use, with
    /// these tenant columns in row placement.
    pub(crate) fn new(
        store: ConnectionStore,
        tables: Arc<dyn Tables>,
        tenants: Arc<TenantColumns>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            tables,
            tenants,
            statements: Cache::default(),
            metrics,
            warned: Warned::default(),
        }))
    }
}

/// Makes the tables of models when they are first used.
pub(crate) trait Tables: std::fmt::Debug + Send + Sync {
    /// Makes a model's table. `None` if it is known to be there, which costs no more than a look.
    fn ensure<'a>(&'a self, route: &'a Route, model: &'static ModelDef) -> Option<BoxFuture<'a, Result<()>>>;

    /// Makes the place itself, before a transaction there, and lets the tenant write in it. `None` if
    /// it is known to be done.
    fn open<'a>(&'a self, route: &'a Route) -> Option<BoxFuture<'a, Result<()>>>;

    /// Computes a view anew.
    fn refresh_view<'a>(&'a self, _: &'a Route, _: &'static ModelDef) -> BoxFuture<'a, Result<Freshness>> {
        ready(Err(Error::unsupported("there are no views here"))).boxed()
    }

    /// When a view was last computed.
    fn view_freshness<'a>(&'a self, route: &'a Route, model: &'static ModelDef) -> BoxFuture<'a, Result<Freshness>> {
        self.refresh_view(route, model)
    }

    /// Where the records of a model are by now, whose route the database has called stale.
    fn refresh<'a>(&'a self, route: &'a Route, model: &'static ModelDef) -> BoxFuture<'a, Result<Route>>;
}

impl Backend for PostgresBackend {
    fn execute(&self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        let client = self.0.client(&scoped);
        client.watch(self.0.execute(scoped)).boxed()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::ALL
    }
}

impl Inner {
    /// Does what an operation says; once more, if its route was stale and there is a newer one.
    async fn execute(self: &Arc<Self>, mut scoped: Scoped) -> Result<Reply> {
        let stale = match self.attempt(&mut scoped).await {
            Err(error) if error.is_stale_route() => error,
            done => return done,
        };
        let route = self.tables.refresh(scoped.route(), scoped.model()).await?;
        let epoch = |route: &Route| route.tenant().map(|tenant| tenant.epoch());
        if epoch(&route) == epoch(scoped.route()) {
            return Err(stale);
        }
        scoped.reroute(route)?;
        self.attempt(&mut scoped).await
    }

    async fn attempt(self: &Arc<Self>, scoped: &mut Scoped) -> Result<Reply> {
        let def = scoped.model();
        // A scope may be held for long, and its tenant be suspended or gone by then.
        if scoped.route().tenant().is_some_and(|tenant| tenant.is_old()) {
            let route = self.tables.refresh(scoped.route(), def).await?;
            scoped.reroute(route)?;
        }
        self.warned.of(def, scoped.op(), scoped.filter());
        // The migrator computes views, on a connection of its own.
        match scoped.op() {
            Op::Refresh => return self.tables.refresh_view(scoped.route(), def).await.map(Reply::Freshness),
            Op::Freshness => return self.tables.view_freshness(scoped.route(), def).await.map(Reply::Freshness),
            _ => {}
        }
        // Before a connection is taken: the manager may need one of its own. The model of a begin
        // only says where to; each operation of the transaction makes its own table.
        if matches!(scoped.op(), Op::Begin) {
            if let Some(opened) = self.tables.open(scoped.route()) {
                opened.await?;
            }
        } else {
            self.ensure_tables(scoped.route(), def, scoped.joined()).await?;
        }
        if scoped.op().is_of_two_databases() {
            // Much larger than what the other operations keep: in a box it weighs on none of them.
            return Box::pin(join_shared::run(self, scoped)).await;
        }
        let mut lease = self.lease(scoped.route(), role(scoped)).await?;
        match scoped.op() {
            Op::Begin => {
                let transaction =
                    PostgresTransaction::begin(Arc::clone(self), lease, scoped.route().clone(), def).await?;
                Ok(Reply::Transaction(Box::new(transaction)))
            }
            Op::Stream(_) | Op::StreamReport(_) => {
                let (streamed, is_secured) = self.streamed(scoped)?;
                let mut session = Session::new(&mut lease, false);
                if session.needs_transaction() || is_secured {
                    session.begin(def, guard::begin(scoped.route(), false)).await?;
                    return Ok(Reply::Stream(stream::stream(stream::InTransaction(lease), streamed)));
                }
                Ok(Reply::Stream(stream::stream(lease, streamed)))
            }
            _ => run::run(&mut Session::new(&mut lease, false), self, scoped).await,
        }
    }

    /// The statement of a stream, and whether one of its tables has row security.
    fn streamed(&self, scoped: &Scoped) -> Result<(Streamed, bool)> {
        let def = scoped.model();
        let (target, owner) = Target::of(def, scoped.route(), &self.tenants)?;
        let sources = run::sources((target, owner.clone(), scoped.filter()), scoped.joined(), &self.tenants)?;
        let is_secured = sources.iter().any(|source| source.target.is_secured());
        let (statement, others) = match scoped.op() {
            Op::StreamReport(report) => {
                report::select(report, sources).map(|(statement, owners)| (statement, Some(owners)))?
            }
            Op::Stream(query) => {
                let columns: Vec<usize> = (0..def.layout().columns().len()).collect();
                (filtered::select(&target, query, scoped.filter(), &columns)?, None)
            }
            op => return Err(Error::internal(format!("`{}` is no stream", op.name()))),
        };
        Ok((Streamed { statement, owner, others }, is_secured))
    }

    /// Makes the tables that an operation uses.
    async fn ensure_tables(&self, route: &Route, def: &'static ModelDef, joined: &[Joined]) -> Result<()> {
        self.ensure_table(route, def).await?;
        for joined in joined {
            self.ensure_table(joined.route(), joined.model()).await?;
        }
        Ok(())
    }

    async fn ensure_table(&self, route: &Route, def: &'static ModelDef) -> Result<()> {
        match self.tables.ensure(route, def) {
            Some(made) => made.await,
            None => Ok(()),
        }
    }

    async fn lease(&self, route: &Route, role: Role) -> Result<Lease> {
        self.lease_by(route, role, route.tenant()).await
    }

    /// A connection in the name of a tenant, wherever it leads to.
    async fn lease_by(&self, route: &Route, role: Role, tenant: Option<&Arc<TenantRecord>>) -> Result<Lease> {
        let (server, database) = (Arc::clone(&route.place().server), Arc::clone(&route.place().database));
        let key = ConnectionKey::new(server, database, role);
        let asked = Instant::now();
        let lease = self.nearest(route, key, tenant).await;
        // Whoever waited in vain has waited too.
        self.waited(route, tenant, lease.as_ref().map_or_else(|_| asked.elapsed(), Lease::waited));
        lease
    }

    /// A connection to a replica, if one will do and answers, or to the server itself.
    async fn nearest(&self, route: &Route, key: ConnectionKey, tenant: Option<&Arc<TenantRecord>>) -> Result<Lease> {
        if route.is_on_replica() {
            let server = self.store.servers().find(&key.server)?;
            for endpoint in server.replicas_in_turn() {
                match self.store.acquire(claim(tenant, key.clone().at(endpoint))).await {
                    // The budget is spent, which is no fault of the replica.
                    Err(error) if error.kind() != ErrorKind::Overloaded => {
                        // One that answers, and is only behind with databases and roles, is asked again.
                        if login_code(&error).is_none() {
                            server.leave_alone(endpoint);
                        }
                        tracing::warn!(server = &*key.server, ?endpoint, %error, "a replica does not answer");
                    }
                    lease => return lease,
                }
            }
        }
        self.store.acquire(claim(tenant, key)).await
    }

    fn waited(&self, route: &Route, tenant: Option<&Arc<TenantRecord>>, waited: Duration) {
        tracing::Span::current().record("sqh.connection.wait", waited.as_secs_f64());
        let slug = tenant.map(|tenant| tenant.slug());
        self.metrics.meter(slug).wait(&route.place().server, waited);
    }

    /// The span of the end of a transaction.
    fn ending(&self, operation: &'static str, route: &Route) -> Client {
        Client::ending(operation, route, self.store.servers().find(&route.place().server).ok().as_deref())
    }

    fn client(&self, scoped: &Scoped) -> Client {
        Client::new(scoped, self.store.servers().find(&scoped.route().place().server).ok().as_deref())
    }
}

/// Tenants may share a database, and take turns all the same.
fn claim(tenant: Option<&Arc<TenantRecord>>, key: ConnectionKey) -> Claim {
    let claim = Claim::from(key);
    match tenant {
        Some(tenant) => claim.by(Party::Tenant(tenant.slug().into())),
        None => claim,
    }
}

/// Who runs an operation. Shared records are written by a role of their own, which nobody else is: the
/// one that writes tenants' records is not even let into their database.
fn role(scoped: &Scoped) -> Role {
    let op = scoped.op();
    match (scoped.model().storage.shared, op.is_write() || matches!(op, Op::Begin)) {
        (false, _) => Role::Application,
        (true, false) => Role::SharedReader,
        (true, true) => Role::SharedWriter,
    }
}
