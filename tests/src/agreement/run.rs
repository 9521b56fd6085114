//! Asks a backend for a step, and writes down its reply: the records without their times, or the
//! kind of the error.

use std::fmt::Debug;

use futures::TryStreamExt as _;
use futures::future::BoxFuture;
use sqh_runtime::expr::{Changes, Order, Predicate, Select};
use sqh_runtime::prelude::*;
use sqh_runtime::scope::Tenant;
use sqh_runtime::service::Path;

use super::step::{Asked, By, Change, Draft, Step, Which};
use crate::harness::World;
use crate::models::{Book, Chapter, Clue, Event, Reader, ReaderCard, Remark};

/// Deletes every record.
pub async fn clear(world: &World) {
    let World { records, cx, .. } = world;
    records.query(cx, Book::delete().all()).await.unwrap();
    records.query(cx, Event::delete().all()).await.unwrap();
    records.query(cx, Chapter::delete().all()).await.unwrap();
    records.query(cx, ReaderCard::delete().all()).await.unwrap();
    records.query(cx, Remark::delete().all()).await.unwrap();
    records.query(cx, Clue::delete().all()).await.unwrap();
    records.query(cx, Reader::delete().all()).await.unwrap();
}

/// All that is stored.
pub async fn everything(world: &World) -> Vec<String> {
    let World { records, cx, .. } = world;
    let mut all = vec![books(records.list(cx, Book::select()).await)];
    all.push(said(records.list(cx, Event::select().limit(1000)).await));
    all.push(said(records.list(cx, Chapter::select()).await));
    all.push(said(records.list(cx, ReaderCard::select()).await));
    all.push(said(records.list(cx, Remark::select()).await));
    all.push(said(records.list(cx, Clue::select()).await));
    all.push(said(records.list(cx, Reader::select()).await));
    all
}

/// The reply to a step, or the replies to those of a transaction.
pub async fn one(world: &World, step: &Step) -> Vec<String> {
    let World { records, cx, .. } = world;
    match step {
        Step::Transaction(steps, keep) => {
            let tx = records.begin(cx).await.unwrap();
            let mut replies = several(&tx, cx, steps).await;
            let end = if *keep { tx.commit().await } else { tx.rollback().await };
            replies.push(said(end));
            replies
        }
        step => vec![simple(records, cx, step).await],
    }
}

fn several<'a>(tx: &'a Transaction, cx: &'a Cx<Tenant>, steps: &'a [Step]) -> BoxFuture<'a, Vec<String>> {
    Box::pin(async move {
        let mut replies = Vec::new();
        for step in steps {
            match step {
                Step::Savepoint(steps, keep) => {
                    let mut inner = Vec::new();
                    let outcome = tx
                        .savepoint(async |tx| {
                            inner = several(tx, cx, steps).await;
                            if *keep { Ok(()) } else { Err(Error::invalid("not kept")) }
                        })
                        .await;
                    replies.extend(inner);
                    replies.push(said(outcome));
                }
                step => replies.push(simple(tx, cx, step).await),
            }
        }
        replies
    })
}

async fn simple<P: Path>(records: &PlatformGroupRecordService<P>, cx: &Cx<Tenant>, step: &Step) -> String {
    let at = |second: i64| DateTime::from_timestamp(second, 0).expect("it is in range");
    let event = |id: i64, second| Event { id, happened_at: at(second), what: "x".to_owned(), version: 0 };
    match step {
        Step::Create(draft) => book(records.create(cx, draft.book()).await),
        Step::Upsert(draft, by) => {
            let conflict = match by {
                By::Key => Conflict::key(),
                By::Isbn => Conflict::on((Book::ISBN,)),
                By::TitleAndShelf => Conflict::on((Book::TITLE, Book::SHELF)),
            };
            book(records.upsert(cx, draft.book(), conflict).await)
        }
        Step::Replace(draft, version) => book(records.replace(cx, Book { version: *version, ..draft.book() }).await),
        Step::Batch(drafts) => {
            let drafts: Vec<_> = drafts.iter().map(Draft::book).collect();
            books(records.batch_create(cx, drafts).await)
        }
        Step::BatchCount(drafts) => {
            let drafts: Vec<_> = drafts.iter().map(Draft::book).collect();
            said(records.batch_create_count(cx, drafts).await)
        }
        Step::Update(id, change, version) => {
            let changes = change.changes();
            let changes = match version {
                Some(version) => changes.expect_version(*version),
                None => changes,
            };
            book(records.update::<Book>(cx, *id, changes).await)
        }
        Step::UpdateWhere(which, change) => {
            let mut update = Book::update().filter(which.predicate());
            if let Some(isbn) = change.isbn {
                update = update.set(Book::ISBN, isbn.map(str::to_owned));
            }
            if let Some(title) = change.title {
                update = update.set(Book::TITLE, title);
            }
            if let Some(shelf) = change.shelf {
                update = update.set(Book::SHELF, shelf.map(str::to_owned));
            }
            if let Some(stars) = change.stars {
                update = update.set(Book::STARS, stars);
            }
            said(records.query(cx, update).await)
        }
        Step::Delete(id) => said(records.delete::<Book>(cx, *id).await),
        Step::DeleteWhere(which) => said(records.query(cx, Book::delete().filter(which.predicate())).await),
        Step::Get(id) => book(records.get::<Book>(cx, *id).await),
        Step::List(asked) => books(records.list(cx, asked.select()).await),
        Step::Walk(asked, size) => books(walk(records, cx, asked, *size).await),
        Step::Stream(asked) => match records.stream(cx, asked.select()).await {
            Ok(stream) => books(stream.try_collect().await),
            Err(error) => said(Err::<(), _>(error)),
        },
        Step::Search(text, asked) => books(records.search(cx, *text, asked.select()).await),
        Step::Count(which) => said(records.count(cx, Book::select().filter(which.predicate())).await),
        Step::CreateEvent(id, second) => said(records.create(cx, event(*id, *second)).await),
        Step::UpsertEvent(id, second) => said(records.upsert(cx, event(*id, *second), Conflict::key()).await),
        Step::GetEvent(id, None) => said(records.find::<Event>(cx, *id).await),
        Step::GetEvent(id, Some(second)) => said(records.find::<Event>(cx, (*id, at(*second))).await),
        Step::UpdateEvent(id, second, version) => {
            let changes = Event::changes().set(Event::WHAT, "changed");
            let changes = match version {
                Some(version) => changes.expect_version(*version),
                None => changes,
            };
            match second {
                Some(second) => said(records.update::<Event>(cx, (*id, at(*second)), changes).await),
                None => said(records.update::<Event>(cx, *id, changes).await),
            }
        }
        Step::DeleteEvent(id, None) => said(records.delete::<Event>(cx, *id).await),
        Step::DeleteEvent(id, Some(second)) => said(records.delete::<Event>(cx, (*id, at(*second))).await),
        Step::CreateReader(id, handle, brought_by) => {
            let reader = Reader { id: *id, handle: (*handle).to_owned(), brought_by: *brought_by };
            said(records.create(cx, reader).await)
        }
        Step::RenameReader(id, handle) => {
            said(records.update::<Reader>(cx, *id, Reader::changes().set(Reader::HANDLE, *handle)).await)
        }
        Step::DeleteReaders(ids) => {
            let which = Reader::ID.is_in(ids.iter().copied());
            said(records.query(cx, Reader::delete().filter(which)).await)
        }
        Step::CreateCard(id, reader) => said(records.create(cx, ReaderCard { id: *id, reader: Link(*reader) }).await),
        Step::CreateChapter(id, card) => said(records.create(cx, Chapter { id: *id, card: *card }).await),
        Step::CreateRemark(id, reader) => said(records.create(cx, Remark { id: *id, reader: *reader }).await),
        Step::CreateClue(id, handle) => said(records.create(cx, Clue { id: *id, handle: (*handle).to_owned() }).await),
        Step::DeleteClue(id) => said(records.delete::<Clue>(cx, *id).await),
        Step::Transaction(..) | Step::Savepoint(..) => unreachable!("a transaction is made of other steps"),
    }
}

async fn walk<P: Path>(
    records: &PlatformGroupRecordService<P>,
    cx: &Cx<Tenant>,
    asked: &Asked,
    size: u32,
) -> Result<Vec<Book>> {
    let asked = Asked { limit: None, offset: 0, ..asked.clone() };
    let (mut all, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = records.page(cx, asked.select(), size, after.as_deref()).await?;
        all.extend(page.records);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}

fn said<T: Debug>(outcome: Result<T>) -> String {
    match outcome {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{:?}", error.kind()),
    }
}

fn book(outcome: Result<Book>) -> String {
    said(outcome.map(timeless))
}

fn books(outcome: Result<Vec<Book>>) -> String {
    said(outcome.map(|books| books.into_iter().map(timeless).collect::<Vec<_>>()))
}

/// Without the times, which two backends are not asked at the same moment.
fn timeless(book: Book) -> Book {
    assert!(book.created_at <= book.updated_at && book.created_at > DateTime::UNIX_EPOCH, "{book:?}");
    Book { created_at: DateTime::UNIX_EPOCH, updated_at: DateTime::UNIX_EPOCH, ..book }
}

impl Draft {
    fn book(&self) -> Book {
        let owned = |text: &str| text.to_owned();
        Book {
            isbn: self.isbn.map(owned),
            blurb: self.blurb.map(owned),
            shelf: self.shelf.map(owned),
            pages: self.pages,
            stars: self.stars,
            genre: self.genre,
            ..Book::new(self.id, self.title)
        }
    }
}

impl Change {
    fn changes(&self) -> Changes<Book> {
        let mut changes = Book::changes();
        if let Some(isbn) = self.isbn {
            changes = changes.set(Book::ISBN, isbn.map(str::to_owned));
        }
        if let Some(title) = self.title {
            changes = changes.set(Book::TITLE, title);
        }
        if let Some(shelf) = self.shelf {
            changes = changes.set(Book::SHELF, shelf.map(str::to_owned));
        }
        if let Some(stars) = self.stars {
            changes = changes.set(Book::STARS, stars);
        }
        changes
    }
}

impl Which {
    fn predicate(&self) -> Predicate<Book> {
        match self {
            Self::All => Book::ID.gt(0),
            Self::IdIs(id) => Book::ID.eq(*id),
            Self::IdIn(ids) => Book::ID.is_in(ids.iter().copied()),
            Self::StarsBelow(stars) => Book::STARS.lt(*stars),
            Self::StarsAre(stars) => Book::STARS.eq(*stars),
            Self::NoShelf => Book::SHELF.is_null(),
            Self::TitleLike(pattern) => Book::TITLE.like(*pattern),
            Self::GenreAbove(genre) => Book::GENRE.gt(*genre),
            Self::Not(which) => !which.predicate(),
            Self::Both(one, two) => one.predicate().and(two.predicate()),
            Self::Either(one, two) => one.predicate().or(two.predicate()),
        }
    }
}

impl Asked {
    fn select(&self) -> Select<Book> {
        let mut select = Book::select().filter(self.which.predicate()).offset(self.offset);
        for (column, descending) in &self.order {
            select = select.order_by(order(*column, *descending));
        }
        match self.limit {
            Some(limit) => select.limit(limit),
            None => select,
        }
    }
}

fn order(column: usize, descending: bool) -> Order<Book> {
    macro_rules! by {
        ($column:ident) => {
            if descending { Book::$column.desc() } else { Book::$column.asc() }
        };
    }
    match column {
        0 => by!(TITLE),
        1 => by!(ISBN),
        2 => by!(STARS),
        3 => by!(GENRE),
        4 => by!(SHELF),
        5 => by!(PAGES),
        _ => by!(ID),
    }
}
