//! Updates and deletes of whatever matches.

use sqh_runtime::prelude::*;

use crate::harness::{Harness, World, refused};
use crate::models::Book;

async fn library(harness: &dyn Harness) -> World {
    let world = World::new(harness).await;
    let books = (1..=5).map(|id| Book { pages: id * 100, ..Book::new(id.into(), &format!("book {id}")) });
    world.records.batch_create(&world.cx, books).await.unwrap();
    world
}

pub async fn an_update_changes_what_matches(harness: &dyn Harness) {
    let World { records, cx, .. } = library(harness).await;
    let update = Book::update().set(Book::STARS, 5.0).filter(Book::PAGES.gte(300)).filter(Book::ID.ne(4));
    assert_eq!(records.query(&cx, update).await.unwrap(), 2);
    let books = records.list(&cx, Book::select()).await.unwrap();
    let seen: Vec<_> = books.iter().map(|book| (book.id, book.stars, book.version)).collect();
    let untouched = |id| (id, None, 1);
    assert_eq!(seen, [untouched(1), untouched(2), (3, Some(5.0), 2), untouched(4), (5, Some(5.0), 2)]);
    assert!(books[2].updated_at >= books[2].created_at);
}

pub async fn an_update_sets_null_and_leaves_what_is_unset(harness: &dyn Harness) {
    let World { records, cx, .. } = library(harness).await;
    records.query(&cx, Book::update().set(Book::STARS, 5.0).set(Book::BLURB, "x").all()).await.unwrap();
    assert_eq!(records.query(&cx, Book::update().set(Book::STARS, None).all()).await.unwrap(), 5);
    let books = records.list(&cx, Book::select()).await.unwrap();
    assert!(books.iter().all(|book| book.stars.is_none() && book.blurb.as_deref() == Some("x")), "{books:?}");
}

pub async fn an_update_that_conflicts_changes_nothing(harness: &dyn Harness) {
    let World { records, cx, .. } = library(harness).await;
    let update = || Book::update().set(Book::ISBN, "978-1");
    refused(records.query(&cx, update().all()).await, ErrorKind::Conflict);
    let books = records.list(&cx, Book::select()).await.unwrap();
    assert!(books.iter().all(|book| book.isbn.is_none() && book.version == 1), "{books:?}");
    assert_eq!(records.query(&cx, update().filter(Book::ID.eq(3))).await.unwrap(), 1);
}

pub async fn an_update_of_nothing_counts_none(harness: &dyn Harness) {
    let World { records, cx, .. } = library(harness).await;
    let update = Book::update().set(Book::STARS, 5.0).filter(Book::PAGES.gt(1000));
    assert_eq!(records.query(&cx, update).await.unwrap(), 0);
}

pub async fn an_update_never_changes_keys(harness: &dyn Harness) {
    let World { records, cx, .. } = library(harness).await;
    let update = Book::update().set(Book::ID, 9).filter(Book::ID.eq(1));
    refused(records.query(&cx, update).await, ErrorKind::Invalid);
    assert_eq!(records.find::<Book>(&cx, 9).await.unwrap(), None);
}

pub async fn a_delete_removes_what_matches(harness: &dyn Harness) {
    let World { records, cx, .. } = library(harness).await;
    let delete = || Book::delete().filter(Book::PAGES.lt(300));
    assert_eq!(records.query(&cx, delete()).await.unwrap(), 2);
    assert_eq!(records.query(&cx, delete()).await.unwrap(), 0);
    let left: Vec<_> = records.list(&cx, Book::select()).await.unwrap().iter().map(|book| book.id).collect();
    assert_eq!(left, [3, 4, 5]);
    assert_eq!(records.query(&cx, Book::delete().all()).await.unwrap(), 3);
}

pub async fn what_does_not_say_which_is_refused(harness: &dyn Harness) {
    let World { records, cx, .. } = library(harness).await;
    let error = refused(records.query(&cx, Book::update().set(Book::STARS, 1.0)).await, ErrorKind::Invalid);
    assert!(error.to_string().contains(".all()") && error.model() == Some("Book"), "{error}");
    let error = refused(records.query(&cx, Book::delete()).await, ErrorKind::Invalid);
    assert!(error.to_string().contains(".all()") && error.model() == Some("Book"), "{error}");
    assert_eq!(records.count(&cx, Book::select().filter(Book::STARS.is_null())).await.unwrap(), 5);
}
