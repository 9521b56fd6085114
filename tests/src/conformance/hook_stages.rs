//! Hooks: what each stage sees, and what it must not do.

use sqh_runtime::Platform;
use sqh_runtime::prelude::*;

use crate::harness::recorder::Log;
use crate::harness::{Harness, World, refused};
use crate::models::{Book, Tagged};

/// Notes which record an update is about, or gives it another number.
struct Upserter {
    log: Log,
    renumber: bool,
}

impl Hooks<Book> for Upserter {
    async fn before_update(&self, _: &HookContext, old: &Book, book: &mut Book) -> Result<()> {
        let same_time = old.created_at == book.created_at;
        self.log.add(format!("{} v{} {} v{} {same_time}", old.id, old.version, book.id, book.version));
        if self.renumber {
            book.isbn = Some("979".to_owned());
        }
        Ok(())
    }
}

fn numbered(id: i64, title: &str) -> Book {
    Book { isbn: Some("978".to_owned()), ..Book::new(id, title) }
}

pub async fn of_an_upsert_see_the_record_that_stays(harness: &dyn Harness) {
    let log = Log::default();
    let hooks = Upserter { log: log.clone(), renumber: false };
    let World { records, cx, .. } = World::with(harness, |builder| builder.hooks(hooks)).await;
    records.create(&cx, numbered(1, "a")).await.unwrap();
    records.update::<Book>(&cx, 1, Book::changes().set(Book::TITLE, "b")).await.unwrap();
    log.take();
    let stored = records.upsert(&cx, numbered(7, "c"), Conflict::on((Book::ISBN,))).await.unwrap();
    assert_eq!(log.take(), ["1 v2 1 v2 true"]);
    assert_eq!((stored.id, stored.version, stored.title.as_str()), (1, 3, "c"));
}

pub async fn of_an_upsert_cannot_make_it_another_record(harness: &dyn Harness) {
    let hooks = Upserter { log: Log::default(), renumber: true };
    let World { records, cx, .. } = World::with(harness, |builder| builder.hooks(hooks)).await;
    records.create(&cx, numbered(1, "a")).await.unwrap();
    let upsert = records.upsert(&cx, numbered(7, "c"), Conflict::on((Book::ISBN,))).await;
    assert_eq!(refused(upsert, ErrorKind::Invalid).field(), Some("isbn"));
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 1);
}

/// Fails after each record, and notes that it ran.
struct Failing(Log);

impl Hooks<Book> for Failing {
    async fn after_create(&self, _: &HookContext, book: &Book) -> Result<()> {
        self.0.add(book.title.clone());
        Err(Error::invalid(format!("no mail for {}", book.title)))
    }
}

pub async fn that_fail_after_a_write_keep_no_other_from_running(harness: &dyn Harness) {
    let log = Log::default();
    let hooks = Failing(log.clone());
    let World { records, cx, .. } = World::with(harness, |builder| builder.hooks(hooks)).await;
    let batch = records.batch_create(&cx, vec![Book::new(1, "a"), Book::new(2, "b"), Book::new(3, "c")]).await;
    assert_eq!(refused(batch, ErrorKind::Invalid).message(), "no mail for a");
    assert_eq!(log.take(), ["a", "b", "c"]);
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 3, "the write is kept");
}

/// Changes the book in another's name before it lets it be deleted.
struct Meddler(std::sync::Arc<std::sync::OnceLock<(PlatformGroupRecordService, Cx)>>);

impl Hooks<Book> for Meddler {
    async fn before_delete(&self, _: &HookContext, book: &Book) -> Result<()> {
        let (records, cx) = self.0.get().expect("the world is there before a book is deleted");
        records.update::<Book>(cx, book.id, Book::changes().set(Book::TITLE, "changed")).await.map(drop)
    }
}

pub async fn of_a_delete_have_seen_what_is_deleted(harness: &dyn Harness) {
    let world = std::sync::Arc::default();
    let hooks = Meddler(std::sync::Arc::clone(&world));
    let World { records, cx, .. } = World::with(harness, |builder| builder.hooks(hooks)).await;
    assert!(world.set((records.clone(), cx.clone())).is_ok());
    records.create(&cx, Book::new(1, "a")).await.unwrap();
    refused(records.delete::<Book>(&cx, 1).await, ErrorKind::Conflict);
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap().title, "changed");
}

struct Nothing;

impl Hooks<Tagged> for Nothing {}

pub async fn of_a_model_with_a_generated_field_are_refused_at_start(_: &dyn Harness) {
    let built = Platform::builder().models(models![Tagged]).hooks(Nothing).build_in_memory();
    assert_eq!(refused(built, ErrorKind::Unsupported).field(), Some("folded"));
}
