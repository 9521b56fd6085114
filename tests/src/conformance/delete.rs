//! Deleting records.

use sqh_runtime::prelude::*;

use crate::harness::{Harness, World};
use crate::models::{Book, BookShelf};

pub async fn is_done_once(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, Book::new(1, "Emma")).await.unwrap();
    records.create(&cx, Book::new(2, "Emma")).await.unwrap();
    assert!(records.delete::<Book>(&cx, 1).await.unwrap());
    for _ in 0..2 {
        assert!(!records.delete::<Book>(&cx, 1).await.unwrap(), "there is none any more");
    }
    assert_eq!(records.find::<Book>(&cx, 1).await.unwrap(), None);
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 1);
}

pub async fn of_a_model_without_records_finds_none(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    assert!(!records.delete::<Book>(&cx, 1).await.unwrap());
    assert!(!records.delete_dyn(&cx, "library", "Book", &1.into()).await.unwrap());
}

pub async fn goes_by_the_whole_of_a_composite_key(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    for number in 1..=3 {
        records.create(&cx, BookShelf { room: "a".to_owned(), number, capacity: None }).await.unwrap();
    }
    assert!(records.delete::<BookShelf>(&cx, ("a".to_owned(), 2)).await.unwrap());
    let left = records.list(&cx, BookShelf::select()).await.unwrap();
    assert_eq!(left.iter().map(|shelf| shelf.number).collect::<Vec<_>>(), [1, 3]);
}
