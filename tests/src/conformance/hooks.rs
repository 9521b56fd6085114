//! Hooks: around every write of a model, on every backend alike.

use serde_json::json;
use sqh_runtime::prelude::*;

use crate::harness::recorder::{Log, Recorder};
use crate::harness::{Harness, World, refused};
use crate::models::Book;

async fn recorded(harness: &dyn Harness) -> (World, Log) {
    let log = Log::default();
    let world = World::with(harness, |builder| builder.hooks(Recorder("h", log.clone()))).await;
    (world, log)
}

pub async fn run_around_every_write(harness: &dyn Harness) {
    let (World { records, cx, .. }, log) = recorded(harness).await;
    records.create(&cx, Book::new(1, "a")).await.unwrap();
    assert_eq!(log.take(), ["h validate a v1", "h before_create a v1", "h after_create a v1"]);
    records.update::<Book>(&cx, 1, Book::changes().set(Book::TITLE, "b")).await.unwrap();
    assert_eq!(log.take(), ["h validate b v1", "h before_update a -> b v1", "h after_update a -> b v2"]);
    records.replace(&cx, Book { version: 2, ..Book::new(1, "c") }).await.unwrap();
    assert_eq!(log.take(), ["h validate c v2", "h before_update b -> c v2", "h after_update b -> c v3"]);
    records.delete::<Book>(&cx, 1).await.unwrap();
    assert_eq!(log.take(), ["h before_delete c v3", "h after_delete c v3"]);
}

pub async fn run_around_writes_by_name(harness: &dyn Harness) {
    let (World { records, cx, .. }, log) = recorded(harness).await;
    records.create_dyn(&cx, "library", "Book", &json!({"id": 1, "title": "a"})).await.unwrap();
    records.update_dyn(&cx, "library", "Book", &json!(1), &json!({"title": "b"})).await.unwrap();
    records.delete_dyn(&cx, "library", "Book", &json!(1)).await.unwrap();
    let seen: Vec<_> = log.take().into_iter().filter(|line| line.contains("after")).collect();
    assert_eq!(seen, ["h after_create a v1", "h after_update a -> b v2", "h after_delete b v2"]);
}

pub async fn run_around_every_record_of_a_batch(harness: &dyn Harness) {
    let (World { records, cx, .. }, log) = recorded(harness).await;
    let books = || vec![Book::new(1, "a"), Book::new(2, "b")];
    let expected = [
        "h validate a v1", "h before_create a v1", "h validate b v1", "h before_create b v1", "h after_create a v1",
        "h after_create b v1",
    ];
    assert_eq!(records.batch_create(&cx, books()).await.unwrap().len(), 2);
    assert_eq!(log.take(), expected);
    records.delete::<Book>(&cx, 1).await.unwrap();
    records.delete::<Book>(&cx, 2).await.unwrap();
    log.take();
    assert_eq!(records.batch_create_count(&cx, books()).await.unwrap(), 2);
    assert_eq!(log.take(), expected);
}

pub async fn run_around_both_branches_of_an_upsert(harness: &dyn Harness) {
    let (World { records, cx, .. }, log) = recorded(harness).await;
    let isbn = |id, title| Book { isbn: Some("978".to_owned()), ..Book::new(id, title) };
    records.upsert(&cx, isbn(1, "a"), Conflict::key()).await.unwrap();
    assert_eq!(log.take(), ["h validate a v1", "h before_create a v1", "h after_create a v1"]);
    let changed = records.upsert(&cx, isbn(1, "b"), Conflict::key()).await.unwrap();
    assert_eq!((changed.title.as_str(), changed.version), ("b", 2));
    assert!(log.take().last().is_some_and(|line| line == "h after_update a -> b v2"));
    let changed = records.upsert(&cx, isbn(5, "c"), Conflict::on((Book::ISBN,))).await.unwrap();
    assert_eq!((changed.id, changed.title.as_str()), (1, "c"));
    assert!(log.take().last().is_some_and(|line| line == "h after_update b -> c v3"));
}

pub async fn of_what_is_not_there_do_not_run(harness: &dyn Harness) {
    let (World { records, cx, .. }, log) = recorded(harness).await;
    refused(records.update::<Book>(&cx, 1, Book::changes().set(Book::PAGES, 2)).await, ErrorKind::NotFound);
    assert!(!records.delete::<Book>(&cx, 1).await.unwrap());
    assert_eq!(log.take(), [""; 0]);
}

pub async fn after_a_write_do_not_run_if_it_failed(harness: &dyn Harness) {
    let (World { records, cx, .. }, log) = recorded(harness).await;
    records.create(&cx, Book::new(1, "a")).await.unwrap();
    log.take();
    refused(records.create(&cx, Book::new(1, "b")).await, ErrorKind::Conflict);
    refused(records.batch_create(&cx, vec![Book::new(2, "c"), Book::new(1, "d")]).await, ErrorKind::Conflict);
    let stale = Book::changes().set(Book::TITLE, "e").expect_version(9);
    refused(records.update::<Book>(&cx, 1, stale).await, ErrorKind::Conflict);
    let seen = log.take();
    assert!(seen.iter().all(|line| !line.contains("after")), "{seen:?}");
}

pub async fn after_a_write_wait_for_the_commit(harness: &dyn Harness) {
    let (World { records, cx, .. }, log) = recorded(harness).await;
    let after = |log: &Log| log.take().into_iter().filter(|line| line.contains("after")).collect::<Vec<_>>();
    let tx = records.begin(&cx).await.unwrap();
    tx.create(&cx, Book::new(1, "a")).await.unwrap();
    tx.update::<Book>(&cx, 1, Book::changes().set(Book::TITLE, "b")).await.unwrap();
    let undone: Result<()> = tx
        .savepoint(async |tx| {
            tx.create(&cx, Book::new(2, "c")).await?;
            Err(Error::invalid("no"))
        })
        .await;
    refused(undone, ErrorKind::Invalid);
    tx.savepoint(async |tx| tx.create(&cx, Book::new(3, "d")).await).await.unwrap();
    assert_eq!(after(&log), [""; 0]);
    tx.commit().await.unwrap();
    assert_eq!(after(&log), ["h after_create a v1", "h after_update a -> b v2", "h after_create d v1"]);

    let tx = records.begin(&cx).await.unwrap();
    tx.create(&cx, Book::new(4, "e")).await.unwrap();
    tx.rollback().await.unwrap();
    let tx = records.begin(&cx).await.unwrap();
    tx.delete::<Book>(&cx, 3).await.unwrap();
    drop(tx);
    assert_eq!(after(&log), [""; 0]);
}

pub async fn of_one_model_run_in_the_order_added(harness: &dyn Harness) {
    let log = Log::default();
    let World { records, cx, .. } = World::with(harness, |builder| {
        builder.hooks(Recorder("one", log.clone())).hooks(Recorder("two", log.clone()))
    })
    .await;
    records.create(&cx, Book::new(1, "a")).await.unwrap();
    let expected = [
        "one validate a v1", "one before_create a v1", "two validate a v1", "two before_create a v1",
        "one after_create a v1", "two after_create a v1",
    ];
    assert_eq!(log.take(), expected);
}

/// Changes what is stored.
struct Changer;

impl Hooks<Book> for Changer {
    async fn before_create(&self, cx: &HookContext, book: &mut Book) -> Result<()> {
        book.title = format!("{} of {}", book.title, cx.tenant().is_some());
        book.stars = Some(1.0);
        Ok(())
    }

    async fn before_update(&self, _: &HookContext, old: &Book, book: &mut Book) -> Result<()> {
        book.stars = old.stars.map(|stars| stars + 1.0);
        book.blurb = None;
        Ok(())
    }
}

pub async fn before_a_write_may_change_it(harness: &dyn Harness) {
    let World { records, cx, .. } = World::with(harness, |builder| builder.hooks(Changer)).await;
    let created = records.create(&cx, Book { blurb: Some("x".to_owned()), ..Book::new(1, "a") }).await.unwrap();
    assert_eq!((created.title.as_str(), created.stars), ("a of true", Some(1.0)));
    let updated = records.update::<Book>(&cx, 1, Book::changes().set(Book::PAGES, 9)).await.unwrap();
    assert_eq!((updated.pages, updated.stars, updated.blurb.clone()), (9, Some(2.0), None));
    let upserted = records.upsert(&cx, Book::new(1, "b"), Conflict::key()).await.unwrap();
    assert_eq!((upserted.title.as_str(), upserted.stars), ("b", Some(3.0)));
    let batch = records.batch_create(&cx, vec![Book::new(2, "c")]).await.unwrap();
    assert_eq!(batch[0].stars, Some(1.0));
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap(), upserted);
}

/// Writes where it must not.
struct Meddler(fn(&mut Book));

impl Hooks<Book> for Meddler {
    async fn before_create(&self, _: &HookContext, book: &mut Book) -> Result<()> {
        self.0(book);
        Ok(())
    }

    async fn before_update(&self, _: &HookContext, _: &Book, book: &mut Book) -> Result<()> {
        self.0(book);
        Ok(())
    }
}

pub async fn cannot_change_key_or_version(harness: &dyn Harness) {
    let plain = World::new(harness).await;
    for (field, meddle) in [("id", (|book| book.id += 1) as fn(&mut Book)), ("version", |book| book.version += 1)] {
        let World { records, cx, .. } = World::with(harness, |builder| builder.hooks(Meddler(meddle))).await;
        let error = refused(records.create(&cx, Book::new(1, "a")).await, ErrorKind::Invalid);
        assert_eq!((error.model(), error.field()), (Some("Book"), Some(field)), "{error}");
        refused(records.batch_create(&cx, vec![Book::new(1, "a")]).await, ErrorKind::Invalid);
        refused(records.upsert(&cx, Book::new(1, "a"), Conflict::key()).await, ErrorKind::Invalid);
        assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 0);
    }
    plain.records.create(&plain.cx, Book::new(1, "a")).await.expect("other platforms have other hooks");
}

/// Refuses some titles.
struct Strict;

impl Hooks<Book> for Strict {
    fn validate(&self, _: &HookContext, book: &Book) -> Result<()> {
        if book.title == "forbidden" {
            return Err(Error::invalid("the title is forbidden").in_field("title"));
        }
        Ok(())
    }

    async fn before_create(&self, _: &HookContext, book: &mut Book) -> Result<()> {
        if book.title == "late" {
            return Err(Error::conflict("too late"));
        }
        Ok(())
    }

    async fn before_delete(&self, _: &HookContext, book: &Book) -> Result<()> {
        if book.title == "kept" {
            return Err(Error::new(ErrorKind::Denied, "it is kept"));
        }
        Ok(())
    }
}

pub async fn stop_an_operation_by_their_error(harness: &dyn Harness) {
    let World { records, cx, .. } = World::with(harness, |builder| builder.hooks(Strict)).await;
    let error = refused(records.create(&cx, Book::new(1, "forbidden")).await, ErrorKind::Invalid);
    assert_eq!((error.message(), error.field()), ("the title is forbidden", Some("title")));
    refused(records.create(&cx, Book::new(1, "late")).await, ErrorKind::Conflict);
    let batch = vec![Book::new(1, "a"), Book::new(2, "forbidden")];
    refused(records.batch_create(&cx, batch).await, ErrorKind::Invalid);
    refused(records.upsert(&cx, Book::new(1, "forbidden"), Conflict::key()).await, ErrorKind::Invalid);
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 0);
    records.create(&cx, Book::new(1, "kept")).await.unwrap();
    refused(records.delete::<Book>(&cx, 1).await, ErrorKind::Denied);
    let changes = Book::changes().set(Book::TITLE, "forbidden");
    refused(records.update::<Book>(&cx, 1, changes).await, ErrorKind::Invalid);
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap().version, 1);
}

/// Fails when all is done.
struct Sorry;

impl Hooks<Book> for Sorry {
    async fn after_create(&self, _: &HookContext, _: &Book) -> Result<()> {
        Err(Error::new(ErrorKind::Unavailable, "nobody listens"))
    }
}

pub async fn after_a_write_undo_nothing(harness: &dyn Harness) {
    let World { records, cx, .. } = World::with(harness, |builder| builder.hooks(Sorry)).await;
    let error = refused(records.create(&cx, Book::new(1, "a")).await, ErrorKind::Unavailable);
    assert!(error.to_string().contains("is kept"), "{error}");
    let tx = records.begin(&cx).await.unwrap();
    tx.create(&cx, Book::new(2, "b")).await.unwrap();
    let error = refused(tx.commit().await, ErrorKind::Unavailable);
    assert!(error.to_string().contains("is kept"), "{error}");
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 2);
}

pub async fn are_not_passed_by_changes_by_filter(harness: &dyn Harness) {
    let (World { records, cx, .. }, log) = recorded(harness).await;
    records.create(&cx, Book::new(1, "a")).await.unwrap();
    log.take();
    let update = Book::update().set(Book::PAGES, 2).all();
    refused(records.query(&cx, update).await, ErrorKind::Unsupported);
    refused(records.query(&cx, Book::delete().all()).await, ErrorKind::Unsupported);
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap().pages, 1);
}

/// Knows who asks, and where.
struct Witness(Log);

impl Hooks<Book> for Witness {
    async fn before_create(&self, cx: &HookContext, _: &mut Book) -> Result<()> {
        let user = cx.principal().identity().map(|identity| identity.user_id.clone());
        self.0.add(format!("{:?} {:?} {}", user, cx.tenant(), cx.model().name));
        Ok(())
    }
}

pub async fn know_who_asks_and_where(harness: &dyn Harness) {
    let log = Log::default();
    let world = World::with(harness, |builder| builder.hooks(Witness(log.clone()))).await;
    let user = world.user(&["library:create"]).await;
    world.records.create(&user, Book::new(1, "a")).await.unwrap();
    world.records.create(&world.cx, Book::new(2, "b")).await.unwrap();
    let tenant = world.cx.tenant();
    let expected = [format!("Some(\"somebody\") Some({tenant:?}) Book"), format!("None Some({tenant:?}) Book")];
    assert_eq!(log.take(), expected);
}
