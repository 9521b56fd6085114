//! The test can fail: backends that leak on purpose are found out.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqh_model::expr::{Filter, Query};
use sqh_model::{Error, ErrorKind, Result, Value};

use super::Isolation;
use crate::backend::memory::MemoryBackend;
use crate::backend::{Backend, BackendTransaction, Capabilities};
use crate::engine::{Route, Scoped};
use crate::op::{Op, Operation, Reply};
use crate::platform::Platform;
use crate::prelude::*;

/// A sample, which the tests of this module keep badly.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
struct Sample {
    #[field(primary_key)]
    id: i64,
    #[field(search)]
    notes: String,
    #[field(unique)]
    code: Option<String>,
    amount: Option<i32>,
    #[field(version)]
    version: i64,
}

/// A count by day, without any text.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
struct Tally {
    #[field(primary_key)]
    day: NaiveDate,
    count: i64,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leak {
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
}

/// Keeps records in memory, and is not careful.
#[derive(Debug, Clone)]
struct Leaky(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    backend: MemoryBackend,
    leak: Leak,
    calls: AtomicU64,
    routes: Mutex<Vec<Route>>,
    kept: Mutex<Vec<Kept>>,
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

/// One leak in so many operations that may.
const EVERY: u64 = 13;

impl Leaky {
    fn new(leak: Leak) -> Self {
        let (backend, calls) = (MemoryBackend::default(), AtomicU64::new(0));
        Self(Arc::new(Inner { backend, leak, calls, routes: Mutex::default(), kept: Mutex::default() }))
    }

    fn run(&self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        let inner = &self.0;
        let other = self.another(scoped.route());
        let may_leak = match inner.leak {
            Leak::ListOfAll => matches!(scoped.op(), Op::List(_)),
            Leak::CountOfAll => matches!(scoped.op(), Op::Count { .. }),
            _ => true,
        };
        let is_bad = may_leak && inner.calls.fetch_add(1, Ordering::Relaxed).is_multiple_of(EVERY);
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

async fn run(leak: Leak) -> Result<super::Report> {
    let platform = Platform::builder().models(models![Sample, Tally]).build_on(Leaky::new(leak)).unwrap();
    let isolation = Isolation::new(&platform).model::<Sample>().model::<Tally>();
    isolation.tenants(3).operations(4_000).seed(11).run().await
}

/// Asserts that a leak is found, and told in these words.
async fn check(leak: Leak, words: &[&str]) {
    let error = run(leak).await.expect_err("a leak stays unseen");
    assert!(error.message().contains("(seed 11, after about "), "{error}");
    assert!(words.iter().any(|word| error.message().contains(word)), "{error} says none of {words:?}");
}

#[tokio::test]
async fn a_backend_that_is_careful_passes() {
    let report = run(Leak::Nothing).await.unwrap();
    assert_eq!(report.walks.missing(), ["fuzzy_search"], "no model has trigrams");
    assert!(report.operations >= 4_000 && report.tenants.len() == 3);
}

#[tokio::test]
async fn an_operation_in_the_wrong_database_is_found() {
    check(Leak::WrongRoute, &["the isolation of tenants is broken"]).await;
}

#[tokio::test]
async fn a_list_without_the_tenants_predicate_is_found() {
    check(Leak::ListOfAll, &["canary", "no record of the tenant", "came twice"]).await;
}

#[tokio::test]
async fn a_count_without_the_tenants_predicate_is_found() {
    check(Leak::CountOfAll, &["records match, and the tenant has"]).await;
}

#[tokio::test]
async fn a_delete_without_the_tenants_predicate_is_found() {
    check(Leak::DeleteOfAll, &["is missing", "is gone", "not found that is there", "records match"]).await;
}

#[tokio::test]
async fn a_message_with_anothers_value_is_found() {
    check(Leak::TalkativeError, &["canary"]).await;
}

#[tokio::test]
async fn a_transaction_that_stays_open_is_found() {
    check(Leak::DirtyConnection, &["no record of the tenant", "is missing", "is gone", "records match", "not found"])
        .await;
}

#[tokio::test]
async fn a_model_that_cannot_be_drawn_says_how_to_draw_it() {
    let platform = Platform::builder().models(models![Fixed]).build_in_memory().unwrap();
    let error = Isolation::new(&platform).model::<Fixed>().tenants(1).operations(50).run().await.unwrap_err();
    assert!(error.message().contains("model_with"), "{error}");
    let drawn = Isolation::new(&platform).model_with(|draw| Fixed { id: 0, only: Json(draw.number(9)) });
    drawn.tenants(2).operations(500).run().await.unwrap();
}

/// A record of a type that takes no random document.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
struct Fixed {
    #[field(primary_key)]
    id: i32,
    only: Json<u32>,
}
