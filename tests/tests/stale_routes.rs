//! A tenant that has moved: no write of a stale route is kept, and the path finds the new route itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqh_runtime::prelude::*;
use sqh_runtime::schema::Placement;
use sqh_runtime::scope::Tenant;
use sqh_tests::harness::postgres::Postgres;
use sqh_tests::harness::{World, refused};
use sqh_tests::models::Book;
use sqlx::{Connection as _, PgConnection};

/// Every way to write.
const WRITES: &[&str] = &[
    "create",
    "upsert",
    "update",
    "update of nothing",
    "update by filter",
    "update by filter of nothing",
    "replace",
    "delete",
    "delete of nothing",
    "delete by filter",
    "delete by filter of nothing",
    "a batch",
    "a batch that replies",
    "a batch by COPY",
    "transaction",
];

const PLACEMENTS: [Placement; 3] = [Placement::Database, Placement::Schema, Placement::Row];

fn book(id: i64) -> Book {
    Book { isbn: Some(format!("isbn {id}")), ..Book::new(id, &format!("book {id}")) }
}

/// Writes to the record 1, to none, or new ones from 10 on.
async fn write(way: &str, world: &World) -> Result<()> {
    let World { records, cx, .. } = world;
    let changes = || Book::changes().set(Book::PAGES, 99);
    match way {
        "create" => records.create(cx, book(10)).await.map(drop),
        "upsert" => records.upsert(cx, book(1), Conflict::key()).await.map(drop),
        "update" => records.update::<Book>(cx, 1, changes()).await.map(drop),
        "update of nothing" => found(records.update::<Book>(cx, 404, changes()).await),
        "update by filter" => records.query(cx, Book::update().set(Book::PAGES, 5).all()).await.map(drop),
        "update by filter of nothing" => {
            let nothing = Book::update().set(Book::PAGES, 5).filter(Book::ID.eq(404));
            records.query(cx, nothing).await.map(drop)
        }
        "replace" => records.replace(cx, Book { version: 1, ..book(1) }).await.map(drop),
        "delete" => records.delete::<Book>(cx, 1).await.map(drop),
        "delete of nothing" => records.delete::<Book>(cx, 404).await.map(drop),
        "delete by filter" => records.query(cx, Book::delete().all()).await.map(drop),
        "delete by filter of nothing" => records.query(cx, Book::delete().filter(Book::ID.eq(404))).await.map(drop),
        "a batch" => batch(records, cx, 20).await,
        "a batch that replies" => records.batch_create(cx, (10..20).map(book)).await.map(drop),
        "a batch by COPY" => batch(records, cx, 10_000).await,
        "transaction" => records.transaction(cx, async |tx| tx.create(cx, book(10)).await.map(drop)).await,
        other => panic!("{other} is not written"),
    }
}

/// A source gives each record once: all of them arrive, however often the batch was sent.
async fn batch(records: &PlatformGroupRecordService, cx: &Cx<Tenant>, count: i64) -> Result<()> {
    let given = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&given);
    let source = (10..10 + count).map(move |id| {
        counter.fetch_add(1, Ordering::Relaxed);
        book(id)
    });
    let created = records.batch_create_count(cx, source).await?;
    assert_eq!((created, given.load(Ordering::Relaxed)), (count as u64, count as u64));
    Ok(())
}

fn found<T>(outcome: Result<T>) -> Result<()> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        outcome => outcome.map(drop),
    }
}

/// Takes the place from the writers of the epoch that they know; gives the next one.
async fn fence(world: &World) -> i64 {
    let slug = world.cx.tenant();
    let server = sqh_dev_postgres::shared().await;
    let mut catalog = PgConnection::connect(&server.url("sqh_platform")).await.unwrap();
    let next: i64 = sqlx::query_scalar("SELECT nextval('sqh.epochs')").fetch_one(&mut catalog).await.unwrap();
    let databases = "SELECT unnest(ARRAY[database_name, pooled_database_name]) FROM sqh.tenants WHERE slug = $1";
    let databases: Vec<String> = sqlx::query_scalar(databases).bind(slug).fetch_all(&mut catalog).await.unwrap();
    let mut fenced = 0;
    for database in databases {
        let Ok(mut there) = PgConnection::connect(&server.url(&database)).await else { continue };
        let fence = sqlx::query_scalar("SELECT sqh.fence($1, $2)").bind(slug).bind(next);
        fenced += i32::from(fence.fetch_one(&mut there).await.unwrap_or(false));
        there.close().await.unwrap();
    }
    assert_eq!(fenced, 1, "a tenant is in one place");
    catalog.close().await.unwrap();
    next
}

async fn tell_the_catalog(world: &World, epoch: i64) {
    let server = sqh_dev_postgres::shared().await;
    let mut catalog = PgConnection::connect(&server.url("sqh_platform")).await.unwrap();
    let update = sqlx::query("UPDATE sqh.tenants SET epoch = $2 WHERE slug = $1").bind(world.cx.tenant()).bind(epoch);
    assert_eq!(update.execute(&mut catalog).await.unwrap().rows_affected(), 1);
    catalog.close().await.unwrap();
}

async fn world(placement: Placement) -> (Postgres, World) {
    let harness = Postgres::placed(placement).await;
    let world = World::new(&harness).await;
    world.records.create(&world.cx, book(1)).await.unwrap();
    (harness, world)
}

#[tokio::test]
async fn no_write_of_a_stale_route_is_kept() {
    for placement in PLACEMENTS {
        let (_harness, world) = world(placement).await;
        let before = world.records.list(&world.cx, Book::select()).await.unwrap();
        fence(&world).await;
        for way in WRITES {
            let error = refused(write(way, &world).await, ErrorKind::Unavailable);
            assert!(error.is_stale_route() && error.is_retryable(), "{placement:?}, {way}: {error}");
            let after = world.records.list(&world.cx, Book::select()).await.unwrap();
            assert_eq!(after, before, "{placement:?}: {way} has written");
        }
    }
}

#[tokio::test]
async fn a_write_of_a_stale_route_finds_the_new_one() {
    for placement in PLACEMENTS {
        let (_harness, world) = world(placement).await;
        for way in WRITES {
            let epoch = fence(&world).await;
            tell_the_catalog(&world, epoch).await;
            write(way, &world).await.unwrap_or_else(|error| panic!("{placement:?}, {way}: {error:?}"));
            world.records.query(&world.cx, Book::delete().all()).await.unwrap();
            world.records.create(&world.cx, book(1)).await.unwrap();
        }
    }
}

/// The lock is held until the transaction ends, so nobody moves a tenant in the middle of one.
#[tokio::test]
async fn a_fence_waits_for_an_open_transaction() {
    let (_harness, world) = world(Placement::Row).await;
    let tx = world.records.begin(&world.cx).await.unwrap();
    let mut fencing = Box::pin(fence(&world));
    tokio::select! {
        _ = &mut fencing => panic!("the fence did not wait"),
        outcome = async {
            for id in 10..20 {
                tx.create(&world.cx, book(id)).await?;
            }
            Ok::<_, Error>(())
        } => outcome.unwrap(),
    }
    tx.commit().await.unwrap();
    let epoch = fencing.await;
    tell_the_catalog(&world, epoch).await;
    assert_eq!(world.records.count(&world.cx, Book::select()).await.unwrap(), 11);
}
