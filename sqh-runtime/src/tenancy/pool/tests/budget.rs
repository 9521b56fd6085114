//! How many connections there are, who gets them, and in which order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqh_model::ErrorKind;

use super::bench::{Bench, one, until};
use crate::tenancy::{Claim, ConnectionKey, Party, Server, StoreConfig};

/// For callers that are expected to get what they wait for, on a machine under any load.
const PATIENT: Duration = Duration::from_secs(600);

/// The two rules that carry all others, with three places for callers.
fn check_books(bench: &Bench) {
    let stats = bench.store.stats();
    let places = stats.in_use + stats.idle + stats.closing;
    assert!(places <= 3, "{stats:?}");
    assert!(places == 3 || stats.waiting == 0, "a place is free, and somebody waits: {stats:?}");
    assert!(stats.idle == 0 || stats.waiting <= stats.closing, "one is idle, and none is closed: {stats:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_budget_holds_for_fifty_tasks_on_eight_databases() {
    let bench = Arc::new(Bench::new(8, StoreConfig::default().budget(4).deadline(PATIENT)).await);
    let done = Arc::new(AtomicBool::new(false));
    let watcher = tokio::spawn({
        let (bench, done) = (Arc::clone(&bench), Arc::clone(&done));
        async move {
            let mut outside = bench.outside().await;
            let mut most = 0;
            while !done.load(Ordering::Acquire) {
                most = most.max(bench.connected(&mut outside).await.len());
                check_books(&bench);
            }
            most
        }
    });
    let tasks = (0..50).map(|task| {
        let bench = Arc::clone(&bench);
        tokio::spawn(async move {
            for round in 0..6 {
                // Of three tenants, each of which is in all of the databases.
                let party = Party::Tenant(["a", "b", "c"][task % 3].into());
                let lease = bench.store.acquire(Claim::from(bench.key((task + round) % 8)).by(party)).await;
                let mut lease = lease.unwrap();
                check_books(&bench);
                assert_eq!(one(lease.connection()).await.unwrap(), 1);
                // Every third one goes without a word, so that connections are closed in between.
                if (task + round) % 3 != 0 {
                    lease.settled();
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    done.store(true, Ordering::Release);
    let most = watcher.await.unwrap();
    assert!((1..=4).contains(&most), "{most} connections under a budget of 4");
    assert_eq!((bench.store.stats().in_use, bench.store.stats().waiting), (0, 0));
    bench.store.close_all().await;
    bench.until_none_is_connected().await;
}

#[tokio::test]
async fn the_least_recently_used_key_makes_room() {
    let bench = Bench::new(4, StoreConfig::default().budget(3)).await;
    let mut outside = bench.outside().await;
    for database in [1, 2, 1, 3] {
        let mut lease = bench.store.acquire(bench.key(database)).await.unwrap();
        one(lease.connection()).await.unwrap();
        lease.settled();
    }
    // The keeper, the one that was used again, and the new one.
    let mut expected = [0, 1, 3].map(|database| bench.key(database).database.to_string());
    expected.sort();
    assert_eq!(bench.connected(&mut outside).await, expected);
}

#[tokio::test]
async fn a_settled_connection_is_used_again() {
    let bench = Bench::new(1, StoreConfig::default()).await;
    for is_fresh in [true, false, false] {
        let mut lease = bench.store.acquire(bench.key(0)).await.unwrap();
        assert_eq!(lease.is_fresh(), is_fresh);
        one(lease.connection()).await.unwrap();
        lease.settled();
    }
}

#[tokio::test]
async fn whoever_waits_past_the_deadline_is_told_so() {
    let config = StoreConfig::default().budget(2).deadline(Duration::from_millis(20));
    let bench = Bench::new(2, config).await;
    let held = bench.store.acquire(bench.key(0)).await.unwrap();
    for database in [0, 1] {
        let error = bench.store.acquire(bench.key(database)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overloaded, "{error}");
        assert!(error.is_retryable());
        assert!(error.message().contains(&*bench.key(database).database), "{error}");
        assert!(error.message().contains("all 2 of the budget"), "{error}");
        assert_eq!(bench.store.stats().waiting, 0);
    }
    drop(held);
    bench.store.acquire(bench.key(0)).await.unwrap();
}

#[tokio::test]
async fn every_place_is_accounted_for() {
    let bench = Arc::new(Bench::new(2, StoreConfig::default().budget(3).deadline(PATIENT)).await);
    let counts = || {
        let stats = bench.store.stats();
        assert_eq!(stats.budget, 3);
        [stats.in_use, stats.idle, stats.closing, stats.waiting]
    };
    assert_eq!(counts(), [0, 0, 0, 0]);
    let mut first = bench.store.acquire(bench.key(0)).await.unwrap();
    let second = bench.store.acquire(bench.key(0)).await.unwrap();
    assert_eq!(counts(), [2, 0, 0, 0]);
    assert!(second.waited() > Duration::ZERO);
    drop(second);
    assert_eq!(counts(), [1, 1, 0, 0]);
    let reused = bench.store.acquire(bench.key(0)).await.unwrap();
    assert_eq!(reused.waited(), Duration::ZERO);
    drop(reused);
    // Another database needs the place of the idle one.
    let mut third = Box::pin(bench.store.acquire(bench.key(1)));
    assert!(futures::poll!(&mut third).is_pending());
    assert_eq!(counts(), [1, 0, 1, 1]);
    first.connection();
    drop(first);
    assert_eq!(counts(), [0, 0, 2, 1]);
    let third = third.await.unwrap();
    until(|| async { counts() == [1, 0, 0, 0] }).await;
    drop(third);
    bench.store.close_all().await;
    assert_eq!(counts(), [0, 0, 0, 0]);
}

#[tokio::test]
async fn a_waiter_that_goes_takes_nothing_along() {
    let bench = Bench::new(2, StoreConfig::default().budget(2).deadline(PATIENT)).await;
    let held = bench.store.acquire(bench.key(0)).await.unwrap();
    let mut gone = Box::pin(bench.store.acquire(bench.key(1)));
    assert!(futures::poll!(&mut gone).is_pending());
    let mut granted = Box::pin(bench.store.acquire(bench.key(0)));
    assert!(futures::poll!(&mut granted).is_pending());
    drop(gone);
    // The connection has been handed over when the other goes too.
    drop(held);
    drop(granted);
    bench.store.acquire(bench.key(1)).await.unwrap();
}

#[tokio::test]
async fn what_is_idle_for_too_long_is_closed() {
    let bench = Bench::new(2, StoreConfig::default().max_idle(Duration::from_millis(5))).await;
    let mut outside = bench.outside().await;
    drop(bench.store.acquire(bench.key(1)).await.unwrap());
    let keeper = [bench.key(0).database.to_string()];
    while bench.connected(&mut outside).await != keeper {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // And again, once the first round of sweeping has ended.
    assert!(bench.store.acquire(bench.key(1)).await.unwrap().is_fresh());
    while bench.connected(&mut outside).await != keeper {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn an_evicted_database_can_be_dropped() {
    let bench = Bench::new(2, StoreConfig::default()).await;
    let mut outside = bench.outside().await;
    let key = bench.key(1);
    let lent = bench.store.acquire(key.clone()).await.unwrap();
    drop(bench.store.acquire(key.clone()).await.unwrap());
    assert_eq!(bench.connected(&mut outside).await.len(), 2);

    bench.store.evict(&key.server, &key.database).await;
    let mut keeper_and_lent = [bench.key(0).database.to_string(), key.database.to_string()];
    keeper_and_lent.sort();
    assert_eq!(bench.connected(&mut outside).await, keeper_and_lent);
    drop(lent);
    until(|| async { bench.connected(&mut bench.outside().await).await.len() == 1 }).await;
    assert!(bench.store.acquire(key).await.unwrap().is_fresh());
}

#[tokio::test]
async fn a_closed_store_refuses() {
    let bench = Bench::new(1, StoreConfig::default()).await;
    let lent = bench.store.acquire(bench.key(0)).await.unwrap();
    let store = bench.store.clone();
    let closing = tokio::spawn(async move { store.close_all().await });
    until(|| async { bench.store.acquire(bench.key(0)).await.is_err() }).await;
    let error = bench.store.acquire(bench.key(0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    drop(lent);
    closing.await.unwrap();
    bench.until_none_is_connected().await;
}

#[tokio::test]
async fn a_budget_without_room_for_callers_is_refused() {
    let bench = Bench::new(1, StoreConfig::default()).await;
    let servers = bench.store.servers().clone();
    let error = crate::tenancy::ConnectionStore::new(servers, StoreConfig::default().budget(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.message().contains("at least 2"), "{error}");
}

#[tokio::test]
async fn a_server_takes_its_part_of_the_budget_along() {
    let bench = Bench::new(2, StoreConfig::default().budget(3).deadline(PATIENT)).await;
    let east = || Server::named("east", bench.url()).unwrap();
    let key = |database| ConnectionKey { server: "east".into(), ..bench.key(database) };
    for _ in 0..3 {
        bench.store.put_server(east()).unwrap();
        let mut lease = bench.store.acquire(key(0)).await.unwrap();
        one(lease.connection()).await.unwrap();
        lease.settled();
        // The one place for callers is taken, and its server is another now.
        bench.store.put_server(east()).unwrap();
        let mut next = Box::pin(bench.store.acquire(key(0)));
        assert!(futures::poll!(&mut next).is_pending());
        drop(lease);
        let next = next.await.unwrap();
        assert!(next.is_fresh());
        let mut two = Box::pin(bench.store.acquire(bench.key(0)));
        assert!(futures::poll!(&mut two).is_pending());
        bench.store.remove_server("east");
        assert_eq!(bench.store.acquire(key(0)).await.unwrap_err().kind(), ErrorKind::NotFound);
        drop(next);
        // Without the other server there are places for two.
        let _two = (two.await.unwrap(), bench.store.acquire(bench.key(0)).await.unwrap());
    }
    bench.store.put_server(east()).unwrap();
    let error = bench.store.put_server(Server::named("west", bench.url()).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
}

#[tokio::test]
async fn of_those_who_hold_everything_and_wait_one_is_told_so() {
    let bench = Bench::new(2, StoreConfig::default().budget(3).deadline(PATIENT)).await;
    let first = bench.store.acquire(bench.key(0)).await.unwrap();
    let first_waits = bench.store.wait_while_holding().unwrap();
    let second = bench.store.acquire(bench.key(0)).await.unwrap();
    let mut another = Box::pin(bench.store.acquire(bench.key(1)));
    assert!(futures::poll!(&mut another).is_pending());
    let error = bench.store.wait_while_holding().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overloaded, "{error}");
    assert!(error.message().contains("budget of 3"), "{error}");
    // Whoever was told so gives up, and the other gets its place.
    drop(second);
    let another = another.await.unwrap();
    drop(first_waits);
    drop((first, another));
    // As long as there is somebody else, whose connection comes back, one waits.
    let (_first, _second) = (bench.store.acquire(bench.key(0)).await, bench.store.acquire(bench.key(0)).await);
    drop(bench.store.wait_while_holding().unwrap());
    drop(bench.store.wait_while_holding().unwrap());
}
