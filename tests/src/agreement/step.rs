//! What can be asked of a backend.

use proptest::prelude::*;
use proptest::sample::select;

use crate::models::Genre;

/// One operation, or several in a transaction.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the names are the operations")]
pub enum Step {
    Create(Draft),
    Upsert(Draft, By),
    Replace(Draft, i64),
    Batch(Vec<Draft>),
    BatchCount(Vec<Draft>),
    Update(i64, Change, Option<i64>),
    UpdateWhere(Which, Change),
    Delete(i64),
    DeleteWhere(Which),
    Get(i64),
    List(Asked),
    Walk(Asked, u32),
    Stream(Asked),
    Search(&'static str, Asked),
    Count(Which),
    CreateEvent(i64, i64),
    GetEvent(i64, Option<i64>),
    UpdateEvent(i64, Option<i64>, Option<i64>),
    UpsertEvent(i64, i64),
    DeleteEvent(i64, Option<i64>),
    CreateReader(i32, &'static str, Option<i32>),
    RenameReader(i32, &'static str),
    DeleteReaders(Vec<i32>),
    CreateCard(i32, i32),
    CreateChapter(i32, i32),
    CreateRemark(i32, Option<i32>),
    CreateClue(i32, &'static str),
    DeleteClue(i32),
    Transaction(Vec<Step>, bool),
    Savepoint(Vec<Step>, bool),
}

/// A book as it is sent.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are those of a book")]
pub struct Draft {
    pub id: i64,
    pub isbn: Option<&'static str>,
    pub title: &'static str,
    pub blurb: Option<&'static str>,
    pub shelf: Option<&'static str>,
    pub pages: i32,
    pub stars: Option<f64>,
    pub genre: Option<Genre>,
}

/// The constraint of an upsert.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the names are the constraints'")]
pub enum By {
    Key,
    Isbn,
    TitleAndShelf,
}

/// What an update sets: `None` leaves the field, `Some(None)` makes it null.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are those of a book")]
pub struct Change {
    pub isbn: Option<Option<&'static str>>,
    pub title: Option<&'static str>,
    pub shelf: Option<Option<&'static str>>,
    pub stars: Option<Option<f64>>,
}

/// Which books.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the names are the operators'")]
pub enum Which {
    All,
    IdIs(i64),
    IdIn(Vec<i64>),
    StarsBelow(f64),
    StarsAre(Option<f64>),
    NoShelf,
    TitleLike(&'static str),
    GenreAbove(Genre),
    Not(Box<Which>),
    Both(Box<Which>, Box<Which>),
    Either(Box<Which>, Box<Which>),
}

/// A query for books.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are those of a query")]
pub struct Asked {
    pub which: Which,
    /// Positions in the list of columns that have an order, and whether the largest comes first.
    pub order: Vec<(usize, bool)>,
    pub limit: Option<u64>,
    pub offset: u64,
}

/// Any step.
pub fn any() -> impl Strategy<Value = Step> {
    let in_savepoint = (prop::collection::vec(simple(), 1..4), prop::bool::ANY);
    let savepoint = in_savepoint.clone().prop_map(|(steps, keep)| Step::Savepoint(steps, keep)).boxed();
    let nested = (prop::collection::vec(prop_oneof![4 => simple(), 1 => savepoint], 1..4), prop::bool::ANY)
        .prop_map(|(steps, keep)| Step::Savepoint(steps, keep))
        .boxed();
    let transaction = (prop::collection::vec(prop_oneof![5 => simple(), 1 => nested], 1..8), prop::bool::ANY);
    prop_oneof![9 => simple(), 1 => transaction.prop_map(|(steps, keep)| Step::Transaction(steps, keep))]
}

fn simple() -> BoxedStrategy<Step> {
    prop_oneof![
        12 => draft().prop_map(Step::Create),
        4 => (draft(), by()).prop_map(|(draft, by)| Step::Upsert(draft, by)),
        2 => (draft(), version()).prop_map(|(draft, version)| Step::Replace(draft, version)),
        3 => prop::collection::vec(draft(), 0..5).prop_map(Step::Batch),
        2 => prop::collection::vec(draft(), 0..5).prop_map(Step::BatchCount),
        4 => (id(), change(), prop::option::of(version())).prop_map(|(id, change, version)| Step::Update(id, change, version)),
        2 => (which(), change()).prop_map(|(which, change)| Step::UpdateWhere(which, change)),
        3 => id().prop_map(Step::Delete),
        1 => which().prop_map(Step::DeleteWhere),
        1 => id().prop_map(Step::Get),
        3 => asked().prop_map(Step::List),
        2 => (asked(), 1..4u32).prop_map(|(asked, size)| Step::Walk(asked, size)),
        1 => asked().prop_map(Step::Stream),
        1 => (select(vec!["", "em", "A", "%", "_", "é"]), asked()).prop_map(|(text, asked)| Step::Search(text, asked)),
        1 => which().prop_map(Step::Count),
        20 => elsewhere(),
    ]
    .boxed()
}

/// Steps on partitioned models, and on such that refer to each other.
fn elsewhere() -> impl Strategy<Value = Step> {
    let few = || 1..4i64;
    let key = || 1..4i32;
    let month = || select(vec![0, 1, 40 * 86_400]);
    let handle = || select(vec!["a", "b", "c"]);
    prop_oneof![
        (few(), month()).prop_map(|(id, at)| Step::CreateEvent(id, at)),
        (few(), prop::option::of(month())).prop_map(|(id, at)| Step::GetEvent(id, at)),
        (few(), prop::option::of(month()), prop::option::of(version()))
            .prop_map(|(id, at, version)| Step::UpdateEvent(id, at, version)),
        (few(), month()).prop_map(|(id, at)| Step::UpsertEvent(id, at)),
        (few(), prop::option::of(month())).prop_map(|(id, at)| Step::DeleteEvent(id, at)),
        (key(), handle(), prop::option::of(key())).prop_map(|(id, handle, by)| Step::CreateReader(id, handle, by)),
        (key(), handle()).prop_map(|(id, handle)| Step::RenameReader(id, handle)),
        prop::collection::vec(key(), 1..3).prop_map(Step::DeleteReaders),
        (key(), key()).prop_map(|(id, reader)| Step::CreateCard(id, reader)),
        (key(), key()).prop_map(|(id, card)| Step::CreateChapter(id, card)),
        (key(), prop::option::of(key())).prop_map(|(id, reader)| Step::CreateRemark(id, reader)),
        (key(), handle()).prop_map(|(id, handle)| Step::CreateClue(id, handle)),
        key().prop_map(Step::DeleteClue),
    ]
}

fn id() -> impl Strategy<Value = i64> {
    1..6i64
}

fn version() -> impl Strategy<Value = i64> {
    1..4i64
}

fn by() -> impl Strategy<Value = By> {
    select(vec![By::Key, By::Isbn, By::TitleAndShelf])
}

fn isbn() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(select(vec!["978-1", "978-2", "978-3", ""]))
}

fn title() -> impl Strategy<Value = &'static str> {
    select(vec!["Emma", "emma", "Étude", "100%", "a_b", ""])
}

fn shelf() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(select(vec!["a", "b"]))
}

fn stars() -> impl Strategy<Value = Option<f64>> {
    prop::option::of(select(vec![f64::NAN, f64::INFINITY, -0.0, 0.0, 1.5, -2.0]))
}

fn genre() -> impl Strategy<Value = Genre> {
    select(vec![Genre::Poetry, Genre::Novel, Genre::Atlas])
}

fn draft() -> impl Strategy<Value = Draft> {
    let blurb = prop::option::of(select(vec!["emma", "x"]));
    (id(), isbn(), title(), blurb, shelf(), 0..3i32, stars(), prop::option::of(genre())).prop_map(
        |(id, isbn, title, blurb, shelf, pages, stars, genre)| Draft {
            id,
            isbn,
            title,
            blurb,
            shelf,
            pages,
            stars,
            genre,
        },
    )
}

fn change() -> impl Strategy<Value = Change> {
    let maybe = prop::option::of::<BoxedStrategy<_>>;
    (maybe(isbn().boxed()), prop::option::of(title()), maybe(shelf().boxed()), prop::option::of(stars()))
        .prop_map(|(isbn, title, shelf, stars)| Change { isbn, title, shelf, stars })
}

fn which() -> impl Strategy<Value = Which> {
    let leaf = prop_oneof![
        Just(Which::All),
        id().prop_map(Which::IdIs),
        prop::collection::vec(id(), 0..3).prop_map(Which::IdIn),
        select(vec![0.0, 1.5, f64::NAN]).prop_map(Which::StarsBelow),
        stars().prop_map(Which::StarsAre),
        Just(Which::NoShelf),
        select(vec!["%m%", "_mma", "100\\%", "É%", ""]).prop_map(Which::TitleLike),
        genre().prop_map(Which::GenreAbove),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|which| Which::Not(which.into())),
            (inner.clone(), inner.clone()).prop_map(|(one, two)| Which::Both(one.into(), two.into())),
            (inner.clone(), inner).prop_map(|(one, two)| Which::Either(one.into(), two.into())),
        ]
    })
}

fn asked() -> impl Strategy<Value = Asked> {
    let order = prop::collection::vec((0..7usize, prop::bool::ANY), 0..3);
    (which(), order, prop::option::of(0..4u64), 0..3u64).prop_map(|(which, order, limit, offset)| Asked {
        which,
        order,
        limit,
        offset,
    })
}
