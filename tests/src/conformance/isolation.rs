//! Tenants see nothing of each other, on any path.
//!
//! [`PATHS`] is the list of all paths: that it names every method of the service and every
//! operation is a test of the architecture, and that each of them is walked is a case here. Random
//! walks of many tenants at once are the test `isolation`.

use futures::TryStreamExt as _;
use serde_json::json;
use sqh_runtime::expr::{Related, SearchQuery};
use sqh_runtime::policy::{AccessContext, Verb};
use sqh_runtime::prelude::*;
use sqh_runtime::report::{ReportForm, count, from, listed, record};
use sqh_runtime::scope::Tenant;
use sqh_runtime::service::{DynamicQuery, DynamicSearch, JoinStrategy};
use sqh_runtime::testing::isolation::{PATHS, Path};

use crate::harness::{Harness, World, provision, refused, unique_text};
use crate::models::{Book, Essay, ShelfStat, Station};

/// The book that both tenants have, and the one that only the other has.
const MINE: i64 = 1;
const THEIRS: i64 = 2;

fn book(id: i64, whose: &str) -> Book {
    Book { isbn: Some(format!("978-{id}")), blurb: Some(format!("{whose} blurb")), ..Book::new(id, whose) }
}

/// Does whatever a path can do, in the first tenant, and gives all that came back of it.
async fn walk(path: &str, world: &World, cx: &Cx<Tenant>) -> String {
    let (records, postgres) = (&world.records, world.platform.postgres());
    const BOOK: (&str, &str) = ("library", "Book");
    let (group, model) = BOOK;
    let all = DynamicQuery::default();
    let changes = || Book::changes().set(Book::PAGES, 99);
    let words = || DynamicSearch { text: "e".to_owned(), fuzzy: true, highlight: true, ..DynamicSearch::default() };
    match path {
        "get" => {
            refused(records.get::<Book>(cx, THEIRS).await, ErrorKind::NotFound);
            format!("{:?}", records.get::<Book>(cx, MINE).await.unwrap())
        }
        "find" => {
            assert_eq!(records.find::<Book>(cx, THEIRS).await.unwrap(), None);
            format!("{:?}", records.find::<Book>(cx, MINE).await.unwrap())
        }
        "list" => {
            let by_theirs = Book::select().filter(Book::ID.eq(THEIRS));
            assert_eq!(records.list(cx, by_theirs).await.unwrap(), []);
            format!("{:?}", records.list(cx, Book::select()).await.unwrap())
        }
        "list_with" => {
            let by_theirs = Book::select().with(Book::ID.to(Book::ID).filter(Book::ID.eq(THEIRS)));
            assert_eq!(records.list_with(cx, by_theirs).await.unwrap()[0].1, None);
            let titles = Related::<Book, Book, Vec<Book>>::meeting("pages", "pages");
            let limited = Related::<Book, Book, Vec<Book>>::meeting("id", "id").limit_per_parent(5);
            format!("{:?}", records.list_with(cx, Book::select().with(titles).with(limited)).await.unwrap())
        }
        "page" => {
            let page = records.page(cx, Book::select(), 1, None).await.unwrap();
            assert_eq!(page.next, None);
            format!("{page:?}")
        }
        "search" => {
            assert_eq!(records.search(cx, "theirs", Book::select()).await.unwrap(), []);
            format!("{:?}", records.search(cx, "", Book::select()).await.unwrap())
        }
        "count" => {
            assert_eq!(records.count(cx, Book::select()).await.unwrap(), 1);
            String::new()
        }
        "count_estimate" => {
            records.count_estimate(cx, Book::select()).await.unwrap();
            String::new()
        }
        "create" => format!("{:?}", records.create(cx, book(THEIRS, "mine too")).await.unwrap()),
        "update" => {
            refused(records.update::<Book>(cx, THEIRS, changes()).await, ErrorKind::NotFound);
            format!("{:?}", records.update::<Book>(cx, MINE, changes()).await.unwrap())
        }
        "replace" => {
            refused(records.replace(cx, Book { version: 1, ..book(THEIRS, "x") }).await, ErrorKind::NotFound);
            format!("{:?}", records.replace(cx, Book { version: 1, ..book(MINE, "x") }).await.unwrap())
        }
        "delete" => {
            assert!(!records.delete::<Book>(cx, THEIRS).await.unwrap());
            assert!(records.delete::<Book>(cx, MINE).await.unwrap());
            String::new()
        }
        "upsert" => {
            let created = records.upsert(cx, book(THEIRS, "x"), Conflict::key()).await.unwrap();
            assert_eq!(created.version, 1, "there was none to change");
            let by_isbn = Conflict::on((Book::ISBN,));
            format!("{created:?} {:?}", records.upsert(cx, book(MINE, "x"), by_isbn).await.unwrap())
        }
        "batch_create" => format!("{:?}", records.batch_create(cx, vec![book(THEIRS, "x")]).await.unwrap()),
        "batch_create_count" => {
            let many = (THEIRS..20_000).map(|id| book(id, &format!("x{id}")));
            assert_eq!(records.batch_create_count(cx, many).await.unwrap(), 19_998);
            String::new()
        }
        "try_batch_create_count" => {
            assert_eq!(records.try_batch_create_count(cx, vec![Ok(book(THEIRS, "x"))]).await.unwrap(), 1);
            String::new()
        }
        "fuzzy_search" => said(postgres.fuzzy_search(cx, Essay::TITLE, "theirs", 10).await),
        "full_text_search" => {
            let both = SearchQuery::<Essay>::new("theirs or their").fuzzy().highlight();
            said(postgres.full_text_search(cx, both).await)
        }
        "full_text_search_dyn" => said(postgres.full_text_search_dyn(cx, "essays", "Essay", &words()).await),
        "explain_search" => said(postgres.explain_search(cx, SearchQuery::<Essay>::new("x")).await),
        "explain_search_dyn" => said(postgres.explain_search_dyn(cx, "essays", "Essay", &words()).await),
        "aggregate" => {
            let report = from::<Book>().aggregate((Book::TITLE, Book::BLURB, count(), listed(Book::ISBN, Book::ID.asc())));
            said(postgres.aggregate(cx, report).await)
        }
        "join_query" => {
            let report = from::<Book>().left_join(Book::ID.equals(Essay::ID)).select((record::<Book>(), record::<Essay>()));
            said(postgres.join_query(cx, report).await)
        }
        "window_functions" => {
            let report = from::<Book>().select((Book::TITLE, Book::BLURB));
            said(postgres.window_functions(cx, report).await)
        }
        "raw_sql" => {
            let sql = "SELECT a.title, b.blurb FROM Book a LEFT JOIN Book b ON true WHERE a.id > 0 OR true";
            said(postgres.raw_sql::<(String, Option<String>)>(cx, sql).await)
        }
        "raw_sql_dyn" => {
            let sql = "WITH b AS (SELECT * FROM Book) SELECT * FROM b UNION ALL SELECT * FROM Book";
            said(postgres.raw_sql_dyn(cx, sql).await)
        }
        "aggregate_dyn" => {
            let report = json!({
                "group_by": ["title"],
                "metrics": {"isbn": {"listed": "isbn"}, "titles": {"joined": "title", "between": ","}},
            });
            said(postgres.aggregate_dyn(cx, group, model, &report).await)
        }
        "join_dyn" => {
            let report = json!({
                "joins": [{"left": "Essay", "on": {"id": "id"}}],
                "select": ["*", "Essay.*"],
            });
            said(postgres.join_dyn(cx, group, model, &report).await)
        }
        "window_dyn" => {
            let report = json!({
                "select": ["title"],
                "windows": {"before": {"lag": "title", "order": ["title"]}, "n": {"count": "*"}},
            });
            said(postgres.window_dyn(cx, group, model, &report).await)
        }
        "stream_report" => {
            let report = from::<Book>().left_join(Book::ID.equals(Essay::ID)).select((Book::TITLE, record::<Essay>()));
            said(match postgres.stream_report(cx, report).await {
                Ok(rows) => rows.try_collect::<Vec<_>>().await,
                Err(error) => Err(error),
            })
        }
        "stream_report_dyn" => {
            let report = json!({"joins": [{"left": "Essay", "on": {"id": "id"}}], "select": ["*", "Essay.*"]});
            said(match postgres.stream_report_dyn(cx, group, model, ReportForm::Join, &report).await {
                Ok(rows) => rows.try_collect::<Vec<_>>().await,
                Err(error) => Err(error),
            })
        }
        "fuzzy_search_dyn" => said(postgres.fuzzy_search_dyn(cx, "essays", "Essay", "title", "theirs", 10).await),
        "explain_raw_sql" => said(postgres.explain_raw_sql(cx, "SELECT title FROM Book").await),
        "list_shared" => {
            let none = Station::select().filter(Station::STATION_CODE.eq("theirs"));
            format!("{:?}", postgres.list_shared(cx, none).await.unwrap())
        }
        "get_shared" => {
            refused(postgres.get_shared::<Station, _>(cx, "theirs".to_owned()).await, ErrorKind::NotFound);
            String::new()
        }
        "join_shared" | "join_shared_by" | "explain_join_shared" => {
            let strategy = JoinStrategy::ShipTenantRows;
            let report = || {
                from::<Book>()
                    .left_join(Book::TITLE.equals(Station::STATION_CODE))
                    .select((record::<Book>(), record::<Station>()))
            };
            match path {
                "join_shared" => said(postgres.join_shared(cx, report()).await),
                "join_shared_by" => said(postgres.join_shared_by(cx, report(), strategy).await),
                _ => said(postgres.explain_join_shared(cx, report(), strategy).await),
            }
        }
        "join_shared_stream" => {
            let report = from::<Book>()
                .left_join(Book::TITLE.equals(Station::STATION_CODE))
                .select((record::<Book>(), record::<Station>()));
            match postgres.join_shared_stream(cx, report).await {
                Ok(rows) => said(rows.try_collect::<Vec<_>>().await),
                Err(error) => said(Err::<(), _>(error)),
            }
        }
        "join_shared_dyn" | "explain_join_shared_dyn" => {
            let (report, strategy) = (with_stations("title"), JoinStrategy::ShipSharedRows);
            match path {
                "join_shared_dyn" => said(postgres.join_shared_dyn(cx, group, model, &report, strategy).await),
                _ => said(postgres.explain_join_shared_dyn(cx, group, model, &report, strategy).await),
            }
        }
        "explain_report_dyn" => {
            let report = json!({"group_by": ["title"], "metrics": {"n": "count"}});
            said(postgres.explain_report_dyn(cx, group, model, ReportForm::Aggregate, &report).await)
        }
        "explain_list_dyn" => said(postgres.explain_list_dyn(cx, group, model, &all).await),
        "explain_report" => said(postgres.explain_report(cx, from::<Book>().aggregate((Book::TITLE, count()))).await),
        "explain_list" => said(postgres.explain_list(cx, Book::select()).await),
        "explain_count" => said(postgres.explain_count(cx, Book::select()).await),
        "stream" => {
            let stream = records.stream(cx, Book::select()).await.unwrap();
            format!("{:?}", stream.try_collect::<Vec<Book>>().await.unwrap())
        }
        "query" => {
            let mut seen = format!("{:?}", records.query(cx, Book::select()).await.unwrap());
            let columns = Book::select().columns((Book::ID, Book::TITLE));
            seen += &format!("{:?}", records.query(cx, columns).await.unwrap());
            let insert = Book::insert().set(Book::ID, THEIRS).set(Book::TITLE, "x");
            seen += &format!("{:?}", records.query(cx, insert).await.unwrap());
            assert_eq!(records.query(cx, Book::update().set(Book::PAGES, 5).all()).await.unwrap(), 2);
            assert_eq!(records.query(cx, Book::delete().all()).await.unwrap(), 2);
            seen
        }
        "get_dyn" => {
            refused(records.get_dyn(cx, group, model, &json!(THEIRS)).await, ErrorKind::NotFound);
            records.get_dyn(cx, group, model, &json!(MINE)).await.unwrap().to_string()
        }
        "list_dyn" => format!("{:?}", records.list_dyn(cx, group, model, &all).await.unwrap()),
        "list_with_dyn" => {
            format!("{:?}", records.list_with_dyn(cx, group, model, &all, &json!([])).await.unwrap())
        }
        "page_dyn" => format!("{:?}", records.page_dyn(cx, group, model, &all, 1, None).await.unwrap()),
        "search_dyn" => format!("{:?}", records.search_dyn(cx, group, model, "", &all).await.unwrap()),
        "count_dyn" => {
            assert_eq!(records.count_dyn(cx, group, model, &json!({})).await.unwrap(), 1);
            String::new()
        }
        "create_dyn" => {
            let json = json!({"id": THEIRS, "title": "x"});
            records.create_dyn(cx, group, model, &json).await.unwrap().to_string()
        }
        "update_dyn" => {
            let changes = json!({"pages": 99});
            let theirs = records.update_dyn(cx, group, model, &json!(THEIRS), &changes).await;
            refused(theirs, ErrorKind::NotFound);
            records.update_dyn(cx, group, model, &json!(MINE), &changes).await.unwrap().to_string()
        }
        "delete_dyn" => {
            assert!(!records.delete_dyn(cx, group, model, &json!(THEIRS)).await.unwrap());
            assert!(records.delete_dyn(cx, group, model, &json!(MINE)).await.unwrap());
            String::new()
        }
        "batch_create_dyn" => {
            let batch = [json!({"id": THEIRS, "title": "x"})];
            format!("{:?}", records.batch_create_dyn(cx, group, model, &batch).await.unwrap())
        }
        "explain_access" => {
            let who = AccessContext::default();
            refused(records.explain_access::<Book>(cx, &who, Verb::Read, THEIRS).await, ErrorKind::NotFound);
            records.explain_access::<Book>(cx, &who, Verb::Read, MINE).await.unwrap().to_string()
        }
        "explain_access_to" => {
            let who = AccessContext::default();
            records.explain_access_to(cx, &who, Verb::Create, book(MINE, "mine")).await.unwrap().to_string()
        }
        "explain_access_dyn" => {
            let explain = |key| {
                let key = json!(key);
                async move { records.explain_access_dyn(cx, &AccessContext::default(), Verb::Read, BOOK, &key).await }
            };
            assert!(!explain(MINE).await.unwrap().allowed);
            refused(explain(THEIRS).await, ErrorKind::NotFound).to_string()
        }
        "refresh" => said(records.refresh::<ShelfStat>(cx).await) + &shelves(records, cx).await,
        "refresh_dyn" => said(records.refresh_dyn(cx, group, "ShelfStat").await) + &shelves(records, cx).await,
        "freshness" => said(records.freshness::<ShelfStat>(cx).await) + &shelves(records, cx).await,
        "freshness_dyn" => said(records.freshness_dyn(cx, group, "ShelfStat").await) + &shelves(records, cx).await,
        "begin" => {
            let tx = records.begin(cx).await.unwrap();
            refused(tx.get::<Book>(cx, THEIRS).await, ErrorKind::NotFound);
            tx.create(cx, book(THEIRS, "x")).await.unwrap();
            let seen = format!("{:?}", tx.list(cx, Book::select()).await.unwrap());
            tx.commit().await.unwrap();
            seen
        }
        "transaction" => {
            let listed = records.transaction(cx, async |tx| tx.list(cx, Book::select()).await).await.unwrap();
            format!("{listed:?}")
        }
        other => panic!("the path `{other}` is not walked: write what it can do"),
    }
}

/// Records with the shared ones whose code is the value of a field.
pub(super) fn with_stations(field: &str) -> serde_json::Value {
    json!({"joins": [{"left": "shared/Station", "on": {field: "station_code"}}], "select": ["*", "Station.*"]})
}

/// What a view says of the books, by everything that it holds.
async fn shelves(records: &PlatformGroupRecordService, cx: &Cx<Tenant>) -> String {
    said(records.list(cx, ShelfStat::select()).await) + &said(records.get::<ShelfStat>(cx, String::new()).await)
}

/// What came back, unless it is what the backend cannot do.
fn said<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    match outcome {
        Ok(found) => format!("{found:?}"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            String::new()
        }
    }
}

pub async fn no_path_leads_to_another_tenant(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let theirs = world.another_tenant().await;
    let World { records, cx, .. } = &world;
    records.create(&theirs, book(MINE, "theirs")).await.unwrap();
    records.create(&theirs, book(THEIRS, "theirs alone")).await.unwrap();
    said(records.create(&theirs, Essay { id: 1, title: "theirs".to_owned() }).await);
    said(records.create(cx, Essay { id: 1, title: "their".to_owned() }).await);
    let before = records.list(&theirs, Book::select()).await.unwrap();
    for Path { name: path, .. } in PATHS {
        records.query(cx, Book::delete().all()).await.unwrap();
        records.create(cx, book(MINE, "mine")).await.unwrap();
        let seen = walk(path, &world, cx).await;
        assert!(!seen.contains("theirs"), "{path} gave another tenant's record: {seen}");
        let after = records.list(&theirs, Book::select()).await.unwrap();
        assert_eq!(after, before, "{path} changed another tenant's records");
    }
}

pub async fn the_same_key_is_free_in_every_tenant(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let tenants = [cx.clone(), world.another_tenant().await, world.another_tenant().await];
    for (i, tenant) in tenants.iter().enumerate() {
        records.create(tenant, book(1, &format!("of {i}"))).await.unwrap();
    }
    for (i, tenant) in tenants.iter().enumerate() {
        assert_eq!(records.get::<Book>(tenant, 1).await.unwrap().title, format!("of {i}"));
        assert_eq!(records.count(tenant, Book::select()).await.unwrap(), 1);
    }
}

pub async fn an_unknown_tenant_has_no_scope(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let system = Principal::system("the conformance suite");
    let slug = unique_text();
    let error = refused(world.platform.tenant(&system, &slug).await, ErrorKind::NotFound);
    assert!(error.message().contains(&slug), "{error}");
    for slug in ["", "*", "' or true", "../x"] {
        assert!(world.platform.tenant(&system, slug).await.is_err(), "{slug:?}");
    }
}

pub async fn a_slug_keeps_to_its_grammar(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let long = "a".repeat(64);
    for slug in ["", "Acme", "acme corp", "ä", "acme;", "\"acme\"", "-acme", "1'", "a\0b", "public.x", long.as_str()] {
        refused(provision(&world.platform, slug).await, ErrorKind::Invalid);
    }
}

pub async fn provisioning_again_keeps_the_records(harness: &dyn Harness) {
    let World { platform, records, cx, .. } = World::new(harness).await;
    records.create(&cx, book(1, "mine")).await.unwrap();
    provision(&platform, cx.tenant()).await.unwrap();
    let system = Principal::system("the conformance suite");
    let again = platform.tenant(&system, cx.tenant()).await.unwrap();
    assert_eq!(records.count(&again, Book::select()).await.unwrap(), 1);
}

pub async fn shared_records_are_the_same_for_all(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, .. } = &world;
    let station = Station { station_code: unique_text(), name: "x".to_owned(), latitude: 1.0 };
    let key = || station.station_code.clone();
    records.create(&world.shared(), station.clone()).await.unwrap();
    let other = world.another_tenant().await;
    for cx in [world.shared(), other.shared(), world.shared_user(&[]).await] {
        assert_eq!(records.get::<Station>(&cx, key()).await.unwrap(), station);
    }
    refused(records.create(&other.shared(), station.clone()).await, ErrorKind::Conflict);
    assert!(records.delete::<Station>(&world.shared(), key()).await.unwrap());
}

pub async fn an_unregistered_model_says_how_to_register_it(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let error = refused(records.create(&cx, Stranger { id: 1 }).await, ErrorKind::NotFound);
    assert!(error.message().contains("models![") && error.message().contains("Stranger"), "{error}");
    refused(records.list(&cx, Stranger::select()).await, ErrorKind::NotFound);
    refused(records.get_dyn(&cx, "nowhere", "Stranger", &json!(1)).await, ErrorKind::NotFound);
}

/// A model that no platform of the suite knows.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "nowhere")]
#[storage(postgres)]
pub struct Stranger {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
}
