//! Reports on a tenant's records and shared ones, which are in two databases. That they reply what one database
//! would reply is the test `shared_joins`, on random reports.

use futures::TryStreamExt as _;
use serde_json::json;
use sqh_runtime::service::JoinStrategy;
use sqh_runtime::prelude::*;
use sqh_runtime::report::{avg, count, from, max, record, sum};
use sqh_runtime::scope::Tenant;

use crate::harness::{Harness, World, identity, refused, refused_in, unique_text};
use crate::models::{Book, Genre, Memo, Person, Station};

/// A shared model with rules and a masked field.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "trade")]
#[storage(postgres, shared)]
#[policy(allow(read) if is_listed || owner)]
#[policy(allow(all) if role("broker"))]
pub struct Supplier {
    /// The key.
    #[field(primary_key)]
    pub code: String,
    /// Whose it is.
    #[field(owner)]
    pub agent: String,
    /// Whether everybody sees it.
    pub is_listed: bool,
    /// What it takes.
    #[field(redact = permission("trade:prices"))]
    pub price: Option<i64>,
}

const FORCED: [JoinStrategy; 3] = [JoinStrategy::Auto, JoinStrategy::ShipTenantRows, JoinStrategy::ShipSharedRows];

fn book(id: i64, shelf: Option<&str>, pages: i32) -> Book {
    let genre = if id % 2 == 0 { Some(Genre::Atlas) } else { None };
    Book { shelf: shelf.map(str::to_owned), pages, genre, ..Book::new(id, &format!("Book {id}")) }
}

/// Three stations of this case alone, of which two have books; books without a station, and with one that
/// there is not; the books of another tenant.
async fn library(harness: &dyn Harness) -> (World, [String; 3]) {
    let world = World::with(harness, |builder| builder.models(models![Supplier])).await;
    let codes: [String; 3] = ["a", "b", "c"].map(|end| format!("{}{end}", unique_text()));
    let station = |(i, code): (usize, &String)| Station {
        station_code: code.clone(),
        name: format!("Station {i}"),
        latitude: i as f64,
    };
    world.records.batch_create(&world.shared(), codes.iter().enumerate().map(station).collect::<Vec<_>>()).await.unwrap();
    let books = vec![
        book(1, Some(&codes[0]), 10),
        book(2, Some(&codes[0]), 20),
        book(3, Some(&codes[1]), 30),
        book(4, None, 40),
        book(5, Some("nowhere"), 50),
    ];
    world.records.batch_create(&world.cx, books).await.unwrap();
    let theirs = world.another_tenant().await;
    world.records.create(&theirs, book(1, Some(&codes[2]), 1000)).await.unwrap();
    (world, codes)
}

pub async fn records_of_both_sides_become_rows(harness: &dyn Harness) {
    let (world, _) = library(harness).await;
    let postgres = world.platform.postgres();
    for strategy in FORCED {
        let report = from::<Book>()
            .left_join(Book::SHELF.equals(Station::STATION_CODE))
            .select((Book::ID, Station::NAME, record::<Station>()))
            .order_by(Book::ID.asc());
        let rows = postgres.join_shared_by(&world.cx, report, strategy).await.unwrap();
        let named: Vec<(i64, Option<&str>)> = rows.iter().map(|(id, name, _)| (*id, name.as_deref())).collect();
        let (first, second) = (Some("Station 0"), Some("Station 1"));
        assert_eq!(named, [(1, first), (2, first), (3, second), (4, None), (5, None)], "{strategy}");
        assert!(rows.iter().all(|(_, name, station)| station.as_ref().map(|station| &station.name) == name.as_ref()));
    }
}

pub async fn groups_orders_and_limits_come_behind_the_join(harness: &dyn Harness) {
    let (world, _) = library(harness).await;
    let postgres = world.platform.postgres();
    for strategy in FORCED {
        let report = || {
            from::<Book>()
                .inner_join(Book::SHELF.equals(Station::STATION_CODE))
                .filter(Station::LATITUDE.gte(0.0))
                .aggregate((Station::NAME, count(), sum(Book::PAGES), avg(Station::LATITUDE)))
                .order_by(sum(Book::PAGES).desc())
                .order_by(Station::NAME.desc())
        };
        let (one, zero) = (("Station 1".to_owned(), 1, 30, 1.0), ("Station 0".to_owned(), 2, 30, 0.0));
        let rows = postgres.join_shared_by(&world.cx, report(), strategy).await.unwrap();
        assert_eq!(rows, [one.clone(), zero.clone()], "{strategy}");
        let rows = postgres.join_shared_by(&world.cx, report().limit(1).offset(1), strategy).await.unwrap();
        assert_eq!(rows, [zero], "{strategy}");
        let rows = postgres.join_shared_by(&world.cx, report().having(count().lt(2)), strategy).await.unwrap();
        assert_eq!(rows, [one], "{strategy}");
    }
}

pub async fn shared_records_may_come_first(harness: &dyn Harness) {
    let (world, codes) = library(harness).await;
    let postgres = world.platform.postgres();
    for strategy in FORCED {
        let own = || Station::STATION_CODE.is_in(codes.clone());
        let counted = from::<Station>()
            .left_join(Station::STATION_CODE.equals(Book::SHELF))
            .filter(own())
            .aggregate((Station::NAME, max(Book::PAGES)))
            .order_by(Station::NAME.asc());
        let rows = postgres.join_shared_by(&world.cx, counted, strategy).await.unwrap();
        let most: Vec<Option<i32>> = rows.into_iter().map(|(_, most)| most).collect();
        // The third one is another tenant's.
        assert_eq!(most, [Some(20), Some(30), None], "{strategy}");
        let idle = from::<Station>()
            .anti_join(Station::STATION_CODE.equals(Book::SHELF))
            .filter(own())
            .select((Station::STATION_CODE,));
        let rows = postgres.join_shared_by(&world.cx, idle, strategy).await.unwrap();
        assert_eq!(rows, [(codes[2].clone(),)], "{strategy}");
        let orphans = from::<Book>()
            .anti_join(Book::SHELF.equals(Station::STATION_CODE))
            .select((Book::ID,))
            .order_by(Book::ID.asc());
        let rows = postgres.join_shared_by(&world.cx, orphans, strategy).await.unwrap();
        assert_eq!(rows, [(4,), (5,)], "{strategy}");
        let held = from::<Book>()
            .semi_join(Book::SHELF.equals(Station::STATION_CODE))
            .select((Book::ID,))
            .order_by(Book::ID.desc());
        let rows = postgres.join_shared_by(&world.cx, held, strategy).await.unwrap();
        assert_eq!(rows, [(3,), (2,), (1,)], "{strategy}");
    }
}

pub async fn the_rules_of_both_sides_apply(harness: &dyn Harness) {
    let (world, _) = library(harness).await;
    let (records, postgres) = (&world.records, world.platform.postgres());
    let supplier = |agent: &str, is_listed| Supplier {
        code: unique_text(),
        agent: agent.to_owned(),
        is_listed,
        price: Some(7),
    };
    let suppliers = [supplier("eve", true), supplier("eve", false), supplier("ann", false)];
    records.batch_create(&world.shared(), suppliers.to_vec()).await.unwrap();
    // A memo is titled as the supplier that it is about; those of others may not be listed.
    let memo = |(i, supplier): (usize, &Supplier)| Memo::new(i as i64, &supplier.code, "ann");
    records.batch_create(&world.cx, suppliers.iter().enumerate().map(memo).collect::<Vec<_>>()).await.unwrap();
    let eves = Memo::new(9, &unique_text(), "eve");
    records.create(&world.cx, eves).await.unwrap();
    let ann = world.somebody(Identity { user_id: "ann".to_owned(), ..identity(&[]) }).await;
    for strategy in FORCED {
        let report = from::<Memo>()
            .left_join(Memo::TITLE.equals(Supplier::CODE))
            .select((Memo::ID, Supplier::AGENT, Supplier::PRICE))
            .order_by(Memo::ID.asc());
        let rows = postgres.join_shared_by(&ann, report, strategy).await.unwrap();
        let agent = |agent: &str| Some(agent.to_owned());
        // The price is masked, and the one that eve keeps to herself is not there.
        assert_eq!(rows, [(0, agent("eve"), None), (1, None, None), (2, agent("ann"), None)], "{strategy}");
        let asked = from::<Memo>()
            .inner_join(Memo::TITLE.equals(Supplier::CODE))
            .filter(Supplier::PRICE.gt(1))
            .aggregate((count(),));
        let refused_by = postgres.join_shared_by(&ann, asked, strategy).await;
        refused_in(refused_by, ErrorKind::Denied, "Supplier", "price", "masked");
    }
    let nobody = world.user(&["office:admin"]).await;
    let people = from::<Person>().inner_join(Person::NAME.equals(Station::NAME)).aggregate((count(),));
    let error = refused(postgres.join_shared(&nobody, people).await, ErrorKind::Denied);
    assert!(error.message().contains("hr:"), "{error}");
    for supplier in suppliers {
        records.delete::<Supplier>(&world.shared(), supplier.code).await.unwrap();
    }
}

pub async fn a_masked_field_of_a_tenant_is_not_asked(harness: &dyn Harness) {
    let (world, _) = library(harness).await;
    let user = world.user(&["hr:read", "hr:list"]).await;
    let postgres = world.platform.postgres();
    for strategy in FORCED {
        let by_badge = from::<Person>()
            .inner_join(Person::BADGE.equals(Station::STATION_CODE))
            .aggregate((count(),));
        refused_in(postgres.join_shared_by(&user, by_badge, strategy).await, ErrorKind::Denied, "Person", "badge", "masked");
        let ordered = from::<Person>()
            .left_join(Person::NAME.equals(Station::STATION_CODE))
            .select((Station::NAME,))
            .order_by(Person::SALARY.asc());
        refused_in(postgres.join_shared_by(&user, ordered, strategy).await, ErrorKind::Denied, "Person", "salary", "masked");
    }
}

pub async fn what_is_of_a_databases_own_type_stays_there(harness: &dyn Harness) {
    let (world, _) = library(harness).await;
    let postgres = world.platform.postgres();
    let genres = || {
        from::<Book>()
            .inner_join(Book::SHELF.equals(Station::STATION_CODE))
            .aggregate((Book::GENRE, count()))
            .order_by(Book::GENRE.asc())
    };
    let sent = postgres.join_shared_by(&world.cx, genres(), JoinStrategy::ShipTenantRows).await;
    refused_in(sent, ErrorKind::Unsupported, "Book", "genre", "the database's own");
    for strategy in [JoinStrategy::Auto, JoinStrategy::ShipSharedRows] {
        let rows = postgres.join_shared_by(&world.cx, genres(), strategy).await.unwrap();
        assert_eq!(rows, [(Some(Genre::Atlas), 1), (None, 2)], "{strategy}");
    }
    // To be shown is nothing that it would be asked.
    let shown = from::<Book>()
        .inner_join(Book::SHELF.equals(Station::STATION_CODE))
        .select((Book::ID, Book::GENRE))
        .order_by(Book::ID.asc());
    let rows = postgres.join_shared_by(&world.cx, shown, JoinStrategy::ShipTenantRows).await.unwrap();
    assert_eq!(rows, [(1, None), (2, Some(Genre::Atlas)), (3, None)]);
}

pub async fn the_plan_says_what_is_sent_and_why(harness: &dyn Harness) {
    let (world, _) = library(harness).await;
    let postgres = world.platform.postgres();
    let report = || from::<Book>().inner_join(Book::SHELF.equals(Station::STATION_CODE)).aggregate((count(),));
    for (strategy, sent) in [(JoinStrategy::ShipTenantRows, [true, false]), (JoinStrategy::ShipSharedRows, [false, true])] {
        let plan = postgres.explain_join_shared(&world.cx, report(), strategy).await.unwrap();
        assert_eq!(plan.strategy, strategy);
        assert_eq!(plan.why, "the caller has said so");
        let names: Vec<(&str, bool)> = plan.sources.iter().map(|source| (source.name.as_str(), source.is_shared)).collect();
        assert_eq!(names, [("Book", false), ("Station", true)]);
        assert_eq!(plan.sources.iter().map(|source| source.sent.is_some()).collect::<Vec<_>>(), sent);
        assert_eq!(plan.steps.len(), 2, "{plan}");
        assert!(plan.steps.iter().all(|step| !step.plan.is_empty()), "{plan}");
        assert!(plan.to_string().contains("rows expected"), "{plan}");
    }
    let chosen = postgres.explain_join_shared(&world.cx, report(), JoinStrategy::Auto).await.unwrap();
    assert_ne!(chosen.strategy, JoinStrategy::Auto);
    assert!(chosen.why.contains("fewer"), "{chosen}");
    let user = world.user(&["library:list"]).await;
    let error = refused(postgres.explain_join_shared(&user, report(), JoinStrategy::Auto).await, ErrorKind::Denied);
    assert!(error.message().contains("access:explain"), "{error}");
    // Of one database there is one statement.
    let alone = from::<Book>().aggregate((count(),));
    let plan = postgres.explain_join_shared(&world.cx, alone, JoinStrategy::Auto).await.unwrap();
    assert_eq!((plan.sources.len(), plan.steps.len()), (0, 1));
}

pub async fn a_stream_gives_what_all_at_once_gives(harness: &dyn Harness) {
    let (world, codes) = library(harness).await;
    let (records, postgres) = (&world.records, world.platform.postgres());
    // More than a page, and more than one partner for some.
    let shelf = |id: i64| match id % 4 {
        0 => None,
        1 => Some("nowhere"),
        end => Some(codes[end as usize - 2].as_str()),
    };
    let many = (10..3_000).map(|id| book(id, shelf(id), id as i32)).collect::<Vec<_>>();
    records.batch_create_count(&world.cx, many).await.unwrap();
    let report = || {
        from::<Book>()
            .left_join(Book::SHELF.equals(Station::STATION_CODE))
            .filter(Book::PAGES.gt(10))
            .select((Book::ID, Book::GENRE, Station::NAME))
    };
    let stream = postgres.join_shared_stream(&world.cx, report()).await.unwrap();
    let mut rows: Vec<(i64, Option<Genre>, Option<String>)> = stream.try_collect().await.unwrap();
    let mut expected = postgres.join_shared(&world.cx, report()).await.unwrap();
    rows.sort_by_key(|row| row.0);
    expected.sort_by_key(|row| row.0);
    assert_eq!(rows, expected);
    assert_eq!(rows.len(), 2_993);
    let empty = world.another_tenant().await;
    let stream = postgres.join_shared_stream(&empty, report()).await.unwrap();
    assert_eq!(stream.try_collect::<Vec<_>>().await.unwrap(), []);
    let ordered = report().order_by(Book::ID.asc());
    let error = refused(postgres.join_shared_stream(&world.cx, ordered).await.map(drop), ErrorKind::Invalid);
    assert!(error.message().contains("join_shared"), "{error}");
    let from_shared = from::<Station>()
        .inner_join(Station::STATION_CODE.equals(Book::SHELF))
        .select((Station::NAME,));
    refused(postgres.join_shared_stream(&world.cx, from_shared).await.map(drop), ErrorKind::Unsupported);
}

pub async fn names_say_what_types_say(harness: &dyn Harness) {
    let (world, _) = library(harness).await;
    let postgres = world.platform.postgres();
    let report = json!({
        "joins": [{"inner": {"model": "shared/Station", "as": "at"}, "on": {"shelf": "station_code"}}],
        "group_by": ["at.name"],
        "metrics": {"n": "count", "pages": {"sum": "pages"}},
        "order": ["at.name"],
    });
    for strategy in FORCED {
        let rows = postgres.join_shared_dyn(&world.cx, "library", "Book", &report, strategy).await.unwrap();
        let rows: Vec<serde_json::Value> = rows.into_iter().map(serde_json::Value::Object).collect();
        let expected = [
            json!({"at.name": "Station 0", "n": 2, "pages": 30}),
            json!({"at.name": "Station 1", "n": 1, "pages": 30}),
        ];
        assert_eq!(rows, expected, "{strategy}");
    }
    let plan = postgres.explain_join_shared_dyn(&world.cx, "library", "Book", &report, JoinStrategy::Auto).await.unwrap();
    assert_eq!(plan.sources.len(), 2, "{plan}");
    let wrong = json!({"joins": [{"inner": "shared/Station", "on": {"shelf": "station_cod"}}], "select": ["id"]});
    let error = refused(postgres.join_shared_dyn(&world.cx, "library", "Book", &wrong, JoinStrategy::Auto).await, ErrorKind::Invalid);
    assert!(error.to_string().contains("joins.0.on.shelf"), "{error}");
    // The same by `join_dyn` is of one database, and says so.
    refused(postgres.join_dyn(&world.cx, "library", "Book", &report).await, ErrorKind::Invalid);
}

pub async fn shared_records_are_read_from_any_scope(harness: &dyn Harness) {
    let (world, codes) = library(harness).await;
    let postgres = world.platform.postgres();
    let own = || Station::select().filter(Station::STATION_CODE.is_in(codes.clone())).order_by(Station::NAME.asc());
    let user: Cx<Tenant> = world.user(&[]).await;
    let names = |stations: Vec<Station>| stations.into_iter().map(|station| station.name).collect::<Vec<_>>();
    assert_eq!(names(postgres.list_shared(&user, own()).await.unwrap()), ["Station 0", "Station 1", "Station 2"]);
    let shared = world.shared_user(&[]).await;
    assert_eq!(names(postgres.list_shared(&shared, own().limit(1)).await.unwrap()), ["Station 0"]);
    assert_eq!(postgres.get_shared::<Station, _>(&user, codes[1].clone()).await.unwrap().name, "Station 1");
    refused(postgres.get_shared::<Station, _>(&user, unique_text()).await, ErrorKind::NotFound);
    // Rules are those of the shared scope.
    let supplier = Supplier { code: unique_text(), agent: "eve".to_owned(), is_listed: false, price: Some(1) };
    world.records.create(&world.shared(), supplier.clone()).await.unwrap();
    refused(postgres.get_shared::<Supplier, _>(&user, supplier.code.clone()).await, ErrorKind::NotFound);
    let eve = world.somebody(Identity { user_id: "eve".to_owned(), ..identity(&[]) }).await;
    let found = postgres.get_shared::<Supplier, _>(&eve, supplier.code.clone()).await.unwrap();
    assert_eq!(found.price, None, "it is masked");
    world.records.delete::<Supplier>(&world.shared(), supplier.code).await.unwrap();
}
