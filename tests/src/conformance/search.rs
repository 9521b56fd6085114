//! Search: a case-insensitive substring of the search fields.

use sqh_runtime::prelude::*;
use sqh_runtime::service::DynamicQuery;

use crate::harness::{Harness, World, refused};
use crate::models::{Book, BookShelf};

async fn world(harness: &dyn Harness) -> World {
    let world = World::new(harness).await;
    let book = |id, title, blurb: Option<&str>| Book { blurb: blurb.map(str::to_owned), ..Book::new(id, title) };
    let books = vec![
        book(1, "Emma", Some("A comedy of manners")),
        book(2, "Persuasion", None),
        book(3, "100% Wolf", Some("emma_x")),
        book(4, "Étude", Some("back\\slash")),
        Book { shelf: Some("emma".to_owned()), ..book(5, "Dune", Some("")) },
    ];
    world.records.batch_create(&world.cx, books).await.unwrap();
    world
}

async fn check(world: &World, cases: &[(&str, &[i64])]) {
    for (text, expected) in cases {
        let found = world.records.search(&world.cx, *text, Book::select()).await.unwrap();
        assert_eq!(found.iter().map(|book| book.id).collect::<Vec<_>>(), *expected, "{text:?}");
        let query = DynamicQuery::default();
        let found = world.records.search_dyn(&world.cx, "library", "Book", text, &query).await.unwrap();
        let ids: Vec<_> = found.iter().map(|book| book["id"].as_i64().unwrap()).collect();
        assert_eq!(ids, *expected, "{text:?} by name");
    }
}

pub async fn finds_a_part_of_any_search_field(harness: &dyn Harness) {
    let world = world(harness).await;
    check(&world, &[("emma", &[1, 3]), ("EMM", &[1, 3]), ("manners", &[1]), ("suasio", &[2]), ("zzz", &[])]).await;
}

pub async fn takes_the_text_literally(harness: &dyn Harness) {
    let world = world(harness).await;
    check(&world, &[("%", &[3]), ("_", &[3]), ("\\", &[4]), ("0% w", &[3]), ("e%a", &[]), ("'", &[])]).await;
}

pub async fn folds_the_case_of_ascii_letters_only(harness: &dyn Harness) {
    let world = world(harness).await;
    check(&world, &[("ÉTUDE", &[4]), ("étude", &[]), ("TUDE", &[4])]).await;
}

pub async fn for_nothing_finds_all(harness: &dyn Harness) {
    let world = world(harness).await;
    check(&world, &[("", &[1, 2, 3, 4, 5])]).await;
}

pub async fn keeps_to_filter_order_and_limit(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness).await;
    let select = Book::select().filter(Book::ID.lt(5)).order_by(Book::TITLE.desc());
    let found = records.search(&cx, "m", select.limit(2)).await.unwrap();
    assert_eq!(found.iter().map(|book| book.id).collect::<Vec<_>>(), [1, 3]);
    let found = records.search(&cx, "e", Book::select().order_by(Book::ID.desc()).offset(1).limit(2)).await.unwrap();
    assert_eq!(found.iter().map(|book| book.id).collect::<Vec<_>>(), [4, 3]);
}

pub async fn needs_a_search_field(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness).await;
    let error = refused(records.search(&cx, "a", BookShelf::select()).await, ErrorKind::Invalid);
    assert!(error.message().contains("#[field(search)]") && error.model() == Some("BookShelf"), "{error}");
}
