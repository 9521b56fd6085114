//! What fails, on a server: its kind is told, and not its message.

use futures::FutureExt as _;
use sqh_runtime::prelude::*;
use sqh_tests::harness::postgres::Postgres;
use sqh_tests::harness::{World, refused};
use sqh_tests::models::Book;

use crate::capture::{Watch, watched};

const CANARY: &str = "canary91d2";

fn book(id: i64) -> Book {
    Book { isbn: Some(CANARY.to_owned()), ..Book::new(id, CANARY) }
}

#[test]
fn an_error_is_told_by_its_kind() {
    watched(async |watch| {
        let World { records, cx, .. } = &World::new(&Postgres::shared().await).await;
        records.create(cx, book(1)).await.unwrap();
        watch.metrics();
        refused(records.create(cx, book(2)).await, ErrorKind::Conflict);
        check(watch, "create", "conflict");
        let driver = watch.last("postgresql");
        assert_eq!(driver.field("error.type"), Some("conflict"));
        assert_eq!(driver.field("db.response.status_code"), Some("23505"));
        assert_eq!(driver.field("otel.status_code"), Some("ERROR"));
        nothing_is_said(watch);
    });
}

#[test]
fn what_is_refused_reaches_no_server() {
    watched(async |watch| {
        let world = World::new(&Postgres::shared().await).await;
        let user = world.user(&["library:read"]).await;
        watch.metrics();
        let before = watch.spans("postgresql").len();
        refused(world.records.create(&user, book(1)).await, ErrorKind::Denied);
        assert_eq!(watch.spans("postgresql").len(), before);
        check(watch, "create", "denied");
        assert_eq!(watch.last("sqh.operation").field("sqh.user"), Some("somebody"));
        assert_eq!(watch.last("sqh.operation").field("sqh.system_reason"), None);
    });
}

#[test]
fn a_dropped_operation_is_told_as_cancelled() {
    watched(async |watch| {
        let World { records, cx, .. } = &World::new(&Postgres::shared().await).await;
        records.create(cx, book(1)).await.unwrap();
        let changes = || Book::changes().set(Book::PAGES, 9);
        let tx = records.begin(cx).await.unwrap();
        tx.update::<Book>(cx, 1, changes()).await.unwrap();
        watch.metrics();
        assert!(records.update::<Book>(cx, 1, changes()).now_or_never().is_none(), "it waits for the transaction");
        check(watch, "update", "cancelled");
        assert!(watch.last("sqh.operation").is_closed && watch.last("postgresql").is_closed);
        tx.rollback().await.unwrap();
    });
}

#[test]
fn each_operation_of_a_transaction_counts() {
    watched(async |watch| {
        let World { records, cx, .. } = &World::new(&Postgres::shared().await).await;
        records.create(cx, Book::new(1, "before")).await.unwrap();
        watch.metrics();
        let work = async |tx: &Transaction| {
            tx.create(cx, book(2)).await?;
            tx.create(cx, book(3)).await
        };
        refused(records.transaction(cx, work).await, ErrorKind::Conflict);
        let mut counted: Vec<_> = watch
            .metrics_of("db.client.operation.duration")
            .into_iter()
            .map(|metric| {
                let of = |label: &str| metric.label(label).map(str::to_owned);
                (of("db.operation.name").unwrap(), of("error.type"), metric.values.len())
            })
            .collect();
        counted.sort();
        let conflict = Some("conflict".to_owned());
        assert_eq!(counted, [("begin".into(), None, 1), ("create".into(), None, 1), ("create".into(), conflict, 1)]);
        nothing_is_said(watch);
    });
}

#[track_caller]
fn check(watch: &Watch, operation: &str, error: &str) {
    let span = watch.last("sqh.operation");
    assert_eq!(span.field("error.type"), Some(error));
    assert_eq!(span.field("otel.status_code"), Some("ERROR"));
    let metrics = watch.metrics();
    let of_path = |name: &str| metrics.iter().filter(|metric| metric.name == name).cloned().collect::<Vec<_>>();
    let durations = of_path("db.client.operation.duration");
    assert_eq!(durations.len(), 1, "{durations:?}");
    assert_eq!(durations[0].label("db.operation.name"), Some(operation));
    assert_eq!(durations[0].label("error.type"), Some(error));
    assert_eq!(durations[0].values.len(), 1);
    assert_eq!(of_path("db.client.response.returned_rows"), []);
    assert_eq!(of_path("sqh.client.operation.affected_rows"), []);
}

#[track_caller]
fn nothing_is_said(watch: &Watch) {
    for told in watch.told() {
        assert!(!format!("{told:?}").contains(CANARY), "{told:?}");
    }
}
