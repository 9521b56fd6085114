//! Streams: a list with bounded memory.

use futures::{StreamExt as _, TryStreamExt as _};
use sqh_runtime::expr::Select;
use sqh_runtime::prelude::*;

use crate::harness::{Harness, World, refused};
use crate::models::{Book, Event};

async fn world(harness: &dyn Harness, books: i64) -> World {
    let world = World::new(harness).await;
    let title = |id| format!("book {}", id % 7);
    let books = (1..=books).map(move |id| Book { stars: (id % 3 > 0).then_some(id as f64), ..Book::new(id, &title(id)) });
    world.records.batch_create_count(&world.cx, books).await.unwrap();
    world
}

pub async fn equal_lists(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness, 3000).await;
    let selects: [fn() -> Select<Book>; 4] = [
        Book::select,
        || Book::select().order_by(Book::STARS.desc()).order_by(Book::TITLE.asc()),
        || Book::select().filter(Book::STARS.is_null()).limit(100).offset(10),
        || Book::select().filter(Book::ID.lt(0)),
    ];
    for select in selects {
        let list = records.list(&cx, select()).await.unwrap();
        let stream: Vec<Book> = records.stream(&cx, select()).await.unwrap().try_collect().await.unwrap();
        assert_eq!(stream, list);
    }
}

pub async fn may_be_dropped_on_the_way(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness, 2000).await;
    for taken in [0, 1, 10] {
        let stream = records.stream(&cx, Book::select()).await.unwrap();
        assert_eq!(stream.take(taken).collect::<Vec<_>>().await.len(), taken);
        assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 2000);
    }
}

pub async fn do_not_see_what_is_written_meanwhile(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness, 2000).await;
    let mut stream = records.stream(&cx, Book::select().order_by(Book::ID.asc())).await.unwrap();
    let first = stream.next().await.unwrap().unwrap();
    assert_eq!(first.id, 1);
    records.query(&cx, Book::delete().filter(Book::ID.gt(1000))).await.unwrap();
    let rest: Vec<Book> = stream.try_collect().await.unwrap();
    assert_eq!(rest.len(), 1999);
}

pub async fn need_no_limit_where_a_list_does(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let error = refused(records.list(&cx, Event::select()).await, ErrorKind::Invalid);
    assert!(error.message().contains("limit") && error.message().contains("stream"), "{error}");
    assert_eq!(records.stream(&cx, Event::select()).await.unwrap().count().await, 0);
    assert_eq!(records.list(&cx, Event::select().limit(10)).await.unwrap(), []);
}
