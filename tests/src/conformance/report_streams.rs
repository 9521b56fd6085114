//! Streams of reports: what a report gives, with bounded memory.

use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::json;
use sqh_runtime::alias;
use sqh_runtime::prelude::*;
use sqh_runtime::report::{ReportForm, avg, count, from, record, row_number, sum, window};

use super::reports::{book, library};
use crate::harness::{Harness, World, refused};
use crate::models::{Book, Event};

alias!(pub Other = Book);

async fn many(harness: &dyn Harness, books: i64) -> World {
    let world = World::new(harness).await;
    let books = (1..=books).map(|id| book(id, Some("a"), 10, None, None));
    world.records.batch_create_count(&world.cx, books).await.unwrap();
    world
}

pub async fn equal_what_is_collected(harness: &dyn Harness) {
    let World { platform, cx, .. } = &library(harness).await;
    let postgres = platform.postgres();

    let groups = || from::<Book>().aggregate((Book::SHELF, count(), avg(Book::STARS))).order_by(Book::SHELF.asc());
    let streamed: Vec<_> = postgres.stream_report(cx, groups()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(streamed, postgres.aggregate(cx, groups()).await.unwrap());
    assert_eq!(streamed.len(), 3);

    let joined = || {
        let pairs = from::<Book>().left_join(Book::SHELF.equals(Book::SHELF.of::<Other>()));
        pairs.select((Book::ID, record::<Other>())).order_by(Book::ID.asc()).order_by(Book::ID.of::<Other>().asc())
    };
    let streamed: Vec<_> = postgres.stream_report(cx, joined()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(streamed, postgres.join_query(cx, joined()).await.unwrap());
    assert_eq!(streamed.len(), 6);

    let report = json!({"select": ["title"], "windows": {"n": {"row_number": [], "order": ["-pages"]}}});
    let streamed = postgres.stream_report_dyn(cx, "library", "Book", ReportForm::Window, &report).await.unwrap();
    let streamed: Vec<_> = streamed.try_collect().await.unwrap();
    assert_eq!(streamed, postgres.window_dyn(cx, "library", "Book", &report).await.unwrap());
    assert_eq!(streamed[0]["n"], 1, "{streamed:?}");
    let misspelt = json!({"select": ["titel"], "windows": {"n": {"count": "*"}}});
    let unknown = postgres.stream_report_dyn(cx, "library", "Book", ReportForm::Window, &misspelt);
    assert!(refused(unknown.await, ErrorKind::Invalid).message().contains("did you mean `title`?"));
}

pub async fn need_no_limit_where_a_list_does(harness: &dyn Harness) {
    let World { platform, cx, .. } = &World::new(harness).await;
    let postgres = platform.postgres();
    let all = || from::<Event>().select((Event::ID,));
    let error = refused(postgres.join_query(cx, all()).await, ErrorKind::Invalid);
    assert!(error.message().contains("`stream_report`"), "{error}");
    assert_eq!(postgres.stream_report(cx, all()).await.unwrap().count().await, 0);
}

pub async fn hold_no_more_than_is_asked_for(harness: &dyn Harness) {
    let World { platform, records, cx, .. } = &many(harness, 2_000).await;
    let postgres = platform.postgres();
    let numbered = || from::<Book>().select((Book::ID, row_number().over(window().order_by(Book::ID.asc()))));
    for taken in [0, 1, 10] {
        let stream = postgres.stream_report(cx, numbered()).await.unwrap();
        assert_eq!(stream.take(taken).collect::<Vec<_>>().await.len(), taken);
        assert_eq!(records.count(cx, Book::select()).await.unwrap(), 2_000);
    }
    // What is deleted meanwhile is still there for a stream that has begun.
    let mut stream = postgres.stream_report(cx, numbered().order_by(Book::ID.asc())).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), (1, 1));
    records.query(cx, Book::delete().filter(Book::ID.gt(1_000))).await.unwrap();
    assert_eq!(stream.count().await, 1_999);
}

pub async fn end_with_what_fails(harness: &dyn Harness) {
    let World { platform, records, cx, .. } = &World::new(harness).await;
    let postgres = platform.postgres();
    let books = (1..=500).map(|id| Book { id: if id == 500 { i64::MAX } else { id }, ..book(id, None, 10, None, None) });
    records.batch_create_count(cx, books).await.unwrap();
    let sums = || {
        let order = window().order_by(Book::ID.asc()).last_rows(1);
        from::<Book>().select((Book::ID, sum(Book::ID).over(order))).order_by(Book::ID.asc())
    };
    let rows: Vec<_> = postgres.stream_report(cx, sums()).await.unwrap().collect().await;
    let (last, before) = rows.split_last().unwrap();
    assert!(before.iter().all(Result::is_ok), "an error is the last item");
    let error = last.as_ref().unwrap_err();
    assert_eq!(error.kind(), postgres.join_query(cx, sums()).await.unwrap_err().kind(), "{error}");
    assert_eq!(postgres.aggregate(cx, from::<Book>().aggregate(count())).await.unwrap(), [500]);
}
