//! Views: read as models are, written by nobody, and computed of one tenant's records for each.

use futures::TryStreamExt as _;
use serde_json::json;
use sqh_runtime::prelude::*;
use sqh_runtime::report::{count, from, sum};
use sqh_runtime::service::DynamicQuery;

use crate::harness::{Harness, World, identity, refused, unique_text};
use crate::models::{Badge, Book, Genre, Memo, PagePair, Payroll, Person, ShelfStat, Station, StationNorth, WriterStat};

fn book(id: i64, shelf: Option<&str>, pages: i32, stars: Option<f64>) -> Book {
    Book { shelf: shelf.map(str::to_owned), pages, stars, genre: Some(Genre::Novel), ..Book::new(id, &format!("Book {id}")) }
}

fn stat(shelf: &str, books: i64, pages: i64, stars: Option<f64>, last: &str) -> ShelfStat {
    let (shelf, last_title) = (shelf.to_owned(), last.to_owned());
    ShelfStat { shelf, books, pages, stars, last_title, last_genre: Some(Genre::Novel) }
}

/// Four books on two shelves and none, and another tenant with one of its own.
async fn library(harness: &dyn Harness) -> World {
    let world = World::new(harness).await;
    let theirs = world.another_tenant().await;
    world.records.create(&theirs, book(1, Some("a"), 500, Some(5.0))).await.unwrap();
    let books = [book(1, Some("a"), 10, Some(1.0)), book(2, Some("a"), 20, Some(2.0)), book(3, Some("b"), 10, None), book(4, None, 7, None)];
    world.records.batch_create(&world.cx, books).await.unwrap();
    world.records.refresh::<ShelfStat>(&world.cx).await.unwrap();
    world
}

fn stats() -> [ShelfStat; 3] {
    [stat("", 1, 7, None, "Book 4"), stat("a", 2, 30, Some(1.5), "Book 2"), stat("b", 1, 10, None, "Book 3")]
}

pub async fn hold_what_was_there_when_they_were_computed(harness: &dyn Harness) {
    let World { records, cx, .. } = &library(harness).await;
    let all = || ShelfStat::select().order_by(ShelfStat::SHELF.asc());
    assert_eq!(records.list(cx, all()).await.unwrap(), stats());
    records.create(cx, book(5, Some("b"), 1, Some(4.0))).await.unwrap();
    assert_eq!(records.list(cx, all()).await.unwrap(), stats(), "nobody asked for more");
    let before = records.freshness::<ShelfStat>(cx).await.unwrap();
    let after = records.refresh::<ShelfStat>(cx).await.unwrap();
    assert!(after.as_of > before.as_of);
    assert_eq!(records.freshness::<ShelfStat>(cx).await.unwrap(), after);
    assert_eq!(records.get::<ShelfStat>(cx, "b".to_owned()).await.unwrap(), stat("b", 2, 11, Some(4.0), "Book 5"));
    records.delete::<Book>(cx, 4).await.unwrap();
    records.refresh::<ShelfStat>(cx).await.unwrap();
    assert_eq!(records.find::<ShelfStat>(cx, String::new()).await.unwrap(), None, "a group that has gone");
}

pub async fn are_read_as_models_are(harness: &dyn Harness) {
    let world = library(harness).await;
    let World { records, cx, .. } = &world;
    let postgres = world.platform.postgres();
    let [none, a, b] = stats();
    let many = || ShelfStat::select().filter(ShelfStat::BOOKS.gt(1));
    assert_eq!(records.list(cx, many()).await.unwrap(), std::slice::from_ref(&a));
    assert_eq!(records.count(cx, many()).await.unwrap(), 1);
    let page = records.page(cx, ShelfStat::select().order_by(ShelfStat::PAGES.desc()), 2, None).await.unwrap();
    assert_eq!(page.records, [a.clone(), b.clone()]);
    let rest = records.page(cx, ShelfStat::select().order_by(ShelfStat::PAGES.desc()), 2, page.next.as_deref()).await;
    assert_eq!(rest.unwrap().records, [none]);
    assert_eq!(records.search(cx, "B", ShelfStat::select()).await.unwrap(), std::slice::from_ref(&b));
    let stream = records.stream(cx, many()).await.unwrap();
    assert_eq!(stream.try_collect::<Vec<_>>().await.unwrap(), std::slice::from_ref(&a));
    let last = ShelfStat::select().order_by(ShelfStat::SHELF.desc()).limit(1);
    let columns = last.columns((ShelfStat::BOOKS, ShelfStat::LAST_GENRE));
    assert_eq!(records.query(cx, columns).await.unwrap(), [(1, Some(Genre::Novel))]);
    let total = from::<ShelfStat>().aggregate((count(), sum(ShelfStat::PAGES)));
    assert_eq!(postgres.aggregate(cx, total).await.unwrap(), [(3, Some(47))]);
    let joined = from::<Book>().inner_join(Book::SHELF.equals(ShelfStat::SHELF)).select((Book::ID, ShelfStat::BOOKS));
    let joined = postgres.join_query(cx, joined.order_by(Book::ID.asc())).await.unwrap();
    assert_eq!(joined, [(1, 2), (2, 2), (3, 1)]);
    let sql = "SELECT shelf, books FROM ShelfStat ORDER BY shelf DESC LIMIT 1";
    assert_eq!(postgres.raw_sql::<(String, i64)>(cx, sql).await.unwrap(), [("b".to_owned(), 1)]);
    let json = records.get_dyn(cx, "library", "ShelfStat", &json!("b")).await.unwrap();
    assert_eq!(json, json!({"shelf": "b", "count": 1, "pages": 10, "stars": null, "last_title": "Book 3", "last_genre": "novel"}));
    let query = DynamicQuery { filter: json!({"count": {"gt": 1}}), ..DynamicQuery::default() };
    assert_eq!(records.list_dyn(cx, "library", "ShelfStat", &query).await.unwrap().len(), 1);
}

pub async fn are_written_by_nobody(harness: &dyn Harness) {
    let World { records, cx, .. } = &library(harness).await;
    let record = json!({"shelf": "c", "count": 1, "pages": 1, "last_title": "x"});
    let (group, view, key) = ("library", "ShelfStat", json!("a"));
    let all = [
        records.create_dyn(cx, group, view, &record).await.map(drop),
        records.update_dyn(cx, group, view, &key, &json!({"pages": 3})).await.map(drop),
        records.delete_dyn(cx, group, view, &key).await.map(drop),
        records.batch_create_dyn(cx, group, view, &[record]).await.map(drop),
    ];
    for outcome in all {
        let error = refused(outcome, ErrorKind::Unsupported);
        assert!(error.message().contains("write those of `Book`"), "{error}");
    }
    assert_eq!(records.count(cx, ShelfStat::select()).await.unwrap(), 3);
}

pub async fn join_records_of_one_tenant(harness: &dyn Harness) {
    let world = library(harness).await;
    let World { records, cx, .. } = &world;
    let theirs = world.another_tenant().await;
    records.batch_create(&theirs, [book(1, None, 10, None), book(2, None, 10, None)]).await.unwrap();
    records.refresh::<PagePair>(cx).await.unwrap();
    let pairs = |pages, pairs| PagePair { pages, pairs };
    let all = || PagePair::select().order_by(PagePair::PAGES.asc());
    assert_eq!(records.list(cx, all()).await.unwrap(), [pairs(7, 1), pairs(10, 4), pairs(20, 1)]);
    records.refresh_dyn(&theirs, "library", "PagePair").await.unwrap();
    assert_eq!(records.list(&theirs, all()).await.unwrap(), [pairs(10, 4)]);
}

pub async fn have_rules_of_their_own(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let memos = [Memo::new(1, "one", "ada"), Memo::new(2, "two", "ada"), Memo::new(3, "three", "bob")];
    records.batch_create(cx, memos).await.unwrap();
    records.refresh::<WriterStat>(cx).await.unwrap();
    let stat = |writer: &str, memos| WriterStat { writer: writer.to_owned(), memos, pages: memos };
    let user = async |id: &str, role: Option<&str>| {
        let roles = role.map(str::to_owned).into_iter().collect();
        world.somebody(Identity { user_id: id.to_owned(), roles, ..identity(&[]) }).await
    };
    let all = || WriterStat::select().order_by(WriterStat::WRITER.asc());
    assert_eq!(records.list(&user("ada", None).await, all()).await.unwrap(), [stat("ada", 2)]);
    let archivist = user("eve", Some("archivist")).await;
    assert_eq!(records.list(&archivist, all()).await.unwrap(), [stat("ada", 2), stat("bob", 1)]);
    let nobody = user("eve", None).await;
    assert_eq!(records.list(&nobody, all()).await.unwrap(), []);
    assert_eq!(records.find::<WriterStat>(&nobody, "ada".to_owned()).await.unwrap(), None);
    assert_eq!(records.count(&nobody, WriterStat::select()).await.unwrap(), 0);
    let total = from::<WriterStat>().aggregate((sum(WriterStat::MEMOS),));
    assert_eq!(world.platform.postgres().aggregate(&nobody, total).await.unwrap(), [(None,)]);
}

pub async fn mask_their_own_fields(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let person = |id, salary| Person { id, name: "Jane".to_owned(), salary: Some(salary), badge: Badge("b".to_owned()) };
    records.batch_create(cx, [person(1, 1_000), person(2, 234)]).await.unwrap();
    records.refresh::<Payroll>(cx).await.unwrap();
    let list = || Payroll::select();
    assert_eq!(records.list(cx, list()).await.unwrap()[0].salary, Some(1_234));
    let clerk = world.somebody(identity(&["hr:list"])).await;
    assert_eq!(records.list(&clerk, list()).await.unwrap(), [Payroll { name: "Jane".to_owned(), salary: None }]);
    refused(records.list(&clerk, list().filter(Payroll::SALARY.gt(1))).await, ErrorKind::Denied);
    refused(records.list(&clerk, list().order_by(Payroll::SALARY.asc())).await, ErrorKind::Denied);
    let total = from::<Payroll>().aggregate((sum(Payroll::SALARY),));
    refused(world.platform.postgres().aggregate(&clerk, total).await, ErrorKind::Denied);
}

pub async fn are_computed_for_whoever_may_have_that(harness: &dyn Harness) {
    let world = library(harness).await;
    let records = &world.records;
    let reader = world.somebody(identity(&["library:read", "library:list"])).await;
    let error = refused(records.refresh::<ShelfStat>(&reader).await, ErrorKind::Denied);
    assert!(error.message().contains("library:refresh"), "{error}");
    refused(records.refresh_dyn(&reader, "library", "ShelfStat").await, ErrorKind::Denied);
    records.freshness::<ShelfStat>(&reader).await.unwrap();
    let worker = world.somebody(identity(&["library:refresh"])).await;
    let freshness = records.refresh::<ShelfStat>(&worker).await.unwrap();
    refused(records.freshness::<ShelfStat>(&worker).await, ErrorKind::Denied);
    refused(records.freshness_dyn(&worker, "library", "ShelfStat").await, ErrorKind::Denied);
    refused(records.list(&worker, ShelfStat::select()).await, ErrorKind::Denied);
    assert_eq!(records.freshness_dyn(&reader, "library", "ShelfStat").await.unwrap(), freshness);
    for refusal in [records.refresh::<Book>(&world.cx).await, records.freshness_dyn(&world.cx, "library", "Book").await] {
        let error = refused(refusal, ErrorKind::Invalid);
        assert!(error.message().contains("no view") && error.model() == Some("Book"), "{error}");
    }
}

pub async fn are_computed_after_a_write(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { platform, records, cx, .. } = &world;
    let theirs = world.another_tenant().await;
    let all = async |cx| {
        platform.settle().await.unwrap();
        let found = records.list(cx, WriterStat::select().order_by(WriterStat::WRITER.asc())).await.unwrap();
        found.into_iter().map(|stat| (stat.writer, stat.memos, stat.pages)).collect::<Vec<_>>()
    };
    let stat = |writer: &str, memos, pages| (writer.to_owned(), memos, pages);
    records.create(cx, Memo::new(1, "one", "ada")).await.unwrap();
    assert_eq!(all(cx).await, [stat("ada", 1, 1)]);
    records.batch_create_count(cx, (2..50).map(|id| Memo::new(id, &format!("memo {id}"), "bob"))).await.unwrap();
    records.create(&theirs, Memo::new(1, "one", "eve")).await.unwrap();
    assert_eq!(all(cx).await, [stat("ada", 1, 1), stat("bob", 48, 48)]);
    assert_eq!(all(&theirs).await, [stat("eve", 1, 1)]);
    records.update::<Memo>(cx, 1, Memo::changes().set(Memo::PAGES, 7)).await.unwrap();
    assert_eq!(all(cx).await[0], stat("ada", 1, 7));
    records.query(cx, Memo::delete().filter(Memo::WRITER.eq("bob"))).await.unwrap();
    assert_eq!(all(cx).await, [stat("ada", 1, 7)]);

    let transaction = records.begin(cx).await.unwrap();
    transaction.create(cx, Memo::new(2, "two", "ada")).await.unwrap();
    assert_eq!(all(cx).await, [stat("ada", 1, 7)]);
    transaction.commit().await.unwrap();
    assert_eq!(all(cx).await, [stat("ada", 2, 8)]);
}

pub async fn of_shared_models_are_shared(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let (records, shared, name) = (&world.records, world.shared(), unique_text());
    let station = |latitude: f64| Station { station_code: unique_text(), name: name.clone(), latitude };
    records.batch_create(&shared, [station(1.5), station(7.25)]).await.unwrap();
    records.refresh::<StationNorth>(&shared).await.unwrap();
    let north = StationNorth { name: name.clone(), latitude: 7.25 };
    assert_eq!(records.get::<StationNorth>(&shared, name).await.unwrap(), north);
}
