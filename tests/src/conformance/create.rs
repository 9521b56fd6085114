//! Creating records: what is stored, what the engine sets, what is refused.

use sqh_runtime::prelude::*;

use crate::harness::{Harness, World, refused, refused_in};
use crate::models::{Book, BookShelf, Event, Genre, Label};

pub async fn returns_what_was_stored(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let sent = Book { isbn: Some("978-1".to_owned()), genre: Some(Genre::Novel), ..Book::new(1, "Emma") };
    let created = records.create(&cx, sent.clone()).await.unwrap();
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap(), created);
    let managed = Book { version: 0, created_at: sent.created_at, updated_at: sent.updated_at, ..created };
    assert_eq!(managed, sent);
}

pub async fn cuts_times_to_microseconds(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let exact = DateTime::from_timestamp(1_700_000_000, 123_456_789).unwrap();
    let cut = DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap();
    let event = Event { id: 1, happened_at: exact, what: String::new(), version: 0 };
    let created = records.create(&cx, event).await.unwrap();
    assert_eq!(created.happened_at, cut);
    assert_eq!(records.get::<Event>(&cx, (1, exact)).await.unwrap().happened_at, cut);
}

pub async fn sets_managed_fields_whatever_is_sent(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let before = Utc::now();
    let sent = Book { version: 77, ..Book::new(1, "Emma") };
    let book = records.create(&cx, sent).await.unwrap();
    assert_eq!(book.version, 1);
    assert_eq!(book.created_at, book.updated_at);
    // Microseconds are cut off, and the clocks of two machines are no part of this.
    assert!(book.created_at.timestamp_micros() >= before.timestamp_micros(), "{:?}", book.created_at);
    assert!(book.created_at <= Utc::now());
    assert_eq!(book.created_at.timestamp_subsec_nanos() % 1000, 0);
}

pub async fn fills_in_defaults_of_what_is_unset(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let insert = Book::insert().set(Book::ID, 1).set(Book::TITLE, "Emma");
    let book = records.query(&cx, insert).await.unwrap();
    assert_eq!((book.pages, book.stars, book.version), (1, None, 1));
    let insert = Book::insert().set(Book::ID, 2).set(Book::TITLE, "Emma").set(Book::PAGES, 0);
    assert_eq!(records.query(&cx, insert).await.unwrap().pages, 0, "what is set is no default");
}

pub async fn refuses_a_missing_field(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let outcome = records.query(&cx, Book::insert().set(Book::ID, 1)).await;
    refused_in(outcome, ErrorKind::Invalid, "Book", "title", "missing");
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 0);
}

pub async fn refuses_a_text_that_is_too_long(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let fits = "ü".repeat(40);
    let book = records.create(&cx, Book::new(1, &fits)).await.unwrap();
    assert_eq!(book.title, fits, "characters are counted, not bytes");
    let outcome = records.create(&cx, Book::new(2, &"ü".repeat(41))).await;
    refused_in(outcome, ErrorKind::Invalid, "Book", "title", "at most 40");
    assert_eq!(records.find::<Book>(&cx, 2).await.unwrap(), None);
}

pub async fn refuses_a_text_that_is_too_long_inside_a_value(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let label = Label { text: "x".repeat(21), printed: None, lines: vec![] };
    let outcome = records.create(&cx, crate::models::Perhaps { label: Some(label), ..crate::fixtures::nothing(1) }).await;
    refused_in(outcome, ErrorKind::Invalid, "Perhaps", "label.text", "at most 20");
}

pub async fn refuses_a_text_with_a_nul(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let outcome = records.create(&cx, Book { blurb: Some("a\0b".to_owned()), ..Book::new(1, "Emma") }).await;
    refused_in(outcome, ErrorKind::Invalid, "Book", "blurb", "NUL");
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 0);
}

pub async fn conflicts_with_a_taken_key(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, Book::new(1, "Emma")).await.unwrap();
    let error = refused(records.create(&cx, Book::new(1, "Persuasion")).await, ErrorKind::Conflict);
    assert_eq!(error.model(), Some("Book"));
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap().title, "Emma");
}

pub async fn conflicts_with_a_taken_part_of_a_composite_key_only_if_all_parts_are(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let shelf = |room: &str, number| BookShelf { room: room.to_owned(), number, capacity: None };
    for (room, number) in [("a", 1), ("a", 2), ("b", 1)] {
        records.create(&cx, shelf(room, number)).await.unwrap();
    }
    refused(records.create(&cx, shelf("a", 2)).await, ErrorKind::Conflict);
    assert_eq!(records.get::<BookShelf>(&cx, ("b".to_owned(), 1)).await.unwrap(), shelf("b", 1));
    assert_eq!(records.find::<BookShelf>(&cx, ("b".to_owned(), 2)).await.unwrap(), None);
}

pub async fn conflicts_with_a_taken_unique_field(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let with = |id, isbn: Option<&str>| Book { isbn: isbn.map(str::to_owned), ..Book::new(id, &format!("{id}")) };
    records.create(&cx, with(1, Some("978-1"))).await.unwrap();
    refused(records.create(&cx, with(2, Some("978-1"))).await, ErrorKind::Conflict);
    for id in 3..=4 {
        records.create(&cx, with(id, None)).await.expect("a null equals no other");
    }
    records.create(&cx, with(5, Some("978-1 "))).await.expect("a blank makes another text");
}

pub async fn conflicts_with_a_taken_unique_index(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let on = |id, shelf: Option<&str>| Book { shelf: shelf.map(str::to_owned), ..Book::new(id, "Emma") };
    records.create(&cx, on(1, Some("a"))).await.unwrap();
    records.create(&cx, on(2, Some("b"))).await.expect("only one of two columns is the same");
    refused(records.create(&cx, on(3, Some("a"))).await, ErrorKind::Conflict);
    for id in 4..=5 {
        records.create(&cx, on(id, None)).await.expect("a null equals no other");
    }
}

pub async fn conflict_messages_hold_no_values(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let book = |id| Book { isbn: Some("secret-number".to_owned()), ..Book::new(id, &format!("{id}")) };
    records.create(&cx, book(1)).await.unwrap();
    let error = refused(records.create(&cx, book(2)).await, ErrorKind::Conflict);
    assert!(!error.to_string().contains("secret-number"), "{error}");
}

pub async fn takes_the_key_of_a_deleted_record(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, Book::new(1, "Emma")).await.unwrap();
    assert!(records.delete::<Book>(&cx, 1).await.unwrap());
    assert_eq!(records.create(&cx, Book::new(1, "Emma")).await.unwrap().version, 1);
}
