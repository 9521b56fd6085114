//! [`Leaky`]: a backend that leaks on purpose.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqh_model::expr::{Filter, Query};
use sqh_model::{Error, ErrorKind, Result, Value};

use crate::backend::{Backend, BackendTransaction, Capabilities};
use crate::engine::{Route, Scoped};
use crate::op::{Op, Operation, Reply};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leak {
    Nothing,
    /// Some operations run in another tenant's database.
    WrongRoute,
    /// Some lists lack the tenant's predicate.
    ListOfAll,
    /// Some counts do.
    CountOfAll,
    /// Some deletes by filter do.
    DeleteOfAll,
    /// Messages of a conflict show a record that is in the way, of whatever tenant.
    TalkativeError,
    /// A transaction that was undone or dropped stays open, and the next caller works in it.
    DirtyConnection,
    /// Some records that are made beside another operation of the same tenant are not kept.
    LostBeside,
    /// Some lists of shared records show what a tenant has written.
    ForeignInShared,
}

/// Keeps records by another backend, and is not careful.
#[derive(Debug, Clone)]
pub(super) struct Leaky(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    backend: Arc<dyn Backend>,
    leak: Leak,
    calls: AtomicU64,
    routes: Mutex<Vec<Route>>,
    /// Where operations are under way.
    busy: Mutex<Vec<Route>>,
    /// What a tenant has written.
    written: Mutex<Option<Value>>,
    kept: Mutex<Vec<Kept>>,
}

/// An operation that is under way.
struct Busy<'a>(&'a Inner, Route);

impl<'a> Busy<'a> {
    fn new(inner: &'a Inner, route: &Route) -> Self {
        inner.busy.lock().unwrap().push(route.clone());
        Self(inner, route.clone())
    }

    fn count(&self) -> usize {
        self.0.busy.lock().unwrap().iter().filter(|route| **route == self.1).count()
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let mut busy = self.0.busy.lock().unwrap();
        if let Some(at) = busy.iter().position(|route| *route == self.1) {
            busy.swap_remove(at);
        }
    }
}

/// A transaction that should have ended.
struct Kept {
    route: Route,
    transaction: Box<dyn BackendTransaction>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("route", &self.route).finish_non_exhaustive()
    }
}

/// One leak in so many operations that may: lists and counts are few among all, and where no
/// record of the other tenant matches, nothing leaks.
fn every(leak: Leak) -> u64 {
    if matches!(leak, Leak::ListOfAll | Leak::CountOfAll) { 2 } else { 13 }
}

impl Leaky {
    pub(super) fn new(leak: Leak, backend: impl Backend) -> Self {
        Self(Arc::new(Inner {
            backend: Arc::new(backend),
            leak,
            calls: AtomicU64::new(0),
            routes: Mutex::default(),
            busy: Mutex::default(),
            written: Mutex::default(),
            kept: Mutex::default(),
        }))
    }

    /// Ends the transactions that should have ended.
    pub(super) fn let_go(&self) {
        self.0.kept.lock().unwrap().clear();
    }

    fn run(&self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        let inner = &self.0;
        match inner.leak {
            Leak::LostBeside => return self.run_beside(scoped).boxed(),
            Leak::ForeignInShared => return self.run_mixing(scoped).boxed(),
            _ => {}
        }
        let other = self.another(scoped.route());
        let may_leak = match inner.leak {
            Leak::ListOfAll => matches!(scoped.op(), Op::List(_)),
            Leak::CountOfAll => matches!(scoped.op(), Op::Count { .. }),
            _ => true,
        };
        let is_bad = may_leak && inner.calls.fetch_add(1, Ordering::Relaxed).is_multiple_of(every(inner.leak));
        let Some(other) = other else { return inner.backend.execute(scoped) };
        let model = scoped.model();
        let at_other = |op: Op| {
            inner.backend.execute(Scoped::for_test(Operation { model, op }, Filter::Everything, other.clone()))
        };
        // The same without the tenant.
        let foreign = match (inner.leak, scoped.op()) {
            (Leak::ListOfAll, Op::List(query)) if is_bad => Some(Op::List(query.clone())),
            (Leak::CountOfAll, Op::Count { filter, .. }) if is_bad => {
                Some(Op::Count { filter: filter.clone(), estimate: false })
            }
            (Leak::DeleteOfAll, Op::DeleteWhere { filter }) => Some(Op::DeleteWhere { filter: filter.clone() }),
            (Leak::TalkativeError, Op::Create(_)) => Some(Op::List(Query::default())),
            _ => None,
        };
        let (is_begin, route) = (matches!(scoped.op(), Op::Begin), scoped.route().clone());
        match (inner.leak, foreign) {
            (_, Some(op)) => {
                let (foreign, own) = (at_other(op), inner.backend.execute(scoped));
                async move { both(inner.leak, foreign.await?, own.await) }.boxed()
            }
            (Leak::WrongRoute, _) if is_bad && !is_begin => at_other(scoped.into_op()),
            (Leak::DirtyConnection, _) if is_begin => {
                let begun = inner.backend.execute(scoped);
                let open = |transaction| Open { leaky: self.clone(), route, transaction: Some(transaction) };
                async move { Ok(Reply::Transaction(Box::new(open(begun.await?.into_transaction()?)))) }.boxed()
            }
            (Leak::DirtyConnection, _) => match self.take_kept(&route) {
                Some(mut kept) => async move { kept.transaction.execute(scoped).await }.boxed(),
                None => inner.backend.execute(scoped),
            },
            _ => inner.backend.execute(scoped),
        }
    }

    async fn run_beside(&self, scoped: Scoped) -> Result<Reply> {
        let inner = &self.0;
        let busy = Busy::new(inner, scoped.route());
        tokio::task::yield_now().await;
        if !matches!(scoped.op(), Op::Create(_)) || busy.count() < 2 {
            return inner.backend.execute(scoped).await;
        }
        let begin = Operation { model: scoped.model(), op: Op::Begin };
        let begin = Scoped::for_test(begin, Filter::Everything, scoped.route().clone());
        let mut transaction = inner.backend.execute(begin).await?.into_transaction()?;
        let reply = transaction.execute(scoped).await;
        transaction.rollback().await?;
        reply
    }

    async fn run_mixing(&self, scoped: Scoped) -> Result<Reply> {
        let inner = &self.0;
        let is_shared = scoped.model().storage.shared;
        if let (false, Op::Create(row)) = (is_shared, scoped.op()) {
            // The first one has the tenant's canary; a later one may be a word that all use.
            let text = row.iter().find(|value| matches!(value, Value::Text(_)));
            *inner.written.lock().unwrap() = text.cloned();
        }
        let may_leak = is_shared && matches!(scoped.op(), Op::List(_));
        let mut reply = inner.backend.execute(scoped).await?;
        if let (true, Reply::Rows(rows), Some(text)) = (may_leak, &mut reply, &*inner.written.lock().unwrap()) {
            rows.iter_mut().filter_map(|row| row.last_mut()).for_each(|value| *value = text.clone());
        }
        Ok(reply)
    }

    /// The place of some other tenant, of those that were seen.
    fn another(&self, route: &Route) -> Option<Route> {
        let mut routes = self.0.routes.lock().unwrap();
        if !routes.contains(route) {
            routes.push(route.clone());
        }
        routes.iter().find(|other| *other != route).cloned()
    }

    fn take_kept(&self, route: &Route) -> Option<Kept> {
        let mut kept = self.0.kept.lock().unwrap();
        let position = kept.iter().position(|kept| kept.route == *route)?;
        Some(kept.swap_remove(position))
    }
}

impl Backend for Leaky {
    fn execute(&self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        self.run(scoped)
    }

    fn capabilities(&self) -> Capabilities {
        self.0.backend.capabilities()
    }
}

/// The reply of a leak to what was asked of both tenants.
fn both(leak: Leak, foreign: Reply, own: Result<Reply>) -> Result<Reply> {
    match (leak, own, foreign) {
        (Leak::TalkativeError, Err(error), Reply::Rows(rows)) if error.kind() == ErrorKind::Conflict => {
            let text = rows.iter().flatten().find_map(|value| match value {
                Value::Text(text) => Some(text.as_str()),
                _ => None,
            });
            Err(Error::conflict(format!("in the way is {}", text.unwrap_or_default())))
        }
        (Leak::ListOfAll, Ok(Reply::Rows(mut rows)), Reply::Rows(mut foreign)) => {
            rows.append(&mut foreign);
            Ok(Reply::Rows(rows))
        }
        (Leak::CountOfAll, Ok(Reply::Count(count)), Reply::Count(foreign)) => Ok(Reply::Count(count + foreign)),
        // The number of a delete is right, and more is gone.
        (_, own, _) => own,
    }
}

/// A transaction that stays open when it is undone.
struct Open {
    leaky: Leaky,
    route: Route,
    transaction: Option<Box<dyn BackendTransaction>>,
}

impl Open {
    fn inner(&mut self) -> &mut Box<dyn BackendTransaction> {
        self.transaction.as_mut().expect("it is taken at its end only")
    }
}

impl BackendTransaction for Open {
    fn execute(&mut self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        self.inner().execute(scoped)
    }

    fn savepoint(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inner().savepoint()
    }

    fn rollback_to_savepoint(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inner().rollback_to_savepoint()
    }

    fn release_savepoint(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inner().release_savepoint()
    }

    fn commit(mut self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        self.transaction.take().expect("it is taken at its end only").commit()
    }

    fn rollback(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        futures::future::ready(Ok(())).boxed()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            self.leaky.0.kept.lock().unwrap().push(Kept { route: self.route.clone(), transaction });
        }
    }
}
