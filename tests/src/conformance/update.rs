//! Changing records: unset is not null is not set, versions, whole records.

use sqh_runtime::prelude::*;

use crate::harness::{Harness, World, refused, refused_in};
use crate::models::{Book, BookShelf, Genre};

fn full(id: i64) -> Book {
    Book {
        isbn: Some(format!("978-{id}")),
        blurb: Some("A comedy".to_owned()),
        shelf: Some("a".to_owned()),
        stars: Some(4.5),
        genre: Some(Genre::Novel),
        ..Book::new(id, "Emma")
    }
}

pub async fn changes_what_is_set_and_nothing_else(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let old = records.create(&cx, full(1)).await.unwrap();
    let changes = Book::changes().set(Book::STARS, 5.0).set(Book::BLURB, None);
    let new = records.update::<Book>(&cx, 1, changes).await.unwrap();
    assert_eq!((new.stars, new.blurb.clone()), (Some(5.0), None));
    let same = Book { stars: old.stars, blurb: old.blurb.clone(), version: 1, updated_at: old.updated_at, ..new.clone() };
    assert_eq!(same, old);
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap(), new);
}

pub async fn counts_versions_and_stamps_the_time(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let old = records.create(&cx, full(1)).await.unwrap();
    for version in 2..=4 {
        let new = records.update::<Book>(&cx, 1, Book::changes().set(Book::PAGES, version)).await.unwrap();
        assert_eq!(new.version, i64::from(version));
        assert_eq!(new.created_at, old.created_at);
        assert!(new.updated_at >= old.updated_at);
    }
}

pub async fn refuses_a_stale_version(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, full(1)).await.unwrap();
    let change = |pages, version| Book::changes().set(Book::PAGES, pages).expect_version(version);
    for version in 1..=3 {
        records.update::<Book>(&cx, 1, change(10, version)).await.unwrap();
    }
    for stale in [3, 5, 0, -1] {
        let error = refused(records.update::<Book>(&cx, 1, change(99, stale)).await, ErrorKind::Conflict);
        assert_eq!(error.message(), format!("stale version: expected {stale}, stored 4"));
        assert_eq!(error.model(), Some("Book"));
    }
    let stored = records.get::<Book>(&cx, 1).await.unwrap();
    assert_eq!((stored.pages, stored.version), (10, 4));
}

pub async fn refuses_a_version_of_a_model_without_one(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let changes = BookShelf::changes().set(BookShelf::CAPACITY, 3).expect_version(1);
    let error = refused(records.update::<BookShelf>(&cx, ("a".to_owned(), 1), changes).await, ErrorKind::Invalid);
    assert!(error.message().contains("no version"), "{error}");
}

pub async fn tells_that_there_is_no_such_record(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let changes = || Book::changes().set(Book::PAGES, 3);
    refused(records.update::<Book>(&cx, 1, changes()).await, ErrorKind::NotFound);
    refused(records.update::<Book>(&cx, 1, changes().expect_version(1)).await, ErrorKind::NotFound);
    refused(records.replace(&cx, full(1)).await, ErrorKind::NotFound);
    refused(records.get::<Book>(&cx, 1).await, ErrorKind::NotFound);
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 0, "an update creates nothing");
}

pub async fn never_changes_the_key(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, full(1)).await.unwrap();
    let outcome = records.update::<Book>(&cx, 1, Book::changes().set(Book::ID, 2)).await;
    refused_in(outcome, ErrorKind::Invalid, "Book", "id", "never changes");
    assert_eq!(records.list(&cx, Book::select()).await.unwrap().len(), 1);
}

pub async fn does_not_let_callers_set_managed_fields(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let old = records.create(&cx, full(1)).await.unwrap();
    let changes = Book::changes()
        .set(Book::VERSION, 70)
        .set(Book::CREATED_AT, DateTime::UNIX_EPOCH)
        .set(Book::UPDATED_AT, DateTime::UNIX_EPOCH);
    let new = records.update::<Book>(&cx, 1, changes).await.unwrap();
    assert_eq!((new.version, new.created_at), (2, old.created_at));
    assert!(new.updated_at >= old.updated_at);
}

pub async fn conflicts_with_the_unique_field_of_another(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, full(1)).await.unwrap();
    records.create(&cx, Book { isbn: None, shelf: None, ..full(2) }).await.unwrap();
    let outcome = records.update::<Book>(&cx, 2, Book::changes().set(Book::ISBN, "978-1")).await;
    refused(outcome, ErrorKind::Conflict);
    let own = records.update::<Book>(&cx, 1, Book::changes().set(Book::ISBN, "978-1")).await;
    own.expect("a record does not conflict with itself");
    assert_eq!(records.get::<Book>(&cx, 2).await.unwrap().version, 1);
}

pub async fn refuses_what_create_refuses(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let old = records.create(&cx, full(1)).await.unwrap();
    let outcome = records.update::<Book>(&cx, 1, Book::changes().set(Book::TITLE, "x".repeat(41))).await;
    refused_in(outcome, ErrorKind::Invalid, "Book", "title", "at most 40");
    let outcome = records.update::<Book>(&cx, 1, Book::changes().set(Book::BLURB, "\0")).await;
    refused_in(outcome, ErrorKind::Invalid, "Book", "blurb", "NUL");
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap(), old);
}

pub async fn of_nothing_is_an_update_too(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, full(1)).await.unwrap();
    assert_eq!(records.update::<Book>(&cx, 1, Book::changes()).await.unwrap().version, 2);
    let shelf = BookShelf { room: "a".to_owned(), number: 1, capacity: Some(3) };
    records.create(&cx, shelf.clone()).await.unwrap();
    let key = ("a".to_owned(), 1);
    assert_eq!(records.update::<BookShelf>(&cx, key, BookShelf::changes()).await.unwrap(), shelf);
}

pub async fn replace_stores_the_whole_record(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let old = records.create(&cx, full(1)).await.unwrap();
    let sent = Book { version: old.version, pages: 300, ..Book::new(1, "Persuasion") };
    let new = records.replace(&cx, sent.clone()).await.unwrap();
    assert_eq!(new, Book { version: 2, created_at: old.created_at, updated_at: new.updated_at, ..sent.clone() });
    assert_eq!(new.isbn, None, "what the new record does not have is gone");
    let error = refused(records.replace(&cx, sent).await, ErrorKind::Conflict);
    assert_eq!(error.message(), "stale version: expected 1, stored 2");
}

pub async fn replace_works_without_a_version(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let shelf = |capacity| BookShelf { room: "a".to_owned(), number: 1, capacity };
    records.create(&cx, shelf(Some(3))).await.unwrap();
    assert_eq!(records.replace(&cx, shelf(None)).await.unwrap(), shelf(None));
}

pub async fn two_writers_with_one_version_are_told_apart(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, full(1)).await.unwrap();
    let write = |pages| records.update::<Book>(&cx, 1, Book::changes().set(Book::PAGES, pages).expect_version(1));
    let (one, two) = futures::join!(write(10), write(20));
    let kept = match (one, two) {
        (Ok(kept), Err(error)) | (Err(error), Ok(kept)) => {
            assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
            kept
        }
        (one, two) => panic!("one of them must win: {one:?}, {two:?}"),
    };
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap(), kept);
}
