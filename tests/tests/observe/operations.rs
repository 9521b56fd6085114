//! Every operation, on a server: its spans, its metrics, and nothing of its records.

use std::collections::BTreeSet;

use futures::TryStreamExt as _;
use sqh_runtime::expr::SearchQuery;
use sqh_runtime::prelude::*;
use sqh_runtime::report::{count, from};
use sqh_runtime::scope::Tenant;
use sqh_runtime::sql::RawSql;
use sqh_runtime::testing::isolation::PATHS;
use sqh_tests::harness::World;
use sqh_tests::harness::postgres::Postgres;
use sqh_tests::models::{Book, Essay, ShelfStat, Station};
use tracing::Level;

use crate::capture::{Metric, Watch, watched};

/// What must be seen nowhere but in the records.
const CANARY: &str = "canary7f3a";

/// An operation, the records that it returns and those that it changes.
type Case = (&'static str, &'static str, Option<u64>, Option<u64>);

const CASES: &[Case] = &[
    ("create", "book", Some(1), Some(1)),
    ("batch_create", "book", Some(3), Some(3)),
    ("get", "book", Some(1), None),
    ("list", "book", Some(4), None),
    ("related", "book", Some(4), None),
    ("search", "book", Some(4), None),
    ("select", "book", Some(4), None),
    ("report", "book", Some(1), None),
    ("stream_report", "book", Some(4), None),
    ("join_shared", "book", Some(4), None),
    ("raw_sql", "book", Some(1), None),
    ("count", "book", None, None),
    ("stream", "book", Some(4), None),
    ("explain", "book", None, None),
    ("upsert", "book", Some(1), Some(1)),
    ("update", "book", Some(1), Some(1)),
    ("update by filter", "book", None, Some(4)),
    ("delete", "book", None, Some(1)),
    ("delete by filter", "book", None, Some(3)),
    ("fuzzy_search", "essay", Some(1), None),
    ("full_text_search", "essay", Some(1), None),
    ("refresh", "shelf_stat", None, None),
    ("freshness", "shelf_stat", None, None),
    ("begin", "", None, None),
];

/// What the migrator does, on connections that no tenant waits for.
const BY_THE_MIGRATOR: &[&str] = &["refresh", "freshness"];

#[test]
fn every_operation_has_its_spans_and_metrics() {
    watched(async |watch| {
        let world = World::new(&Postgres::shared().await).await;
        let essay = Essay { id: 1, title: CANARY.to_owned() };
        world.records.create(&world.cx, essay).await.unwrap();
        for case in CASES {
            watch.metrics();
            run(case.0, &world, &world.cx).await;
            check_metrics(case, &watch.metrics(), world.cx.tenant());
            check_spans(case, watch, world.cx.tenant());
        }
        check_nothing_is_said(watch);
    });
}

#[test]
fn every_operation_is_a_case() {
    let there: BTreeSet<&str> = PATHS.iter().flat_map(|path| path.operations.iter().copied()).collect();
    assert_eq!(there.len(), CASES.len(), "{there:?}");
}

fn book(id: i64) -> Book {
    Book { isbn: Some(format!("{CANARY}-{id}")), ..Book::new(id, &format!("{CANARY} {id}")) }
}

async fn run(operation: &str, world: &World, cx: &Cx<Tenant>) {
    let (records, postgres) = (&world.records, world.platform.postgres());
    match operation {
        "create" => drop(records.create(cx, book(1)).await.unwrap()),
        "batch_create" => drop(records.batch_create(cx, (2..5).map(book)).await.unwrap()),
        "get" => drop(records.get::<Book>(cx, 1).await.unwrap()),
        "list" => drop(records.list(cx, Book::select().filter(Book::TITLE.ne(CANARY))).await.unwrap()),
        "related" => drop(records.list_with(cx, Book::select().with(Book::ID.to(Book::ID))).await.unwrap()),
        "search" => drop(records.search(cx, CANARY, Book::select()).await.unwrap()),
        "select" => drop(records.query(cx, Book::select().columns((Book::TITLE,))).await.unwrap()),
        "report" => {
            let report = from::<Book>().filter(Book::TITLE.ne(CANARY)).aggregate((count(),));
            assert_eq!(postgres.aggregate(cx, report).await.unwrap(), [(4,)]);
        }
        "stream_report" => {
            let report = from::<Book>().filter(Book::TITLE.ne(CANARY)).select((Book::TITLE,));
            let rows: Vec<_> = postgres.stream_report(cx, report).await.unwrap().try_collect().await.unwrap();
            assert_eq!(rows.len(), 4);
        }
        "join_shared" => {
            let report = from::<Book>()
                .left_join(Book::TITLE.equals(Station::STATION_CODE))
                .filter(Book::TITLE.ne(CANARY))
                .select((Book::TITLE, Station::NAME));
            assert_eq!(postgres.join_shared(cx, report).await.unwrap().len(), 4);
        }
        "raw_sql" => {
            // A literal would be told with the statement, by the driver's events of level DEBUG.
            let sql = RawSql::new("SELECT count(*) FROM Book WHERE title <> :title").text("title", CANARY);
            assert_eq!(postgres.raw_sql::<(i64,)>(cx, sql).await.unwrap(), [(4,)]);
        }
        "count" => assert_eq!(records.count(cx, Book::select()).await.unwrap(), 4),
        "stream" => {
            let books: Vec<Book> = records.stream(cx, Book::select()).await.unwrap().try_collect().await.unwrap();
            assert_eq!(books.len(), 4);
        }
        "explain" => drop(postgres.explain_list(cx, Book::select().filter(Book::TITLE.eq(CANARY))).await.unwrap()),
        "upsert" => drop(records.upsert(cx, book(1), Conflict::key()).await.unwrap()),
        "update" => {
            let changes = Book::changes().set(Book::BLURB, Some(CANARY.to_owned()));
            records.update::<Book>(cx, 1, changes).await.unwrap();
        }
        "update by filter" => {
            let update = Book::update().set(Book::SHELF, Some(CANARY.to_owned())).all();
            assert_eq!(records.query(cx, update).await.unwrap(), 4);
        }
        "delete" => assert!(records.delete::<Book>(cx, 1).await.unwrap()),
        "delete by filter" => assert_eq!(records.query(cx, Book::delete().all()).await.unwrap(), 3),
        "fuzzy_search" => assert_eq!(postgres.fuzzy_search(cx, Essay::TITLE, CANARY, 5).await.unwrap().len(), 1),
        "full_text_search" => {
            let query = SearchQuery::<Essay>::new(CANARY).fuzzy().highlight();
            assert_eq!(postgres.full_text_search(cx, query).await.unwrap().len(), 1);
        }
        "refresh" => drop(records.refresh::<ShelfStat>(cx).await.unwrap()),
        "freshness" => drop(records.freshness::<ShelfStat>(cx).await.unwrap()),
        // Its end would have a span of its own.
        "begin" => drop(records.begin(cx).await.unwrap()),
        other => panic!("there is no operation `{other}`"),
    }
}

#[track_caller]
fn check_metrics((operation, _, returned, affected): &Case, metrics: &[Metric], tenant: &str) {
    let of = |name: &str| {
        let found: Vec<_> = metrics.iter().filter(|metric| metric.name == name).collect();
        // Related records are read behind those that they belong to.
        let found: Vec<_> = match found[..] {
            [_, _] if *operation == "related" => {
                found.into_iter().filter(|metric| metric.label("db.operation.name") == Some(*operation)).collect()
            }
            _ => found,
        };
        assert!(found.len() <= 1, "{operation}: {found:?}");
        let metric = *found.first()?;
        assert_eq!(metric.label("db.system.name"), Some("postgresql"));
        assert_eq!(metric.label("db.operation.name"), Some(*operation));
        assert_eq!(metric.label("sqh.tenant"), Some(tenant));
        assert_eq!(metric.labels.len(), 3, "{metric:?}");
        assert_eq!(metric.values.len(), 1, "{metric:?}");
        Some(metric.values[0])
    };
    let duration = of("db.client.operation.duration").unwrap_or_else(|| panic!("{operation} has no duration"));
    assert!(duration > 0.0);
    assert_eq!(of("db.client.response.returned_rows"), returned.map(|rows| rows as f64), "{operation}");
    assert_eq!(of("sqh.client.operation.affected_rows"), affected.map(|rows| rows as f64), "{operation}");
    let waits: Vec<_> = metrics.iter().filter(|metric| metric.name == "db.client.connection.wait_time").collect();
    if BY_THE_MIGRATOR.contains(operation) {
        assert!(waits.is_empty(), "{operation}: it waits in nobody's name");
        return;
    }
    assert_eq!(waits.len(), 1, "{operation}");
    assert_eq!(waits[0].label("db.client.connection.pool.name"), Some("default"));
    assert_eq!(waits[0].label("sqh.tenant"), Some(tenant));
}

#[track_caller]
fn check_spans((operation, table, returned, affected): &Case, watch: &Watch, tenant: &str) {
    let (ours, driver) = (watch.last("sqh.operation"), watch.last("postgresql"));
    let rows = |rows: &Option<u64>| rows.map(|rows| rows.to_string());
    let batch = affected.filter(|_| *operation == "batch_create");
    for span in [&ours, &driver] {
        assert_eq!(span.level, Level::INFO);
        assert!(span.is_closed, "{span:?}");
        assert_eq!(span.field("db.system.name"), Some("postgresql"));
        assert_eq!(span.field("db.operation.name"), Some(*operation));
        assert_eq!(span.field("db.response.returned_rows"), rows(returned).as_deref(), "{span:?}");
        assert_eq!(span.field("db.operation.batch.size"), rows(&batch).as_deref(), "{span:?}");
        assert_eq!(span.field("error.type"), None);
        if !table.is_empty() {
            assert_eq!(span.field("db.collection.name"), Some(*table));
        }
    }
    assert_eq!(ours.field("otel.kind"), Some("internal"));
    assert_eq!(ours.field("sqh.tenant"), Some(tenant));
    assert_eq!(ours.field("sqh.system_reason"), Some("the conformance suite"));
    assert_eq!(ours.field("sqh.user"), None);
    assert_eq!(ours.field("sqh.affected_rows"), rows(affected).as_deref());
    assert_eq!(driver.around, ["sqh.operation"]);
    assert_eq!(driver.field("otel.kind"), Some("client"));
    assert_eq!(driver.field("db.namespace"), Some(format!("sqh_tenant_{tenant}").as_str()));
    assert!(driver.field("server.address").is_some() && driver.field("server.port").is_some(), "{driver:?}");
    assert_eq!(driver.field("sqh.connection.wait").is_none(), BY_THE_MIGRATOR.contains(operation), "{driver:?}");
    if !table.is_empty() {
        assert_eq!(driver.field("otel.name"), Some(format!("{operation} {table}").as_str()));
    }
}

#[track_caller]
fn check_nothing_is_said(watch: &Watch) {
    for told in watch.told() {
        let told = format!("{told:?}");
        assert!(!told.contains(CANARY), "{told}");
    }
    for metric in watch.metrics() {
        assert!(!format!("{metric:?}").contains(CANARY), "{metric:?}");
    }
}
