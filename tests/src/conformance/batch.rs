//! Any number of records, all or none.

use serde_json::json;
use sqh_runtime::prelude::*;

use crate::fixtures::{nothing, something};
use crate::harness::{Harness, World, refused, refused_in};
use crate::models::{Book, Everything, Perhaps};

fn books(from: i64, to: i64) -> impl Iterator<Item = Book> + Send + 'static {
    (from..=to).map(|id| Book { isbn: Some(format!("978-{id}")), ..Book::new(id, &format!("book {id}")) })
}

async fn check_size(harness: &dyn Harness, size: i64) {
    let World { records, cx, .. } = World::new(harness).await;
    let created = records.batch_create(&cx, books(1, size)).await.unwrap();
    assert_eq!(created.len() as i64, size);
    assert!(created.iter().zip(1..).all(|(book, id)| book.id == id), "in the order they were sent");
    assert!(created.iter().all(|book| book.version == 1 && book.created_at == book.updated_at));
    assert_eq!(records.batch_create_count(&cx, books(size + 1, size * 2)).await.unwrap() as i64, size);
    assert_eq!(records.count(&cx, Book::select()).await.unwrap() as i64, size * 2);
    for id in [1, size, size + 1, size * 2] {
        let book = records.get::<Book>(&cx, id).await.unwrap();
        assert_eq!((book.title, book.version), (format!("book {id}"), 1));
        assert!(book.created_at > DateTime::UNIX_EPOCH);
    }
}

pub async fn of_one(harness: &dyn Harness) {
    check_size(harness, 1).await;
}

pub async fn of_a_thousand(harness: &dyn Harness) {
    check_size(harness, 1000).await;
}

pub async fn of_twenty_thousand(harness: &dyn Harness) {
    check_size(harness, 20_000).await;
}

pub async fn of_none(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    assert_eq!(records.batch_create(&cx, Vec::<Book>::new()).await.unwrap(), []);
    assert_eq!(records.batch_create_count(&cx, Vec::<Book>::new()).await.unwrap(), 0);
    assert_eq!(records.batch_create_dyn(&cx, "library", "Book", &[]).await.unwrap(), Vec::<serde_json::Value>::new());
}

async fn check_nothing_is_kept(harness: &dyn Harness, size: i64, spoil: fn(&mut Book), kind: ErrorKind) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, books(0, 0).next().unwrap()).await.unwrap();
    let spoilt = move || {
        books(1, size).map(move |mut book| {
            if book.id == size * 2 / 3 {
                spoil(&mut book);
            }
            book
        })
    };
    refused(records.batch_create(&cx, spoilt()).await, kind);
    refused(records.batch_create_count(&cx, spoilt()).await, kind);
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 1);
    assert_eq!(records.batch_create_count(&cx, books(1, size)).await.unwrap() as i64, size, "it can be sent again");
}

pub async fn with_a_taken_key_keeps_nothing(harness: &dyn Harness) {
    for size in [3, 2000, 20_000] {
        check_nothing_is_kept(harness, size, |book| book.id = 0, ErrorKind::Conflict).await;
    }
}

pub async fn with_a_key_twice_keeps_nothing(harness: &dyn Harness) {
    for size in [3, 2000, 20_000] {
        check_nothing_is_kept(harness, size, |book| book.id = 1, ErrorKind::Conflict).await;
    }
}

pub async fn with_a_taken_unique_value_keeps_nothing(harness: &dyn Harness) {
    for size in [3, 20_000] {
        check_nothing_is_kept(harness, size, |book| book.isbn = Some("978-0".to_owned()), ErrorKind::Conflict).await;
    }
}

pub async fn with_a_wrong_record_keeps_nothing(harness: &dyn Harness) {
    for size in [3, 20_000] {
        check_nothing_is_kept(harness, size, |book| book.title = "x".repeat(41), ErrorKind::Invalid).await;
        check_nothing_is_kept(harness, size, |book| book.blurb = Some("\0".to_owned()), ErrorKind::Invalid).await;
    }
}

pub async fn by_name_says_which_record_is_wrong(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let batch = [json!({"id": 1, "title": "a"}), json!({"id": 2, "title": 2})];
    let outcome = records.batch_create_dyn(&cx, "library", "Book", &batch).await;
    refused_in(outcome, ErrorKind::Invalid, "Book", "title", "record 1");
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 0);
}

pub async fn of_every_type_stores_the_same_in_every_size(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let batch = |from: i32, to: i32| (from..to).map(|id| if id % 2 == 0 { nothing(id) } else { something(id) });
    assert_eq!(records.batch_create_count(&cx, batch(0, 10)).await.unwrap(), 10);
    assert_eq!(records.batch_create_count(&cx, batch(10, 12_010)).await.unwrap(), 12_000);
    let returned = records.batch_create(&cx, batch(12_010, 12_020)).await.unwrap();
    assert_eq!(returned, batch(12_010, 12_020).collect::<Vec<_>>());
    for id in [0, 1, 10, 11, 12_009, 12_010] {
        assert_eq!(records.get::<Perhaps>(&cx, id).await.unwrap(), batch(id, id + 1).next().unwrap());
    }
}

pub async fn of_arrays_of_several_dimensions(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let batch = |from: u128, to: u128| {
        (from..to).map(|id| Everything {
            id: Uuid::from_u128(id),
            grid: (0..id % 4).map(|row| vec![row as i64; 3]).collect(),
            holes: vec![None; (id % 3) as usize],
            ..crate::fixtures::ordinary()
        })
    };
    let created = records.batch_create(&cx, batch(0, 50)).await.unwrap();
    assert_eq!(created, batch(0, 50).collect::<Vec<_>>());
    assert_eq!(records.batch_create_count(&cx, batch(50, 11_000)).await.unwrap(), 10_950);
    let stored = records.list(&cx, Everything::select().order_by(Everything::ID.asc()).offset(10_990)).await.unwrap();
    assert_eq!(stored, batch(10_990, 11_000).collect::<Vec<_>>());
}
