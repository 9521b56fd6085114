//! Connections that their server has ended, and servers that are not there.

use sqh_model::ErrorKind;

use super::bench::{Bench, one};
use crate::tenancy::server::is_connection_lost;
use crate::tenancy::{ConnectionStore, Server, Servers, StoreConfig};

#[tokio::test]
async fn a_connection_that_died_idle_is_renewed() {
    let bench = Bench::new(2, StoreConfig::default()).await;
    let mut outside = bench.outside().await;
    let (first, second) =
        (bench.store.acquire(bench.key(1)).await.unwrap(), bench.store.acquire(bench.key(1)).await.unwrap());
    drop((first, second));
    bench.end_connections_to(1, &mut outside).await;

    let mut lease = bench.store.acquire(bench.key(1)).await.unwrap();
    assert!(!lease.is_fresh());
    let error = one(lease.connection()).await.unwrap_err();
    assert!(is_connection_lost(&error), "{error:?}");
    lease.renew().await.unwrap();
    assert!(lease.is_fresh());
    assert_eq!(one(lease.connection()).await.unwrap(), 1);
    lease.settled();
    // The other idle one was as dead, and is not lent.
    let other = bench.store.acquire(bench.key(1)).await.unwrap();
    assert!(other.is_fresh());
}

#[tokio::test]
async fn a_keeper_that_died_is_replaced() {
    let bench = Bench::new(1, StoreConfig::default().budget(2)).await;
    let mut outside = bench.outside().await;
    for _ in 0..3 {
        let mut lease = bench.store.acquire(bench.key(0)).await.unwrap();
        one(lease.connection()).await.unwrap();
        drop(lease);
        bench.end_connections_to(0, &mut outside).await;
    }
}

#[tokio::test]
async fn an_error_of_a_statement_is_no_lost_connection() {
    let bench = Bench::new(1, StoreConfig::default()).await;
    let mut lease = bench.store.acquire(bench.key(0)).await.unwrap();
    let error = sqlx::query("SELECT 1 / 0").execute(lease.connection()).await.unwrap_err();
    assert!(!is_connection_lost(&error), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_down_is_unavailable() {
    let bench = Bench::new(1, StoreConfig::default()).await;
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let url = format!("postgres://app:hush@127.0.0.1:{port}/app");
    let store = ConnectionStore::new(Servers::single(Server::new(&url).unwrap()), StoreConfig::default()).unwrap();
    let error = store.acquire(bench.key(0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let shown = format!("{error} {error:?} {store:?} {:?}", store.servers());
    assert!(error.message().contains(&format!("the server `default` (127.0.0.1, port {port})")), "{error}");
    assert!(!shown.contains("hush"), "{shown}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named() {
    let bench = Bench::new(1, StoreConfig::default()).await;
    let mut key = bench.key(0);
    key.database = "sqh_tenant_nobody_here".into();
    let error = bench.store.acquire(key).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.message().contains("no database `sqh_tenant_nobody_here`"), "{error}");
}
