//! How often a view is computed for how many writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use sqh_model::report::{Definition, count, from};
use sqh_model::{Error, ErrorKind, Result};
use sqh_runtime::Platform;
use sqh_runtime::backend::{Backend, BackendTransaction, Capabilities};
use sqh_runtime::engine::Scoped;
use sqh_runtime::op::{Freshness, Op, Reply};
use sqh_runtime::prelude::*;
use tokio::sync::Semaphore;

#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "field")]
#[storage(postgres)]
struct Site {
    #[field(primary_key)]
    id: i64,
}

#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "field")]
#[storage(postgres)]
struct Visit {
    #[field(primary_key)]
    id: i64,
    #[field(references = Site, on_delete = "cascade")]
    site: i64,
}

#[derive(PlatformView)]
#[model(group = "field")]
#[platform_view(source = Visit, definition = visits, refresh = "after_write")]
struct SiteVisits {
    #[field(primary_key)]
    site: i64,
    n: i64,
}

fn visits() -> impl Definition<SiteVisits> {
    from::<Visit>().aggregate(SiteVisitsColumns { site: Visit::SITE, n: count() })
}

/// Stores nothing, and computes a view when it is let.
#[derive(Debug)]
struct Slow {
    begun: Arc<AtomicUsize>,
    let_in: Arc<Semaphore>,
    fails: bool,
}

/// Keeps nothing.
struct Nothing;

impl BackendTransaction for Nothing {
    fn execute(&mut self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        let Op::Create(row) = scoped.into_op() else { panic!("nothing else is asked for") };
        ready(Ok(Reply::Row(Some(row)))).boxed()
    }

    fn savepoint(&mut self) -> BoxFuture<'_, Result<()>> {
        ready(Ok(())).boxed()
    }

    fn rollback_to_savepoint(&mut self) -> BoxFuture<'_, Result<()>> {
        ready(Ok(())).boxed()
    }

    fn release_savepoint(&mut self) -> BoxFuture<'_, Result<()>> {
        ready(Ok(())).boxed()
    }

    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        ready(Ok(())).boxed()
    }

    fn rollback(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        ready(Ok(())).boxed()
    }
}

impl Backend for Slow {
    fn execute(&self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        async move {
            match scoped.into_op() {
                Op::Begin => Ok(Reply::Transaction(Box::new(Nothing))),
                Op::Create(row) => Ok(Reply::Row(Some(row))),
                Op::Delete { key, .. } => Ok(Reply::Count(key.len() as u64)),
                Op::DeleteWhere { .. } => Ok(Reply::Count(0)),
                Op::Refresh => {
                    self.begun.fetch_add(1, Ordering::SeqCst);
                    self.let_in.acquire().await.expect("nobody closes it").forget();
                    match self.fails {
                        true => Err(Error::new(ErrorKind::Unavailable, "down")),
                        false => Ok(Reply::Freshness(Freshness { as_of: Utc::now(), took: Duration::ZERO })),
                    }
                }
                op => Err(Error::unsupported(op.name())),
            }
        }
        .boxed()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::ALL
    }
}

struct World {
    platform: Platform,
    cx: Cx,
    begun: Arc<AtomicUsize>,
    let_in: Arc<Semaphore>,
}

impl World {
    async fn new() -> Self {
        Self::that(false).await
    }

    async fn that(fails: bool) -> Self {
        let (begun, let_in) = (Arc::<AtomicUsize>::default(), Arc::new(Semaphore::new(0)));
        let backend = Slow { begun: Arc::clone(&begun), let_in: Arc::clone(&let_in), fails };
        let platform = Platform::builder().models(models![Site, Visit, SiteVisits]).build_on(backend).unwrap();
        let system = Principal::system("a test");
        platform.tenants().provision(&platform.fleet(&system).await.unwrap(), "acme").await.unwrap();
        let cx = platform.tenant(&system, "acme").await.unwrap();
        Self { platform, cx, begun, let_in }
    }

    async fn write(&self, id: i64) {
        self.platform.records().create(&self.cx, Visit { id, site: 1 }).await.unwrap();
    }

    async fn until_begun(&self, refreshes: usize) {
        while self.begun.load(Ordering::SeqCst) < refreshes {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn many_writes_are_followed_by_one_refresh_behind_the_one_under_way() {
    let world = World::new().await;
    world.write(1).await;
    world.until_begun(1).await;
    for id in 2..20 {
        world.write(id).await;
    }
    world.let_in.add_permits(100);
    world.platform.settle().await.unwrap();
    assert_eq!(world.begun.load(Ordering::SeqCst), 2);
    world.write(20).await;
    world.platform.settle().await.unwrap();
    assert_eq!(world.begun.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_changes_nothing_is_followed_by_none_and_a_delete_by_those_of_what_goes_along() {
    let world = World::new().await;
    world.let_in.add_permits(100);
    let records = world.platform.records();
    assert_eq!(records.query(&world.cx, Visit::delete().all()).await.unwrap(), 0);
    records.create(&world.cx, Site { id: 1 }).await.unwrap();
    world.platform.settle().await.unwrap();
    assert_eq!(world.begun.load(Ordering::SeqCst), 0);
    assert!(records.delete::<Site>(&world.cx, 1).await.unwrap());
    world.platform.settle().await.unwrap();
    assert_eq!(world.begun.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_transaction_is_followed_by_one_when_it_is_kept() {
    let world = World::new().await;
    world.let_in.add_permits(100);
    let records = world.platform.records();
    let visit = |id| Visit { id, site: 1 };
    for (end, refreshes) in [("rollback", 0), ("savepoint", 0), ("commit", 1)] {
        let transaction = records.begin(&world.cx).await.unwrap();
        if end == "savepoint" {
            let inside = async |inside: &Transaction| {
                inside.create(&world.cx, visit(1)).await?;
                Err::<(), _>(Error::invalid("no"))
            };
            transaction.savepoint(inside).await.unwrap_err();
        } else {
            transaction.create(&world.cx, visit(1)).await.unwrap();
            transaction.create(&world.cx, visit(2)).await.unwrap();
        }
        world.platform.settle().await.unwrap();
        assert_eq!(world.begun.load(Ordering::SeqCst), 0, "{end}: nothing is kept yet");
        match end {
            "rollback" => transaction.rollback().await.unwrap(),
            _ => transaction.commit().await.unwrap(),
        }
        world.platform.settle().await.unwrap();
        assert_eq!(world.begun.load(Ordering::SeqCst), refreshes, "{end}");
    }
}

#[test]
fn nobody_hooks_into_what_nobody_writes() {
    struct Nosy;
    impl Hooks<SiteVisits> for Nosy {}
    let backend = Slow { begun: Arc::default(), let_in: Arc::new(Semaphore::new(0)), fails: false };
    let builder = Platform::builder().models(models![Site, Visit, SiteVisits]).hooks::<SiteVisits>(Nosy);
    let error = builder.build_on(backend).unwrap_err();
    assert_eq!((error.kind(), error.model()), (ErrorKind::Unsupported, Some("SiteVisits")), "{error}");
}

#[tokio::test]
async fn a_refresh_that_fails_is_told_once() {
    let world = World::that(true).await;
    world.let_in.add_permits(100);
    world.write(1).await;
    let error = world.platform.settle().await.unwrap_err();
    assert_eq!((error.kind(), error.model()), (ErrorKind::Unavailable, Some("SiteVisits")), "{error}");
    world.platform.settle().await.unwrap();
}

#[tokio::test]
async fn one_whose_task_goes_is_due_no_more() {
    let world = World::new().await;
    let platform = world.platform.clone();
    let cx = world.cx.clone();
    // A runtime of its own, which ends with the refresh under way.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { platform.records().create(&cx, Visit { id: 1, site: 1 }).await.unwrap() });
    })
    .join()
    .unwrap();
    world.platform.settle().await.unwrap();
}
