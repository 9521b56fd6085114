//! Partitioned models: the declared key is the identity, the physical one finds it faster.

use serde_json::json;
use sqh_runtime::prelude::*;

use crate::harness::{Harness, World, refused, refused_in};
use crate::models::{Event, Reading};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

const MONTH: i64 = 31 * 86_400;

fn event(id: i64, second: i64, what: &str) -> Event {
    Event { id, happened_at: at(second), what: what.to_owned(), version: 0 }
}

pub async fn get_finds_by_either_key(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    for (id, second) in [(1, 0), (2, 10 * MONTH), (3, -500 * MONTH)] {
        records.create(&cx, event(id, second, "x")).await.unwrap();
    }
    let found = records.get::<Event>(&cx, 2).await.unwrap();
    assert_eq!(found.happened_at, at(10 * MONTH));
    assert_eq!(records.get::<Event>(&cx, (2, at(10 * MONTH))).await.unwrap(), found);
    assert_eq!(records.find::<Event>(&cx, (2, at(0))).await.unwrap(), None);
    assert_eq!(records.find::<Event>(&cx, 4).await.unwrap(), None);
    let by_name = records.get_dyn(&cx, "time", "Event", &json!(2)).await.unwrap();
    let key = json!({"id": 2, "happened_at": by_name["happened_at"]});
    assert_eq!(records.get_dyn(&cx, "time", "Event", &key).await.unwrap(), by_name);
}

pub async fn one_key_in_two_partitions_is_a_conflict(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, event(1, 0, "first")).await.unwrap();
    records.create(&cx, event(1, 10 * MONTH, "second")).await.expect("the physical key is another");
    refused(records.create(&cx, event(1, 0, "third")).await, ErrorKind::Conflict);
    refused(records.get::<Event>(&cx, 1).await, ErrorKind::Conflict);
    let changes = || Event::changes().set(Event::WHAT, "changed");
    refused(records.update::<Event>(&cx, 1, changes()).await, ErrorKind::Conflict);
    refused(records.delete::<Event>(&cx, 1).await, ErrorKind::Conflict);
    assert_eq!(records.get::<Event>(&cx, (1, at(0))).await.unwrap().what, "first");
    assert_eq!(records.update::<Event>(&cx, (1, at(0)), changes()).await.unwrap().version, 2);
    assert!(records.delete::<Event>(&cx, (1, at(0))).await.unwrap());
    let left = records.get::<Event>(&cx, 1).await.unwrap();
    assert_eq!((left.what.as_str(), left.version), ("second", 1));
}

pub async fn update_and_delete_go_by_either_key(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    for id in 1..=2 {
        records.create(&cx, event(id, id * MONTH, "x")).await.unwrap();
    }
    let changes = |version| Event::changes().set(Event::WHAT, "y").expect_version(version);
    assert_eq!(records.update::<Event>(&cx, 1, changes(1)).await.unwrap().version, 2);
    assert_eq!(records.update::<Event>(&cx, (1, at(MONTH)), changes(2)).await.unwrap().version, 3);
    refused(records.update::<Event>(&cx, 1, changes(2)).await, ErrorKind::Conflict);
    refused(records.update::<Event>(&cx, (1, at(0)), changes(3)).await, ErrorKind::NotFound);
    assert!(!records.delete::<Event>(&cx, (1, at(0))).await.unwrap());
    assert!(records.delete::<Event>(&cx, 1).await.unwrap());
    assert!(records.delete::<Event>(&cx, (2, at(2 * MONTH))).await.unwrap());
}

pub async fn the_partition_column_never_changes(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let stored = records.create(&cx, event(1, 0, "x")).await.unwrap();
    let moved = Event::changes().set(Event::HAPPENED_AT, at(1));
    let outcome = records.update::<Event>(&cx, 1, moved).await;
    refused_in(outcome, ErrorKind::Invalid, "Event", "happened_at", "never changes");
    let replaced = records.replace(&cx, Event { what: "y".to_owned(), ..stored }).await.unwrap();
    assert_eq!((replaced.what.as_str(), replaced.version), ("y", 2));
}

pub async fn lists_span_partitions_in_order(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let batch: Vec<_> = (0..60).map(|id| event(id, (id * 37 % 60) * MONTH, "x")).collect();
    records.batch_create_count(&cx, batch).await.unwrap();
    let by_time = || Event::select().order_by(Event::HAPPENED_AT.desc());
    let listed = records.list(&cx, by_time().limit(100)).await.unwrap();
    assert_eq!(listed.len(), 60);
    assert!(listed.windows(2).all(|pair| pair[0].happened_at > pair[1].happened_at));
    let mut walked = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = records.page(&cx, by_time(), 7, after.as_deref()).await.unwrap();
        walked.extend(page.records);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(walked, listed);
    let recent = Event::select().filter(Event::HAPPENED_AT.gte(at(50 * MONTH)));
    assert_eq!(records.count(&cx, recent).await.unwrap(), 10);
}

pub async fn a_key_that_has_the_partition_column_is_whole(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let reading = |code: &str, second| Reading {
        station_code: code.to_owned(),
        parameter_code: "00060".to_owned(),
        measured_at: at(second),
        value: Some(1.0),
    };
    for (code, second) in [("a", 0), ("a", 20 * MONTH), ("b", 0)] {
        records.create(&cx, reading(code, second)).await.unwrap();
    }
    refused(records.create(&cx, reading("a", 0)).await, ErrorKind::Conflict);
    let key = |code: &str, second| (code.to_owned(), "00060".to_owned(), at(second));
    assert_eq!(records.get::<Reading>(&cx, key("a", 20 * MONTH)).await.unwrap(), reading("a", 20 * MONTH));
    assert_eq!(records.find::<Reading>(&cx, key("b", 20 * MONTH)).await.unwrap(), None);
    assert!(records.delete::<Reading>(&cx, key("a", 0)).await.unwrap());
    assert_eq!(records.count(&cx, Reading::select()).await.unwrap(), 2);
}

pub async fn an_estimate_counts_whole_models(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    assert_eq!(records.count(&cx, Event::select()).await.unwrap(), 0);
    records.batch_create_count(&cx, (0..500).map(|id| event(id, id, "x"))).await.unwrap();
    // It is an estimate: what it is worth is the planner's affair, that it can be asked is not.
    records.count_estimate(&cx, Event::select()).await.unwrap();
    assert_eq!(records.count(&cx, Event::select()).await.unwrap(), 500, "an exact count stays exact");
}
