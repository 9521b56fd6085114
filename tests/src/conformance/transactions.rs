//! Transactions: all of it or nothing, with savepoints.

use futures::TryStreamExt as _;
use sqh_runtime::prelude::*;

use crate::harness::{Harness, World, refused};
use crate::models::{Book, BookShelf, Station};

async fn ids(records: &PlatformGroupRecordService, cx: &Cx) -> Vec<i64> {
    records.list(cx, Book::select()).await.unwrap().iter().map(|book| book.id).collect()
}

async fn ids_in(tx: &Transaction, cx: &Cx) -> Vec<i64> {
    tx.list(cx, Book::select()).await.unwrap().iter().map(|book| book.id).collect()
}

fn book(id: i64) -> Book {
    Book::new(id, &format!("book {id}"))
}

pub async fn are_kept_by_a_commit(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let tx = records.begin(&cx).await.unwrap();
    tx.create(&cx, book(1)).await.unwrap();
    tx.create(&cx, book(2)).await.unwrap();
    tx.update::<Book>(&cx, 1, Book::changes().set(Book::PAGES, 7)).await.unwrap();
    assert_eq!(ids_in(&tx, &cx).await, [1, 2], "it sees what it did");
    assert_eq!(ids(&records, &cx).await, [0; 0], "nobody else does");
    tx.commit().await.unwrap();
    assert_eq!(ids(&records, &cx).await, [1, 2]);
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap().pages, 7);
}

pub async fn are_undone_by_a_rollback(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, book(1)).await.unwrap();
    let tx = records.begin(&cx).await.unwrap();
    tx.create(&cx, book(2)).await.unwrap();
    tx.delete::<Book>(&cx, 1).await.unwrap();
    assert_eq!(ids_in(&tx, &cx).await, [2]);
    assert_eq!(ids(&records, &cx).await, [1]);
    tx.rollback().await.unwrap();
    assert_eq!(ids(&records, &cx).await, [1]);
}

pub async fn are_undone_by_being_dropped(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, book(1)).await.unwrap();
    let tx = records.begin(&cx).await.unwrap();
    tx.create(&cx, book(2)).await.unwrap();
    tx.update::<Book>(&cx, 1, Book::changes().set(Book::PAGES, 7)).await.unwrap();
    drop(tx);
    // The next writer of the same record waits for nothing, and finds it unchanged.
    let changed = records.update::<Book>(&cx, 1, Book::changes().set(Book::PAGES, 8).expect_version(1)).await.unwrap();
    assert_eq!(changed.pages, 8);
    assert_eq!(ids(&records, &cx).await, [1]);
    records.create(&cx, book(2)).await.expect("its key is free");
}

pub async fn see_what_others_have_committed(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let tx = records.begin(&cx).await.unwrap();
    assert_eq!(ids_in(&tx, &cx).await, [0; 0]);
    records.create(&cx, book(1)).await.unwrap();
    assert_eq!(ids_in(&tx, &cx).await, [1], "read committed");
    tx.create(&cx, book(2)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(ids(&records, &cx).await, [1, 2]);
}

pub async fn have_every_operation(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let tx = records.begin(&cx).await.unwrap();
    assert_eq!(tx.batch_create(&cx, (1..=3).map(book)).await.unwrap().len(), 3);
    assert_eq!(tx.batch_create_count(&cx, (4..=6).map(book)).await.unwrap(), 3);
    assert_eq!(tx.upsert(&cx, book(6), Conflict::key()).await.unwrap().version, 2);
    assert_eq!(tx.find::<Book>(&cx, 7).await.unwrap(), None);
    assert_eq!(tx.get::<Book>(&cx, 6).await.unwrap().version, 2);
    assert_eq!(tx.count(&cx, Book::select()).await.unwrap(), 6);
    assert_eq!(tx.search(&cx, "BOOK 1", Book::select()).await.unwrap().len(), 1);
    assert_eq!(tx.query(&cx, Book::update().set(Book::PAGES, 9).filter(Book::ID.lt(3))).await.unwrap(), 2);
    assert_eq!(tx.query(&cx, Book::delete().filter(Book::ID.eq(5))).await.unwrap(), 1);
    let pages = tx.query(&cx, Book::select().limit(1).columns((Book::PAGES,))).await.unwrap();
    assert_eq!(pages, [(9,)]);
    assert_eq!(tx.page(&cx, Book::select(), 2, None).await.unwrap().records.len(), 2);
    let stream: Vec<Book> = tx.stream(&cx, Book::select()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(stream.len(), 5);
    let json = tx.get_dyn(&cx, "library", "Book", &1.into()).await.unwrap();
    assert_eq!(json["pages"], 9);
    assert!(tx.delete::<Book>(&cx, 1).await.unwrap());
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert_eq!(ids(&records, &cx).await, [2, 3, 4, 6]);
}

pub async fn span_models_of_one_database(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let tx = records.begin(&cx).await.unwrap();
    tx.create(&cx, book(1)).await.unwrap();
    let shelf = BookShelf { room: "a".to_owned(), number: 1, capacity: None };
    tx.create(&cx, shelf.clone()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(records.list(&cx, BookShelf::select()).await.unwrap(), [shelf]);
    assert_eq!(ids(&records, &cx).await, [1]);
}

pub async fn do_not_span_databases(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let other = world.another_tenant().await;
    let World { records, cx, .. } = &world;
    let tx = records.begin(cx).await.unwrap();
    tx.create(cx, book(1)).await.unwrap();
    let station = Station { station_code: "s".to_owned(), name: String::new(), latitude: 0.0 };
    refused(tx.create(&cx.shared(), station).await, ErrorKind::Unsupported);
    refused(tx.create(&other, book(2)).await, ErrorKind::Unsupported);
    refused(tx.list(&other, Book::select()).await, ErrorKind::Unsupported);
    tx.commit().await.expect("what was refused before it was sent fails nothing");
    assert_eq!(ids(records, cx).await, [1]);
    assert_eq!(ids(records, &other).await, [0; 0]);
}

pub async fn go_on_behind_a_savepoint(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let tx = records.begin(&cx).await.unwrap();
    tx.create(&cx, book(1)).await.unwrap();
    let outcome = tx
        .savepoint(async |tx| {
            tx.create(&cx, book(2)).await?;
            tx.create(&cx, book(1)).await
        })
        .await;
    refused(outcome, ErrorKind::Conflict);
    tx.savepoint(async |tx| tx.create(&cx, book(3)).await).await.unwrap();
    assert_eq!(ids_in(&tx, &cx).await, [1, 3]);
    tx.commit().await.unwrap();
    assert_eq!(ids(&records, &cx).await, [1, 3]);
}

pub async fn nest_savepoints(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let tx = records.begin(&cx).await.unwrap();
    let undone: Result<()> = tx
        .savepoint(async |tx| {
            tx.create(&cx, book(1)).await?;
            tx.savepoint(async |tx| tx.create(&cx, book(2)).await).await?;
            let _: Result<Book> = tx.savepoint(async |tx| tx.create(&cx, book(1)).await).await;
            tx.create(&cx, book(3)).await?;
            assert_eq!(ids_in(tx, &cx).await, [1, 2, 3]);
            Err(Error::invalid("that will do"))
        })
        .await;
    refused(undone, ErrorKind::Invalid);
    assert_eq!(ids_in(&tx, &cx).await, [0; 0], "an inner savepoint goes with the outer one");
    tx.savepoint(async |tx| {
        tx.create(&cx, book(4)).await?;
        let _: Result<()> = tx
            .savepoint(async |tx| {
                tx.create(&cx, book(5)).await?;
                Err(Error::invalid("not this one"))
            })
            .await;
        tx.savepoint(async |tx| tx.create(&cx, book(6)).await).await
    })
    .await
    .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(ids(&records, &cx).await, [4, 6]);
}

pub async fn undo_a_savepoint_in_which_a_failure_was_hidden(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let tx = records.begin(&cx).await.unwrap();
    tx.create(&cx, book(1)).await.unwrap();
    let outer: Result<()> = tx
        .savepoint(async |tx| {
            tx.create(&cx, book(2)).await?;
            let inner = tx
                .savepoint(async |tx| {
                    tx.create(&cx, book(3)).await?;
                    let _ = tx.create(&cx, book(1)).await;
                    Ok(())
                })
                .await;
            refused(inner, ErrorKind::Conflict);
            assert_eq!(ids_in(tx, &cx).await, [1, 2], "it goes on behind the inner one");
            Err(Error::invalid("nor this"))
        })
        .await;
    refused(outer, ErrorKind::Invalid);
    assert_eq!(ids_in(&tx, &cx).await, [1]);
    tx.commit().await.unwrap();
    assert_eq!(ids(&records, &cx).await, [1]);
}

pub async fn keep_nothing_of_a_savepoint_that_was_dropped(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let abandon = async |tx: &Transaction, id| {
        let work = tx.savepoint(async |tx| {
            tx.create(&cx, book(id)).await?;
            std::future::pending::<Result<()>>().await
        });
        // Until it waits for ever.
        let created = async { while tx.find::<Book>(&cx, id).await.unwrap().is_none() {} };
        futures::pin_mut!(work, created);
        futures::future::select(work, created).await;
    };
    let tx = records.begin(&cx).await.unwrap();
    abandon(&tx, 1).await;
    refused(tx.commit().await, ErrorKind::Conflict);
    assert_eq!(ids(&records, &cx).await, [0; 0]);

    let tx = records.begin(&cx).await.unwrap();
    tx.savepoint(async |tx| {
        tx.create(&cx, book(2)).await?;
        abandon(tx, 3).await;
        Ok(())
    })
    .await
    .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(ids(&records, &cx).await, [2], "an outer savepoint undoes what was dropped inside it");
}

pub async fn keep_nothing_once_an_operation_has_failed(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let tx = records.begin(&cx).await.unwrap();
    tx.create(&cx, book(1)).await.unwrap();
    refused(tx.create(&cx, book(1)).await, ErrorKind::Conflict);
    refused(tx.create(&cx, book(2)).await, ErrorKind::Conflict);
    refused(tx.list(&cx, Book::select()).await, ErrorKind::Conflict);
    refused(tx.commit().await, ErrorKind::Conflict);
    assert_eq!(ids(&records, &cx).await, [0; 0]);
}

pub async fn go_on_when_something_was_refused_before_it_was_sent(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let tx = records.begin(&cx).await.unwrap();
    tx.create(&cx, book(1)).await.unwrap();
    refused(tx.create(&cx, Book::new(2, &"x".repeat(41))).await, ErrorKind::Invalid);
    let stale = Book::changes().set(Book::PAGES, 2).expect_version(9);
    refused(tx.update::<Book>(&cx, 1, stale).await, ErrorKind::Conflict);
    refused(tx.get::<Book>(&cx, 9).await, ErrorKind::NotFound);
    tx.commit().await.unwrap();
    assert_eq!(ids(&records, &cx).await, [1]);
}

pub async fn as_closures_commit_or_roll_back(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let kept = records.transaction(&cx, async |tx| tx.create(&cx, book(1)).await).await.unwrap();
    assert_eq!(kept.id, 1);
    let undone: Result<()> = records
        .transaction(&cx, async |tx| {
            tx.create(&cx, book(2)).await?;
            Err(Error::invalid("no"))
        })
        .await;
    assert_eq!(refused(undone, ErrorKind::Invalid).message(), "no");
    assert_eq!(ids(&records, &cx).await, [1]);
}

pub async fn of_two_callers_do_not_mix(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    records.create(&cx, Book { pages: 0, ..book(1) }).await.unwrap();
    // Each reads, waits for its turn to write, and writes what it read and one more: the version
    // tells the one that comes late, which tries again.
    let add = async || {
        loop {
            let outcome = records
                .transaction(&cx, async |tx| {
                    let seen = tx.get::<Book>(&cx, 1).await?;
                    let changes = Book::changes().set(Book::PAGES, seen.pages + 1).expect_version(seen.version);
                    tx.update::<Book>(&cx, 1, changes).await
                })
                .await;
            match outcome {
                Ok(_) => return,
                Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error}"),
            }
        }
    };
    futures::join!(add(), add(), add());
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap().pages, 3);
}
