//! Reports: groups, joins and windows, computed where the records are.

use sqh_runtime::alias;
use sqh_runtime::prelude::*;
use sqh_runtime::report::{
    Bound, Unit, any_of, avg, bucket, case, coalesce, constant, count, count_distinct, count_of, day, first, from, joined,
    lag, last, last_value, lead, length, listed, max, min, month, ntile, percentile, rank, record, row_number, std_dev, sum,
    upper, window,
};

use crate::harness::{Harness, World, refused};
use crate::models::{Book, BookShelf, Event, Genre, Memo, Person, Reader, ReaderCard};

pub(super) fn book(id: i64, shelf: Option<&str>, pages: i32, stars: Option<f64>, genre: Option<Genre>) -> Book {
    let shelf = shelf.map(str::to_owned);
    Book { shelf, pages, stars, genre, ..Book::new(id, &format!("Book {id}")) }
}

pub(super) async fn library(harness: &dyn Harness) -> World {
    let world = World::new(harness).await;
    let books = vec![
        book(1, Some("a"), 10, Some(1.0), Some(Genre::Poetry)),
        book(2, Some("a"), 20, Some(3.0), Some(Genre::Atlas)),
        book(3, Some("b"), 30, None, Some(Genre::Atlas)),
        book(4, None, 40, None, None),
    ];
    world.records.batch_create(&world.cx, books).await.unwrap();
    // Nobody else's records take part.
    let theirs = world.another_tenant().await;
    world.records.create(&theirs, book(1, Some("a"), 1000, Some(99.0), Some(Genre::Novel))).await.unwrap();
    world
}

pub async fn groups_have_keys_and_metrics(harness: &dyn Harness) {
    let world = library(harness).await;
    let report = from::<Book>()
        .aggregate((Book::SHELF, count(), sum(Book::PAGES), avg(Book::STARS), max(Book::PAGES), count_of(Book::STARS)))
        .order_by(Book::SHELF.asc());
    let rows = world.platform.postgres().aggregate(&world.cx, report).await.unwrap();
    let a = Some("a".to_owned());
    let b = Some("b".to_owned());
    assert_eq!(
        rows,
        [(a, 2, 30, Some(2.0), 20, 2), (b, 1, 30, None, 30, 0), (None, 1, 40, None, 40, 0)]
    );
}

pub async fn all_records_together_are_one_row(harness: &dyn Harness) {
    let world = library(harness).await;
    let postgres = world.platform.postgres();
    let whole = || from::<Book>().aggregate((count(), sum(Book::PAGES), min(Book::TITLE)));
    assert_eq!(postgres.aggregate(&world.cx, whole()).await.unwrap(), [(4, Some(100), Some("Book 1".to_owned()))]);
    let empty = world.another_tenant().await;
    assert_eq!(postgres.aggregate(&empty, whole()).await.unwrap(), [(0, None, None)]);
}

pub async fn a_key_of_an_enum_is_read_and_ordered_as_one(harness: &dyn Harness) {
    let world = library(harness).await;
    let report = from::<Book>()
        .filter(Book::GENRE.is_not_null())
        .aggregate((Book::GENRE, count()))
        .order_by(Book::GENRE.desc());
    let rows = world.platform.postgres().aggregate(&world.cx, report).await.unwrap();
    assert_eq!(rows, [(Some(Genre::Atlas), 2), (Some(Genre::Poetry), 1)]);
}

pub async fn groups_are_chosen_ordered_and_limited(harness: &dyn Harness) {
    let world = library(harness).await;
    let report = || {
        from::<Book>()
            .aggregate((Book::SHELF, sum(Book::PAGES)))
            .having(sum(Book::PAGES).gte(30).and(count().lt(2)))
            .order_by(sum(Book::PAGES).desc())
    };
    let postgres = world.platform.postgres();
    let rows = postgres.aggregate(&world.cx, report()).await.unwrap();
    assert_eq!(rows, [(None, 40), (Some("b".to_owned()), 30)]);
    let rows = postgres.aggregate(&world.cx, report().limit(1).offset(1)).await.unwrap();
    assert_eq!(rows, [(Some("b".to_owned()), 30)]);
}

pub async fn metrics_of_some_records_may_be_of_none(harness: &dyn Harness) {
    let world = library(harness).await;
    let rated = || Book::STARS.is_not_null();
    let report = from::<Book>()
        .aggregate((Book::SHELF, count().filter(rated()), min(Book::PAGES).filter(rated())))
        .order_by(Book::SHELF.asc());
    let rows = world.platform.postgres().aggregate(&world.cx, report).await.unwrap();
    assert_eq!(rows, [(Some("a".to_owned()), 2, Some(10)), (Some("b".to_owned()), 0, None), (None, 0, None)]);
    // What is made of metrics is made of those records too.
    let mean = (sum(Book::PAGES) / count_of(Book::PAGES)).filter(rated());
    let report = from::<Book>().aggregate((mean,));
    assert_eq!(world.platform.postgres().aggregate(&world.cx, report).await.unwrap(), [(Some(15),)]);
}

pub async fn metrics_of_all_kinds(harness: &dyn Harness) {
    let world = library(harness).await;
    let report = from::<Book>().aggregate((
        count_distinct(Book::GENRE),
        std_dev(Book::STARS),
        percentile(Book::PAGES, 0.5),
        first(Book::TITLE, Book::PAGES.desc()),
        last(Book::STARS, Book::ID.asc()),
        joined(Book::SHELF, "+", Book::ID.desc()),
        listed(Book::ID, Book::ID.desc()),
        max(Book::GENRE),
    ));
    let rows = world.platform.postgres().aggregate(&world.cx, report).await.unwrap();
    let (title, shelves) = (Some("Book 4".to_owned()), Some("b+a+a".to_owned()));
    let deviation = Some(2.0_f64.sqrt());
    assert_eq!(
        rows,
        [(2, deviation, Some(25.0), title, Some(3.0), shelves, vec![4, 3, 2, 1], Some(Genre::Atlas))]
    );
}

pub async fn a_sum_beyond_its_type_is_an_error(harness: &dyn Harness) {
    let world = library(harness).await;
    let postgres = world.platform.postgres();
    let changes = Book::update().set(Book::PAGES, i32::MAX).all();
    world.records.query(&world.cx, changes).await.unwrap();
    let pages = from::<Book>().aggregate((sum(Book::PAGES),));
    assert_eq!(postgres.aggregate(&world.cx, pages).await.unwrap(), [(Some(4 * i64::from(i32::MAX)),)]);
    world.records.create(&world.cx, book(i64::MAX, None, 1, None, None)).await.unwrap();
    let ids = from::<Book>().aggregate((sum(Book::ID),));
    refused(postgres.aggregate(&world.cx, ids).await, ErrorKind::Invalid);
}

pub async fn subtotals_have_no_key(harness: &dyn Harness) {
    let world = library(harness).await;
    let postgres = world.platform.postgres();
    let shelved = || from::<Book>().filter(Book::SHELF.is_not_null());
    let rolled = shelved().rollup().aggregate((Book::SHELF, Book::GENRE, count()));
    let mut rows = postgres.aggregate(&world.cx, rolled).await.unwrap();
    rows.sort_by_key(|(shelf, genre, _)| (shelf.clone(), genre.map(|genre| genre as u8)));
    let (a, b) = (Some("a".to_owned()), Some("b".to_owned()));
    let (poetry, atlas) = (Some(Genre::Poetry), Some(Genre::Atlas));
    assert_eq!(
        rows,
        [
            (None, None, 3),
            (a.clone(), None, 2),
            (a.clone(), poetry, 1),
            (a, atlas, 1),
            (b.clone(), None, 1),
            (b, atlas, 1)
        ]
    );
    let sets = shelved().grouping_sets([&[1], &[0], &[]]).aggregate((Book::SHELF, Book::GENRE, count()));
    let rows = postgres.aggregate(&world.cx, sets).await.unwrap();
    assert_eq!(rows.len(), 5);
    assert!(rows.contains(&(None, atlas, 2)) && rows.contains(&(None, None, 3)), "{rows:?}");
    let too_few = shelved().grouping_sets([&[1], &[]]).aggregate((Book::SHELF, Book::GENRE, count()));
    refused(postgres.aggregate(&world.cx, too_few).await, ErrorKind::Invalid);
    let cubed = shelved().cube().aggregate((Book::SHELF, Book::GENRE, sum(Book::PAGES)));
    assert_eq!(postgres.aggregate(&world.cx, cubed).await.unwrap().len(), 8);
}

pub async fn buckets_of_time_begin_where_their_zone_says(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let at = |month: u32, day: u32, hour: u32, minute: u32| -> DateTime<Utc> {
        format!("2024-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z").parse().unwrap()
    };
    // In Berlin the last one is in April.
    let times = [at(1, 31, 10, 7), at(3, 5, 0, 20), at(3, 31, 22, 50)];
    let event = |(id, happened_at)| Event { id, happened_at, what: "x".to_owned(), version: 0 };
    world.records.batch_create(&world.cx, (1..).zip(times).map(event).collect::<Vec<_>>()).await.unwrap();
    let postgres = world.platform.postgres();
    let time = Event::HAPPENED_AT;
    let list = async |bucket| {
        let report = from::<Event>().aggregate((bucket, count()));
        let mut rows = postgres.aggregate(&world.cx, report).await.unwrap();
        rows.sort();
        rows
    };
    assert_eq!(list(month(time)).await, [(at(1, 1, 0, 0), 1), (at(3, 1, 0, 0), 2)]);
    let berlin = list(month(time).in_zone("Europe/Berlin")).await;
    assert_eq!(berlin[1..], [(at(2, 29, 23, 0), 1), (at(3, 31, 22, 0), 1)]);
    assert_eq!(list(bucket(time, 15, Unit::Minute)).await[0], (at(1, 31, 10, 0), 1));
    assert_eq!(list(bucket(time, 2, Unit::Month)).await, [(at(1, 1, 0, 0), 1), (at(3, 1, 0, 0), 2)]);
    assert_eq!(list(bucket(time, 1, Unit::Quarter)).await, [(at(1, 1, 0, 0), 3)]);
    // 3 January 2000 was a Monday, and so are 29 January and 4 and 25 March 2024.
    let weeks = list(bucket(time, 1, Unit::Week)).await;
    assert_eq!(weeks, [(at(1, 29, 0, 0), 1), (at(3, 4, 0, 0), 1), (at(3, 25, 0, 0), 1)]);
    assert_eq!(list(day(time)).await.len(), 3);
    refused(
        postgres.aggregate(&world.cx, from::<Event>().aggregate((month(time).in_zone("Nowhere/Land"),))).await,
        ErrorKind::Invalid,
    );
    refused(
        postgres.aggregate(&world.cx, from::<Event>().aggregate((bucket(time, 0, Unit::Day),))).await,
        ErrorKind::Invalid,
    );
}

alias!(
    /// Who brought a reader.
    pub Sponsor = Reader
);

alias!(
    /// A memo beside another.
    pub OtherMemo = Memo
);

pub(super) async fn readers(harness: &dyn Harness) -> World {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let reader = |id, brought_by| Reader { id, handle: format!("r{id}"), brought_by };
    for (id, brought_by) in [(1, None), (2, Some(1)), (3, Some(1))] {
        records.create(cx, reader(id, brought_by)).await.unwrap();
    }
    for (id, reader) in [(10, 1), (11, 1), (12, 2)] {
        records.create(cx, ReaderCard { id, reader: Link(reader) }).await.unwrap();
    }
    world
}

pub async fn an_inner_join_keeps_what_belongs_together(harness: &dyn Harness) {
    let world = readers(harness).await;
    let report = from::<ReaderCard>()
        .inner_join(ReaderCard::READER.equals(Reader::ID))
        .filter(Reader::HANDLE.ne("r9"))
        .select((ReaderCard::ID, Reader::HANDLE))
        .order_by(ReaderCard::ID.desc());
    let rows = world.platform.postgres().join_query(&world.cx, report).await.unwrap();
    assert_eq!(rows, [(12, "r2".to_owned()), (11, "r1".to_owned()), (10, "r1".to_owned())]);
}

pub async fn the_optional_side_of_a_left_join_is_an_option(harness: &dyn Harness) {
    let world = readers(harness).await;
    let postgres = world.platform.postgres();
    let joined = || from::<Reader>().left_join(Reader::BROUGHT_BY.equals(Reader::ID.of::<Sponsor>()));
    let report = joined()
        .select((Reader::ID, Reader::HANDLE.of::<Sponsor>(), Reader::BROUGHT_BY.of::<Sponsor>()))
        .order_by(Reader::ID.asc());
    let rows: Vec<(i32, Option<String>, Option<i32>)> = postgres.join_query(&world.cx, report).await.unwrap();
    let first = Some("r1".to_owned());
    assert_eq!(rows, [(1, None, None), (2, first.clone(), None), (3, first, None)]);
    let whole = joined().select((record::<Reader>(), record::<Sponsor>())).order_by(Reader::ID.asc());
    let rows: Vec<(Reader, Option<Reader>)> = postgres.join_query(&world.cx, whole).await.unwrap();
    assert_eq!(rows[0].1, None);
    assert_eq!(rows[1].1.as_ref(), Some(&rows[0].0));
    // How many each has brought, with those who have brought nobody.
    let report = from::<Reader>()
        .left_join(Reader::ID.equals(Reader::BROUGHT_BY.of::<Sponsor>()))
        .aggregate((Reader::ID, count_of(Reader::ID.of::<Sponsor>()), max(Reader::ID.of::<Sponsor>())))
        .order_by(Reader::ID.asc());
    let rows = postgres.aggregate(&world.cx, report).await.unwrap();
    assert_eq!(rows, [(1, 2, Some(3)), (2, 0, None), (3, 0, None)]);
}

pub async fn semi_and_anti_joins_ask_whether(harness: &dyn Harness) {
    let world = readers(harness).await;
    let postgres = world.platform.postgres();
    let card = || Reader::ID.equals(ReaderCard::READER);
    let with = from::<Reader>().semi_join(card()).select((Reader::ID,)).order_by(Reader::ID.asc());
    assert_eq!(postgres.join_query(&world.cx, with).await.unwrap(), [(1,), (2,)]);
    let without = from::<Reader>().anti_join(card()).select((Reader::ID,));
    assert_eq!(postgres.join_query(&world.cx, without).await.unwrap(), [(3,)]);
    let some = from::<Reader>().semi_join(card().and(ReaderCard::ID.gt(11))).select((Reader::ID,));
    assert_eq!(postgres.join_query(&world.cx, some).await.unwrap(), [(2,)]);
}

pub async fn conditions_span_the_joined_models(harness: &dyn Harness) {
    let world = readers(harness).await;
    let report = from::<ReaderCard>()
        .inner_join(ReaderCard::READER.equals(Reader::ID))
        .filter(any_of(ReaderCard::ID.eq(10), Reader::HANDLE.eq("r2")))
        .select((ReaderCard::ID,))
        .order_by(ReaderCard::ID.asc());
    let rows = world.platform.postgres().join_query(&world.cx, report).await.unwrap();
    assert_eq!(rows, [(10,), (12,)]);
}

pub async fn the_rules_of_each_joined_model_apply(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    for (id, writer) in [(1, "ann"), (2, "bob")] {
        records.create(cx, Memo::new(id, writer, writer)).await.unwrap();
        records.create(cx, Book { shelf: Some(writer.to_owned()), ..Book::new(id, "x") }).await.unwrap();
    }
    let of = async |user: &str, permissions: &[&str]| {
        let identity = Identity { user_id: user.to_owned(), ..crate::harness::identity(permissions) };
        world.somebody(identity).await
    };
    let postgres = world.platform.postgres();
    let report = || {
        from::<Book>().left_join(Book::ID.equals(Memo::ID)).select((Book::ID, Memo::TITLE)).order_by(Book::ID.asc())
    };
    let ann = of("ann", &["library:read", "library:list"]).await;
    let rows = postgres.join_query(&ann, report()).await.unwrap();
    assert_eq!(rows, [(1, Some("ann".to_owned())), (2, None)]);
    let inner = from::<Book>().inner_join(Book::ID.equals(Memo::ID)).aggregate((count(),));
    assert_eq!(postgres.aggregate(&ann, inner).await.unwrap(), [(1,)]);
    let lost = of("ann", &["library:read"]).await;
    assert_eq!(refused(postgres.join_query(&lost, report()).await, ErrorKind::Denied).model(), Some("Book"));
    let shelves = from::<Memo>().inner_join(Memo::ID.equals(Book::ID)).select((Book::ID,));
    let nobody = of("ann", &[]).await;
    let error = refused(postgres.join_query(&nobody, shelves).await, ErrorKind::Denied);
    assert_eq!(error.model(), Some("Book"), "{error}");
}

pub async fn a_masked_field_is_shown_masked_and_asked_in_vain(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let salary = Person { id: 1, name: "Ann".to_owned(), salary: Some(7), badge: crate::models::Badge("b-1".to_owned()) };
    world.records.create(&world.cx, salary).await.unwrap();
    let user = world.user(&["hr:read", "hr:list"]).await;
    let postgres = world.platform.postgres();
    let shown = from::<Person>().select((Person::ID, Person::SALARY));
    assert_eq!(postgres.join_query(&user, shown).await.unwrap(), [(1, None)]);
    let asked = [
        from::<Person>().select((Person::ID,)).order_by(Person::SALARY.asc()),
        from::<Person>().filter(Person::SALARY.gt(1)).select((Person::ID,)),
        from::<Person>().semi_join(Person::SALARY.equals(BookShelf::CAPACITY)).select((Person::ID,)),
    ];
    for report in asked {
        let error = refused(postgres.join_query(&user, report).await, ErrorKind::Denied);
        assert_eq!((error.model(), error.field()), (Some("Person"), Some("salary")), "{error}");
    }
    let grouped = from::<Person>().aggregate((Person::SALARY, count()));
    refused(postgres.aggregate(&user, grouped).await, ErrorKind::Denied);
    let metric = from::<Person>().aggregate((max(Person::SALARY),));
    refused(postgres.aggregate(&user, metric).await, ErrorKind::Denied);
    let whole = from::<Person>().select((record::<Person>(),));
    assert_eq!(postgres.join_query(&user, whole).await.unwrap()[0].0.salary, None);
}

/// What is said of a shelf.
#[derive(Debug, Clone, PartialEq, QueryRow)]
struct Shelf {
    shelf: Option<String>,
    /// How many books.
    #[query(column = "n")]
    books: i64,
    mean: Option<f64>,
    most: i32,
}

pub async fn rows_become_structs(harness: &dyn Harness) {
    let world = library(harness).await;
    let report = from::<Book>()
        .filter(Book::SHELF.is_not_null())
        .aggregate(ShelfColumns {
            most: max(Book::PAGES),
            shelf: Book::SHELF,
            books: count(),
            mean: avg(Book::STARS),
        })
        .order_by(Book::SHELF.desc());
    let rows = world.platform.postgres().aggregate(&world.cx, report).await.unwrap();
    let shelf = |shelf: &str, books, mean, most| Shelf { shelf: Some(shelf.to_owned()), books, mean, most };
    assert_eq!(rows, [shelf("b", 1, None, 30), shelf("a", 2, Some(2.0), 20)]);
}

pub async fn ranks_and_neighbours(harness: &dyn Harness) {
    let world = library(harness).await;
    let shelves = || window().partition_by(Book::SHELF).order_by(Book::PAGES.desc());
    let report = from::<Book>()
        .filter(Book::SHELF.is_not_null())
        .select((
            Book::ID,
            rank().over(shelves()),
            row_number().over(window().order_by(Book::ID.desc())),
            lag(Book::PAGES, 1).over(shelves()),
            lead(Book::STARS, 1).over(window().order_by(Book::ID.asc())),
            ntile(2).over(window().order_by(Book::ID.asc())),
        ))
        .order_by(Book::ID.asc());
    let rows = world.platform.postgres().window_functions(&world.cx, report).await.unwrap();
    assert_eq!(rows, [(1, 2, 3, Some(20), Some(3.0), 1), (2, 1, 2, None, None, 1), (3, 1, 1, None, None, 2)]);
}

pub async fn metrics_run_and_move(harness: &dyn Harness) {
    let world = library(harness).await;
    let by_id = || window().order_by(Book::ID.asc());
    let report = from::<Book>()
        .select((
            Book::ID,
            sum(Book::PAGES).over(by_id()),
            avg(Book::PAGES).over(by_id().last_rows(1)),
            count().filter(Book::STARS.is_not_null()).over(window()),
            sum(Book::PAGES).over(by_id().between(Bound::RowsBefore(2), Bound::RowsBefore(1))),
            last_value(Book::PAGES).over(by_id().whole()),
        ))
        .order_by(Book::ID.asc());
    let rows = world.platform.postgres().window_functions(&world.cx, report).await.unwrap();
    let last = Some(40);
    assert_eq!(
        rows,
        [
            (1, 10, 10.0, 2, None, last),
            (2, 30, 15.0, 2, Some(10), last),
            (3, 60, 25.0, 2, Some(30), last),
            (4, 100, 35.0, 2, Some(50), last)
        ]
    );
}

pub async fn a_frame_reaches_back_in_time(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let at = |day: u32| -> DateTime<Utc> { format!("2024-05-{day:02}T00:00:00Z").parse().unwrap() };
    let events = (1..).zip([1, 2, 20]).map(|(id, day)| Event { id, happened_at: at(day), what: "x".to_owned(), version: 0 });
    world.records.batch_create(&world.cx, events.collect::<Vec<_>>()).await.unwrap();
    let week = window().order_by(Event::HAPPENED_AT.asc()).last_time(1, Unit::Week);
    let report = from::<Event>().select((Event::ID, count().over(week))).order_by(Event::ID.asc()).limit(10);
    let rows = world.platform.postgres().window_functions(&world.cx, report).await.unwrap();
    assert_eq!(rows, [(1, 1), (2, 2), (3, 1)]);
    let two = window().order_by(Event::ID.asc()).last_time(1, Unit::Week);
    let report = from::<Event>().select((count().over(two),)).limit(10);
    refused(world.platform.postgres().window_functions(&world.cx, report).await, ErrorKind::Invalid);
    // All of a model of high volume is what streams are for.
    let report = from::<Event>().select((Event::ID,));
    let error = refused(world.platform.postgres().join_query(&world.cx, report).await, ErrorKind::Invalid);
    assert!(error.message().contains("limit"), "{error}");
}

pub async fn values_are_made_of_values(harness: &dyn Harness) {
    let world = library(harness).await;
    let postgres = world.platform.postgres();
    let report = from::<Book>()
        .select((
            Book::PAGES * 2 + 1,
            coalesce(Book::STARS, -1.0),
            length(Book::SHELF),
            upper(Book::TITLE),
            case(Book::PAGES.gt(15), constant("long".to_owned()), constant("short".to_owned())),
            Book::PAGES + Book::PAGES,
        ))
        .order_by(Book::ID.asc())
        .limit(2);
    let rows = postgres.join_query(&world.cx, report).await.unwrap();
    let (short, long) = ("short".to_owned(), "long".to_owned());
    assert_eq!(
        rows,
        [(21, 1.0, Some(1), "BOOK 1".to_owned(), short, 20), (41, 3.0, Some(1), "BOOK 2".to_owned(), long, 40)]
    );
    // A share of two metrics, and a key that is computed.
    let report = from::<Book>()
        .aggregate((case(Book::PAGES.gt(25), constant(1), constant(0)), sum(Book::PAGES) / count_of(Book::PAGES)))
        .order_by(sum(Book::PAGES).asc());
    assert_eq!(postgres.aggregate(&world.cx, report).await.unwrap(), [(0, 15), (1, 35)]);
}

pub async fn a_condition_that_fails_tells_of_no_hidden_record(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    for id in 1..=3 {
        records.create(cx, Memo { pages: 10, ..Memo::new(id, &format!("m{id}"), "ann") }).await.unwrap();
    }
    records.create(cx, Memo { pages: 0, ..Memo::new(9, "hidden", "bob") }).await.unwrap();
    let theirs = world.another_tenant().await;
    records.create(&theirs, Memo { pages: 0, ..Memo::new(1, "theirs", "ann") }).await.unwrap();
    let ann = Identity { user_id: "ann".to_owned(), ..crate::harness::identity(&[]) };
    let ann = world.somebody(ann).await;
    let postgres = world.platform.postgres();
    let few = || (constant(100) / Memo::PAGES).gt(5);
    let report = from::<Memo>().filter(few()).aggregate((count(),));
    assert_eq!(postgres.aggregate(&ann, report).await.unwrap(), [(3,)]);
    // Of what may be seen it is an error.
    let report = from::<Memo>().filter(few()).aggregate((count(),));
    refused(postgres.aggregate(cx, report).await, ErrorKind::Invalid);
    let joined = from::<Memo>()
        .semi_join(Memo::ID.equals(Memo::ID.of::<OtherMemo>()).and((constant(100) / Memo::PAGES.of::<OtherMemo>()).gt(5)))
        .aggregate((count(),));
    assert_eq!(postgres.aggregate(&ann, joined).await.unwrap(), [(3,)]);
}
