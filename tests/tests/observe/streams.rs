//! Streams are told at their end, however they end.

use futures::StreamExt as _;
use sqh_runtime::prelude::*;
use sqh_tests::harness::memory::Memory;
use sqh_tests::harness::postgres::Postgres;
use sqh_tests::harness::{Harness, World};
use sqh_tests::models::Book;

use crate::capture::{Watch, watched};

#[test]
fn in_memory() {
    watched(async |watch| check(watch, &Memory, &["sqh.operation"]).await);
}

#[test]
fn on_a_server() {
    watched(async |watch| {
        let harness = Postgres::shared().await;
        check(watch, &harness, &["sqh.operation", "postgresql"]).await;
    });
}

async fn check(watch: &Watch, harness: &dyn Harness, spans: &[&str]) {
    let World { records, cx, .. } = &World::new(harness).await;
    records.batch_create(cx, (1..4).map(|id| Book::new(id, &format!("number {id}")))).await.unwrap();
    for taken in 0..=4 {
        watch.metrics();
        let mut books = records.stream(cx, Book::select()).await.unwrap();
        for i in 0..taken {
            assert_eq!(books.next().await.is_some(), i < 3);
            let ended = watch.metrics_of("db.client.operation.duration").len();
            assert_eq!(ended, usize::from(i == 3), "it is told at its end");
        }
        if taken < 4 {
            assert!(spans.iter().all(|span| !watch.last(span).is_closed), "it is still open");
            drop(books);
            let metrics = watch.metrics();
            let of = |name: &str| metrics.iter().filter(|metric| metric.name == name).cloned().collect::<Vec<_>>();
            assert_eq!(of("db.client.operation.duration").len(), 1);
            assert_eq!(of("db.client.operation.duration")[0].label("error.type"), None);
            assert_eq!(of("db.client.response.returned_rows")[0].values, [taken as f64]);
        }
        for span in spans {
            let span = watch.last(span);
            assert_eq!(span.field("db.response.returned_rows"), Some(taken.min(3).to_string().as_str()));
            assert_eq!((span.field("error.type"), span.is_closed), (None, taken < 4), "{span:?}");
        }
    }
}
