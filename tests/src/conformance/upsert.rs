//! Upsert: a new record, or a change of the one that it conflicts with.

use sqh_runtime::prelude::*;

use crate::harness::{Harness, World, refused};
use crate::models::{Book, BookShelf, Reading};

fn book(id: i64, isbn: &str, title: &str) -> Book {
    Book { isbn: Some(isbn.to_owned()), ..Book::new(id, title) }
}

pub async fn creates_what_is_new(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let created = records.upsert(&cx, Book { version: 9, ..book(1, "978-1", "Emma") }, Conflict::key()).await.unwrap();
    assert_eq!((created.version, created.created_at), (1, created.updated_at));
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap(), created);
}

pub async fn changes_what_is_there_by_key(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let old = records.create(&cx, Book { stars: Some(1.0), ..book(1, "978-1", "Emma") }).await.unwrap();
    let sent = book(1, "978-2", "Persuasion");
    let new = records.upsert(&cx, sent.clone(), Conflict::key()).await.unwrap();
    assert_eq!(new, Book { version: 2, created_at: old.created_at, updated_at: new.updated_at, ..sent });
    assert!(new.updated_at >= old.updated_at);
    assert_eq!(records.list(&cx, Book::select()).await.unwrap(), [new]);
}

pub async fn changes_what_is_there_by_a_unique_field_and_keeps_its_key(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, book(1, "978-1", "Emma")).await.unwrap();
    let new = records.upsert(&cx, book(2, "978-1", "Persuasion"), Conflict::on((Book::ISBN,))).await.unwrap();
    assert_eq!((new.id, new.title.as_str(), new.version), (1, "Persuasion", 2));
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 1);
}

pub async fn changes_what_is_there_by_a_unique_index(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let on = |id, shelf: &str, pages| Book { shelf: Some(shelf.to_owned()), pages, ..Book::new(id, "Emma") };
    let by_index = || Conflict::on((Book::SHELF, Book::TITLE));
    assert_eq!(records.upsert(&cx, on(1, "a", 1), by_index()).await.unwrap().id, 1);
    assert_eq!(records.upsert(&cx, on(2, "b", 2), by_index()).await.unwrap().id, 2);
    let changed = records.upsert(&cx, on(3, "a", 3), by_index()).await.unwrap();
    assert_eq!((changed.id, changed.pages, changed.version), (1, 3, 2));
}

pub async fn by_a_null_creates_a_record(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    for id in 1..=2 {
        let created = records.upsert(&cx, Book::new(id, &format!("{id}")), Conflict::on((Book::ISBN,))).await.unwrap();
        assert_eq!((created.id, created.version), (id, 1));
    }
}

pub async fn conflicts_on_another_constraint(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, book(1, "978-1", "Emma")).await.unwrap();
    records.create(&cx, book(2, "978-2", "Persuasion")).await.unwrap();
    refused(records.upsert(&cx, book(3, "978-1", "x"), Conflict::key()).await, ErrorKind::Conflict);
    refused(records.upsert(&cx, book(2, "978-1", "x"), Conflict::key()).await, ErrorKind::Conflict);
    refused(records.upsert(&cx, book(2, "978-3", "x"), Conflict::on((Book::ISBN,))).await, ErrorKind::Conflict);
    let titles: Vec<_> = records.list(&cx, Book::select()).await.unwrap().into_iter().map(|book| book.title).collect();
    assert_eq!(titles, ["Emma", "Persuasion"]);
}

pub async fn needs_a_unique_constraint(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let by_title = Conflict::on((Book::TITLE,));
    let error = refused(records.upsert(&cx, Book::new(1, "Emma"), by_title).await, ErrorKind::Invalid);
    assert!(error.message().contains("(isbn)") && error.model() == Some("Book"), "{error}");
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 0);
}

pub async fn of_a_composite_key_needs_no_columns_to_change(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let shelf = |capacity| BookShelf { room: "a".to_owned(), number: 1, capacity };
    for capacity in [None, Some(1), Some(1), None] {
        let stored = records.upsert(&cx, shelf(capacity), Conflict::key()).await.unwrap();
        assert_eq!(stored, shelf(capacity));
    }
    assert_eq!(records.count(&cx, BookShelf::select()).await.unwrap(), 1);
}

pub async fn of_a_partitioned_model_goes_by_the_full_key(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let reading = |second, value| Reading {
        station_code: "s".to_owned(),
        parameter_code: "p".to_owned(),
        measured_at: DateTime::from_timestamp(second, 0).unwrap(),
        value: Some(value),
    };
    for (second, value) in [(1, 1.0), (1, 2.0), (40_000_000, 3.0)] {
        records.upsert(&cx, reading(second, value), Conflict::key()).await.unwrap();
    }
    let stored = records.list(&cx, Reading::select()).await.unwrap();
    assert_eq!(stored, [reading(1, 2.0), reading(40_000_000, 3.0)]);
}

pub async fn refuses_what_create_refuses(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let outcome = records.upsert(&cx, Book::new(1, &"x".repeat(41)), Conflict::key()).await;
    crate::harness::refused_in(outcome, ErrorKind::Invalid, "Book", "title", "at most 40");
}
