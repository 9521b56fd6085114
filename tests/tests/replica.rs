//! Reads that go to a real streaming standby.

use std::time::Duration;

use futures::StreamExt as _;
use sqh_dev_postgres::{Config, Server};
use sqh_runtime::prelude::*;
use sqh_runtime::scope::Tenant;
use sqh_runtime::{Platform, PlatformBuilder};
use sqh_tests::models::Book;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

fn config() -> Config {
    let config = Config::new().search_path(std::env::var_os("PATH").unwrap_or_default());
    match std::env::var_os("SQH_PG_BIN").filter(|folder| !folder.is_empty()) {
        Some(folder) => config.bin_dir(folder),
        None => config,
    }
}

async fn run(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
}

/// A server with a standby; `None`, with a word about it, where the programs for that are missing.
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
async fn pair() -> Option<(Server, Server)> {
    let primary = Server::start_with(config()).await.unwrap();
    let standby = primary.start_standby(config()).await.unwrap();
    if standby.is_none() {
        eprintln!("skipped: there is no pg_basebackup beside this server's programs");
    }
    standby.map(|standby| (primary, standby))
}

async fn tenant(builder: PlatformBuilder) -> (Platform, Cx<Tenant>) {
    let platform = builder.build().await.unwrap();
    platform.init().await.unwrap();
    let principal = Principal::system("a test of replicas");
    platform.tenants().provision(&platform.fleet(&principal).await.unwrap(), "acme").await.unwrap();
    let cx = platform.tenant(&principal, "acme").await.unwrap();
    (platform, cx)
}

/// Comes back once the standby itself has a book.
async fn until_copied(standby: &Server) {
    let books = async || -> Result<i64, sqlx::Error> {
        let mut connection = PgConnection::connect(&standby.url("sqh_tenant_acme")).await?;
        sqlx::query_scalar("SELECT count(*) FROM book").fetch_one(&mut connection).await
    };
    while !matches!(books().await, Ok(1)) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn reads_go_to_the_standby_and_writes_to_the_primary() {
    let Some((primary, standby)) = pair().await else { return };
    let builder = Platform::builder().models(models![Book]).postgres(primary.admin_url());
    let (platform, cx) = tenant(builder.replica(standby.admin_url())).await;
    let records = platform.records();
    let replica = cx.on_replica();
    records.create(&cx, Book::new(1, "one")).await.unwrap();
    until_copied(&standby).await;

    // A standby that has stopped to copy shows who answers.
    run(&standby.admin_url(), "SELECT pg_wal_replay_pause()").await;
    let second = records.create(&replica, Book::new(2, "two")).await.unwrap();
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 2);
    assert_eq!(records.count(&replica, Book::select()).await.unwrap(), 1);
    assert_eq!(records.get::<Book>(&replica, 2).await.unwrap_err().kind(), ErrorKind::NotFound);
    let streamed: Vec<_> = records.stream(&replica, Book::select()).await.unwrap().collect().await;
    assert_eq!(streamed.len(), 1);

    // Whatever changes a record, and a transaction, sees the newest.
    let changed = records.replace(&replica, Book { title: "two again".to_owned(), ..second }).await.unwrap();
    assert_eq!(changed.version, 2);
    let transaction = records.begin(&replica).await.unwrap();
    assert_eq!(transaction.count(&replica, Book::select()).await.unwrap(), 2);
    transaction.rollback().await.unwrap();
    records.delete::<Book>(&replica, 2).await.unwrap();
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_standby_that_goes_is_replaced_by_another_and_by_the_primary() {
    let Some((primary, standby)) = pair().await else { return };
    // The first never answers: a port that was free a moment ago.
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let builder = Platform::builder().models(models![Book]).postgres(primary.admin_url());
    let builder = builder.replica(format!("postgres://127.0.0.1:{port}")).replica(standby.admin_url());
    let (platform, cx) = tenant(builder).await;
    let records = platform.records();
    records.create(&cx, Book::new(1, "one")).await.unwrap();
    until_copied(&standby).await;
    run(&standby.admin_url(), "SELECT pg_wal_replay_pause()").await;
    records.create(&cx, Book::new(2, "two")).await.unwrap();
    for _ in 0..4 {
        assert_eq!(records.count(&cx.on_replica(), Book::select()).await.unwrap(), 1, "the standby answers");
    }
    // Its connections are idle in the store when it goes.
    drop(standby);
    for _ in 0..4 {
        assert_eq!(records.count(&cx.on_replica(), Book::select()).await.unwrap(), 2, "the primary answers");
    }
}
