//! Views: what is computed of other models.

use sqh_runtime::prelude::*;
use sqh_runtime::report::{Definition, avg, coalesce, count, from, max, sum};

use super::{Book, Genre, Memo, Person, Station};

/// What a shelf holds.
#[derive(Debug, Clone, PartialEq, PlatformView)]
#[model(group = "library")]
#[platform_view(source = Book, definition = shelves)]
#[index(columns = ["books desc"])]
pub struct ShelfStat {
    /// The shelf; empty for the books of none.
    #[field(primary_key, search)]
    pub shelf: String,
    /// How many books.
    #[field(rename = "count")]
    pub books: i64,
    /// How many pages they have.
    pub pages: i64,
    /// How readers rate them.
    pub stars: Option<f64>,
    /// The title that is the last by name.
    pub last_title: String,
    /// The kind that is the last as declared.
    pub last_genre: Option<Genre>,
}

fn shelves() -> impl Definition<ShelfStat> {
    from::<Book>().filter(Book::TITLE.ne("it's \\ not there")).aggregate(ShelfStatColumns {
        shelf: coalesce(Book::SHELF, ""),
        books: count(),
        pages: sum(Book::PAGES),
        stars: avg(Book::STARS),
        last_title: max(Book::TITLE),
        last_genre: max(Book::GENRE),
    })
}

sqh_runtime::alias!(
    /// Another book.
    pub Twin = Book
);

/// How many pairs of books have a number of pages, if they have more than one.
#[derive(Debug, Clone, PartialEq, PlatformView)]
#[model(group = "library")]
#[platform_view(source = Book, definition = pairs, table = "pairs")]
pub struct PagePair {
    /// The number of pages.
    #[field(primary_key)]
    pub pages: i32,
    /// How many pairs, each twice, and each book with itself.
    pub pairs: i64,
}

fn pairs() -> impl Definition<PagePair> {
    // Those of one page are the thousands of bulk loads, whose pairs in a shared table would take minutes.
    from::<Book>()
        .filter(Book::PAGES.gt(1))
        .inner_join(Book::PAGES.equals(Book::PAGES.of::<Twin>()))
        .aggregate(PagePairColumns { pages: Book::PAGES, pairs: count() })
}

/// How much somebody has written: told to whoever did, and to archivists. Computed anew after each memo.
#[derive(Debug, Clone, PartialEq, PlatformView)]
#[model(group = "office")]
#[platform_view(source = Memo, definition = writers, refresh = "after_write")]
#[policy(allow(read, list) if owner || role("archivist"))]
pub struct WriterStat {
    /// Who.
    #[field(primary_key, owner)]
    pub writer: String,
    /// How many memos.
    pub memos: i64,
    /// How many pages.
    pub pages: i64,
}

fn writers() -> impl Definition<WriterStat> {
    from::<Memo>().aggregate(WriterStatColumns { writer: Memo::WRITER, memos: count(), pages: sum(Memo::PAGES) })
}

/// What people of a name earn, which is masked as their salaries are.
#[derive(Debug, Clone, PartialEq, PlatformView)]
#[model(group = "hr")]
#[platform_view(source = Person, definition = payroll)]
#[policy(allow(read, list) if permission("hr:list"))]
pub struct Payroll {
    /// The name.
    #[field(primary_key)]
    pub name: String,
    /// What they earn together.
    #[field(redact)]
    pub salary: Option<i64>,
}

fn payroll() -> impl Definition<Payroll> {
    from::<Person>().aggregate(PayrollColumns { name: Person::NAME, salary: sum(Person::SALARY) })
}

/// How far north stations of a name are, for all tenants.
#[derive(Debug, Clone, PartialEq, PlatformView)]
#[model(group = "shared")]
#[platform_view(source = Station, definition = norths)]
pub struct StationNorth {
    /// The name.
    #[field(primary_key)]
    pub name: String,
    /// The largest latitude.
    pub latitude: f64,
}

fn norths() -> impl Definition<StationNorth> {
    from::<Station>().aggregate(StationNorthColumns { name: Station::NAME, latitude: max(Station::LATITUDE) })
}
