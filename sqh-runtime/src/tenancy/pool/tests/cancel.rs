//! Callers who go at any point, and the next ones, who must not notice.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::future::poll_fn;
use sqlx::{Connection as _, PgConnection, Row as _};

use super::bench::{Bench, one, until};
use crate::tenancy::StoreConfig;

/// One connection for callers, one for the store: whoever comes next gets the same place.
fn pool_of_one() -> StoreConfig {
    StoreConfig::default().budget(2).deadline(Duration::from_secs(600))
}

/// Polls a future so many times at most. Whether it has ended.
async fn poll_times(future: impl Future<Output = ()>, times: usize) -> bool {
    let mut future = Box::pin(future);
    let mut left = times;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(cx).map(|()| true)
    })
    .await
}

/// Drops what a caller does at each point where it waits, and has the next caller look around.
async fn check_dropped_everywhere<F: AsyncFn(&Bench)>(bench: &Bench, work: F) {
    let mut times = 1;
    // So that the first wait is not for a login, but for the first statement.
    drop(bench.store.acquire(bench.key(0)).await.unwrap());
    loop {
        let ended = poll_times(work(bench), times).await;
        let mut next = bench.store.acquire(bench.key(0)).await.unwrap();
        assert_clean(next.connection(), times).await;
        next.settled();
        drop(next);
        if ended {
            assert!(times > 3, "the work never waited");
            return;
        }
        times += 1;
    }
}

async fn assert_clean(connection: &mut PgConnection, times: usize) {
    // In one message, because a transaction of its own then begins with the statement.
    let query = "SELECT now() = statement_timestamp() AND pg_current_xact_id_if_assigned() IS NULL, \
                 coalesce(current_setting('sqh.trace', true), '')";
    let row = sqlx::raw_sql(query).fetch_one(connection).await.unwrap();
    let (is_alone, trace): (bool, String) = (row.get(0), row.get(1));
    assert!(is_alone, "dropped at poll {times}: the next caller is in a transaction");
    assert_eq!(trace, "", "dropped at poll {times}: the next caller sees a setting");
}

#[tokio::test]
async fn dropped_in_a_transaction() {
    let bench = Bench::new(1, pool_of_one()).await;
    check_dropped_everywhere(&bench, async |bench: &Bench| {
        let mut lease = bench.store.acquire(bench.key(0)).await.unwrap();
        let mut transaction = lease.connection().begin().await.unwrap();
        sqlx::query("SELECT set_config('sqh.trace', 'left', false), pg_current_xact_id()")
            .execute(&mut *transaction)
            .await
            .unwrap();
        transaction.rollback().await.unwrap();
        lease.settled();
    })
    .await;
}

#[tokio::test]
async fn dropped_between_two_rows() {
    let bench = Bench::new(1, pool_of_one()).await;
    check_dropped_everywhere(&bench, async |bench: &Bench| {
        use futures::TryStreamExt as _;
        let mut lease = bench.store.acquire(bench.key(0)).await.unwrap();
        let mut rows =
            sqlx::query("SELECT n, repeat('x', 4000) FROM generate_series(1, 100) AS n").fetch(lease.connection());
        while rows.try_next().await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
        drop(rows);
        lease.settled();
    })
    .await;
}

#[tokio::test]
async fn a_query_goes_with_its_caller() {
    let bench = Bench::new(1, pool_of_one()).await;
    let mut lease = bench.store.acquire(bench.key(0)).await.unwrap();
    let query = sqlx::query("SELECT pg_sleep(86400)");
    let is_running = until(|| async {
        let mut outside = bench.outside().await;
        let query = "SELECT count(*) FROM pg_stat_activity \
                     WHERE datname = $1 AND query LIKE '%86400%' AND state = 'active'";
        let database = bench.key(0).database;
        let running: i64 = sqlx::query_scalar(query).bind(&*database).fetch_one(&mut outside).await.unwrap();
        running == 1
    });
    // The sleep is polled along, until the server is at it; then it is dropped.
    tokio::select! {
        _ = query.execute(lease.connection()) => panic!("a day is over"),
        () = is_running => {}
    }
    drop(lease);
    // There is one place, and it is free only once the server has let go.
    let mut next = bench.store.acquire(bench.key(0)).await.unwrap();
    assert_eq!(one(next.connection()).await.unwrap(), 1);
}

/// Callers who go after any number of polls, on more databases than there are connections.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_go_leave_nothing_behind() {
    let bench = Arc::new(Bench::new(4, StoreConfig::default().budget(4).deadline(Duration::from_secs(600))).await);
    let tasks = (0..16).map(|task| {
        let bench = Arc::clone(&bench);
        tokio::spawn(async move {
            for round in 0..12 {
                let work = async {
                    let mut lease = bench.store.acquire(bench.key((task + round) % 4)).await.unwrap();
                    assert_clean(lease.connection(), round).await;
                    let mut transaction = lease.connection().begin().await.unwrap();
                    sqlx::query("SELECT set_config('sqh.trace', 'left', false), pg_current_xact_id()")
                        .execute(&mut *transaction)
                        .await
                        .unwrap();
                    transaction.rollback().await.unwrap();
                    lease.settled();
                };
                // From gone at once to hardly ever.
                poll_times(work, (task * 7 + round * 5) % 13).await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    // Comes back once every place is free.
    bench.store.close_all().await;
    bench.until_none_is_connected().await;
}

#[test]
fn a_lease_may_outlive_its_runtime() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let first = runtime();
    let (bench, lent, mut touched) = first.block_on(async {
        let bench = Bench::new(1, StoreConfig::default().budget(3).deadline(Duration::from_secs(600))).await;
        let (lent, touched) =
            (bench.store.acquire(bench.key(0)).await.unwrap(), bench.store.acquire(bench.key(0)).await.unwrap());
        (bench, lent, touched)
    });
    touched.connection();
    first.shutdown_background();
    drop(touched);
    // The other is closed too: nothing can be sent on it any more.
    drop(lent);
    runtime().block_on(async {
        let mut lease = bench.store.acquire(bench.key(0)).await.unwrap();
        if one(lease.connection()).await.is_err() {
            lease.renew().await.unwrap();
        }
        assert_eq!(one(lease.connection()).await.unwrap(), 1);
    });
}

/// The driver does not count a BEGIN that is a statement like any other.
#[tokio::test]
async fn a_transaction_of_a_statement_is_never_settled() {
    let bench = Bench::new(1, pool_of_one()).await;
    for has_ended in [false, true] {
        let mut lease = bench.store.acquire(bench.key(0)).await.unwrap();
        lease.began();
        sqlx::raw_sql("BEGIN").execute(lease.connection()).await.unwrap();
        assert_eq!(one(lease.connection()).await.unwrap(), 1);
        lease.settled();
        if has_ended {
            sqlx::raw_sql("COMMIT").execute(lease.connection()).await.unwrap();
            lease.ended();
            lease.settled();
        }
        drop(lease);
        let mut next = bench.store.acquire(bench.key(0)).await.unwrap();
        assert_eq!(next.is_fresh(), !has_ended);
        assert_clean(next.connection(), 0).await;
        next.settled();
    }
}

/// A caller waits until another database's connection is closed for it, and then for its login.
#[tokio::test]
async fn dropped_while_room_is_made() {
    let bench = Bench::new(2, pool_of_one()).await;
    for times in 1.. {
        drop(bench.store.acquire(bench.key(1)).await.unwrap());
        let acquire = async { drop(bench.store.acquire(bench.key(0)).await.unwrap()) };
        let ended = poll_times(acquire, times).await;
        let stats = bench.store.stats();
        assert_eq!(stats.waiting, 0, "dropped at poll {times}: {stats:?}");
        // The place comes back whatever it was used for, and nothing else is counted.
        let mut next = bench.store.acquire(bench.key(1)).await.unwrap();
        assert_clean(next.connection(), times).await;
        next.settled();
        drop(next);
        let stats = bench.store.stats();
        assert_eq!([stats.in_use, stats.idle, stats.closing, stats.waiting], [0, 1, 0, 0], "{stats:?}");
        if ended {
            assert!(times > 2, "it waited for the place, and for the login");
            break;
        }
    }
}

#[tokio::test]
async fn an_open_transaction_is_never_settled() {
    let bench = Bench::new(1, pool_of_one()).await;
    let mut lease = bench.store.acquire(bench.key(0)).await.unwrap();
    let transaction = lease.connection().begin().await.unwrap();
    std::mem::forget(transaction);
    lease.settled();
    drop(lease);
    assert!(bench.store.acquire(bench.key(0)).await.unwrap().is_fresh());
}

#[tokio::test]
async fn a_login_whose_caller_goes_is_kept() {
    let bench = Bench::new(1, pool_of_one()).await;
    let mut acquire = Box::pin(bench.store.acquire(bench.key(0)));
    assert!(futures::poll!(&mut acquire).is_pending());
    drop(acquire);
    until(|| async { !bench.connected(&mut bench.outside().await).await.is_empty() }).await;
    assert!(!bench.store.acquire(bench.key(0)).await.unwrap().is_fresh());
}
