//! No path shows what is masked: each is walked, by the list that names every method and operation.

use futures::TryStreamExt as _;
use serde_json::json;
use sqh_runtime::expr::SearchQuery;
use sqh_runtime::policy::Verb;
use sqh_runtime::prelude::*;
use sqh_runtime::report::{ReportForm, count, from, record};
use sqh_runtime::scope::Tenant;
use sqh_runtime::service::{DynamicQuery, DynamicSearch, JoinStrategy};
use sqh_runtime::testing::isolation::{PATHS, Path};

use super::isolation::with_stations;
use crate::harness::{Harness, World, identity};
use crate::models::{Badge, Payroll, Person, Station};

/// What is in the masked fields, and in no other.
const SALARY: i32 = 987_654;
const BADGE: &str = "hush";

fn person(id: i32) -> Person {
    Person { id, name: "Jane".to_owned(), salary: Some(SALARY), badge: Badge(format!("{BADGE}-{id}")) }
}

/// All that a path shows of the first person, whom it may change.
async fn walk(path: &str, world: &World, cx: &Cx<Tenant>) -> String {
    let (records, postgres) = (&world.records, world.platform.postgres());
    let (group, model) = ("hr", "Person");
    let (all, one) = (DynamicQuery::default(), json!(1));
    let new = json!({"id": 2, "name": "Joan", "salary": SALARY, "badge": BADGE});
    let words = DynamicSearch { text: BADGE.to_owned(), highlight: true, ..DynamicSearch::default() };
    let changes = || Person::changes().set(Person::NAME, "Joan").set(Person::SALARY, Some(SALARY));
    match path {
        "get" => shown(records.get::<Person>(cx, 1).await),
        "find" => shown(records.find::<Person>(cx, 1).await),
        "list" => shown(records.list(cx, Person::select()).await),
        "page" => shown(records.page(cx, Person::select(), 1, None).await),
        "search" => {
            // The badge is a search field: what is found would tell it.
            let error = records.search(cx, BADGE, Person::select()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Denied);
            error.to_string()
        }
        "count" => shown(records.count(cx, Person::select()).await),
        "count_estimate" => shown(records.count_estimate(cx, Person::select()).await),
        "create" => shown(records.create(cx, person(2)).await),
        "update" => shown(records.update::<Person>(cx, 1, changes()).await),
        "replace" => shown(records.replace(cx, person(1)).await),
        "delete" => shown(records.delete::<Person>(cx, 1).await),
        "upsert" => shown(records.upsert(cx, person(1), Conflict::key()).await),
        "batch_create" => shown(records.batch_create(cx, [person(2), person(3)]).await),
        "batch_create_count" => shown(records.batch_create_count(cx, [person(2)]).await),
        "try_batch_create_count" => shown(records.try_batch_create_count(cx, [Ok(person(2))]).await),
        "stream" => shown(records.stream(cx, Person::select()).await.unwrap().try_collect::<Vec<_>>().await),
        "query" => {
            let columns = Person::select().columns((Person::SALARY, Person::BADGE));
            let insert = Person::insert().set(Person::ID, 2).set(Person::NAME, "Joan");
            let insert = insert.set(Person::SALARY, Some(SALARY)).set(Person::BADGE, Badge(BADGE.to_owned()));
            let update = Person::update().set(Person::SALARY, Some(SALARY)).all();
            [
                shown(records.query(cx, Person::select()).await),
                shown(records.query(cx, columns).await),
                shown(records.query(cx, insert).await),
                shown(records.query(cx, update).await),
                shown(records.query(cx, Person::delete().all()).await),
            ]
            .concat()
        }
        "get_dyn" => shown(records.get_dyn(cx, group, model, &one).await),
        "list_dyn" => shown(records.list_dyn(cx, group, model, &all).await),
        "list_with_dyn" => shown(records.list_with_dyn(cx, group, model, &all, &json!([])).await),
        "page_dyn" => shown(records.page_dyn(cx, group, model, &all, 1, None).await),
        "search_dyn" => {
            records.search_dyn(cx, group, model, BADGE, &all).await.expect_err("the badge is searched").to_string()
        }
        "count_dyn" => shown(records.count_dyn(cx, group, model, &json!({})).await),
        "create_dyn" => shown(records.create_dyn(cx, group, model, &new).await),
        "update_dyn" => shown(records.update_dyn(cx, group, model, &one, &json!({"salary": SALARY})).await),
        "delete_dyn" => shown(records.delete_dyn(cx, group, model, &one).await),
        "batch_create_dyn" => shown(records.batch_create_dyn(cx, group, model, &[new]).await),
        "fuzzy_search" => if_it_can(postgres.fuzzy_search(cx, Person::NAME, "jan", 5).await),
        "full_text_search" => not_searched(postgres.full_text_search(cx, SearchQuery::<Person>::new(BADGE)).await),
        "full_text_search_dyn" => not_searched(postgres.full_text_search_dyn(cx, group, model, &words).await),
        "explain_search" => not_searched(postgres.explain_search(cx, SearchQuery::<Person>::new(BADGE)).await),
        "explain_search_dyn" => not_searched(postgres.explain_search_dyn(cx, group, model, &words).await),
        "explain_list" => if_it_can(postgres.explain_list(cx, Person::select()).await),
        "explain_count" => if_it_can(postgres.explain_count(cx, Person::select()).await),
        "explain_access" => shown(records.explain_access::<Person>(cx, cx.access().unwrap(), Verb::Read, 1).await),
        "explain_access_to" => {
            shown(records.explain_access_to(cx, cx.access().unwrap(), Verb::Read, person(1)).await)
        }
        "explain_access_dyn" => {
            shown(records.explain_access_dyn(cx, cx.access().unwrap(), Verb::Read, (group, model), &one).await)
        }
        "aggregate" => {
            let report = from::<Person>().aggregate((Person::NAME, count()));
            if_it_can(postgres.aggregate(cx, report).await)
        }
        "join_query" => if_it_can(postgres.join_query(cx, from::<Person>().select((record::<Person>(),))).await),
        "window_functions" => {
            let report = from::<Person>().select((Person::SALARY, Person::BADGE));
            if_it_can(postgres.window_functions(cx, report).await)
        }
        "stream_report" => {
            let report = from::<Person>().select((Person::SALARY, Person::BADGE));
            if_it_can(match postgres.stream_report(cx, report).await {
                Ok(rows) => rows.try_collect::<Vec<_>>().await,
                Err(error) => Err(error),
            })
        }
        "stream_report_dyn" => {
            let report = json!({"select": ["salary", "badge"], "windows": {"n": {"count": "*"}}});
            if_it_can(match postgres.stream_report_dyn(cx, group, model, ReportForm::Window, &report).await {
                Ok(rows) => rows.try_collect::<Vec<_>>().await,
                Err(error) => Err(error),
            })
        }
        "explain_raw_sql" => {
            if_it_can(postgres.explain_raw_sql(cx, "SELECT name, salary, badge FROM Person").await)
        }
        "explain_report" => {
            let report = from::<Person>().aggregate((Person::NAME, count()));
            if_it_can(postgres.explain_report(cx, report).await)
        }
        "list_with" => shown(records.list_with(cx, Person::select().with(Person::ID.to(Person::ID))).await),
        "aggregate_dyn" => {
            let report = json!({"group_by": ["name"], "metrics": {"n": "count"}});
            if_it_can(postgres.aggregate_dyn(cx, group, model, &report).await)
        }
        "join_dyn" => {
            let report = json!({"joins": [{"left": {"model": "Person", "as": "other"}, "on": {"id": "id"}}], "select": ["*", "other.*"]});
            if_it_can(postgres.join_dyn(cx, group, model, &report).await)
        }
        "window_dyn" => {
            let report = json!({"select": ["salary", "badge"], "windows": {"n": {"count": "*"}}});
            if_it_can(postgres.window_dyn(cx, group, model, &report).await)
        }
        // Shared records have masks of their own.
        "list_shared" | "get_shared" => String::new(),
        "join_shared" | "join_shared_by" | "explain_join_shared" => {
            let report = || {
                from::<Person>()
                    .left_join(Person::NAME.equals(Station::STATION_CODE))
                    .select((Person::SALARY, Person::BADGE, Station::NAME))
            };
            match path {
                "join_shared" => if_it_can(postgres.join_shared(cx, report()).await),
                "join_shared_by" => {
                    let sent = postgres.join_shared_by(cx, report(), JoinStrategy::ShipTenantRows).await;
                    if_it_can(sent) + &if_it_can(postgres.join_shared_by(cx, report(), JoinStrategy::ShipSharedRows).await)
                }
                _ => if_it_can(postgres.explain_join_shared(cx, report(), JoinStrategy::ShipTenantRows).await),
            }
        }
        "join_shared_stream" => {
            let report = from::<Person>()
                .left_join(Person::NAME.equals(Station::STATION_CODE))
                .select((Person::SALARY, Person::BADGE, Station::NAME));
            match postgres.join_shared_stream(cx, report).await {
                Ok(rows) => shown(rows.try_collect::<Vec<_>>().await),
                Err(error) => if_it_can(Err::<(), _>(error)),
            }
        }
        "join_shared_dyn" => {
            let strategy = JoinStrategy::ShipTenantRows;
            if_it_can(postgres.join_shared_dyn(cx, group, model, &with_stations("name"), strategy).await)
        }
        "explain_join_shared_dyn" => {
            let strategy = JoinStrategy::ShipTenantRows;
            if_it_can(postgres.explain_join_shared_dyn(cx, group, model, &with_stations("name"), strategy).await)
        }
        "fuzzy_search_dyn" => if_it_can(postgres.fuzzy_search_dyn(cx, group, model, "name", "jan", 5).await),
        "explain_report_dyn" => {
            let report = json!({"group_by": ["name"], "metrics": {"n": "count"}});
            if_it_can(postgres.explain_report_dyn(cx, group, model, ReportForm::Aggregate, &report).await)
        }
        "explain_list_dyn" => if_it_can(postgres.explain_list_dyn(cx, group, model, &all).await),
        "raw_sql" => {
            let sql = "SELECT name, salary, badge FROM Person";
            if_it_can(postgres.raw_sql::<(String, Option<i32>, String)>(cx, sql).await)
        }
        "raw_sql_dyn" => if_it_can(postgres.raw_sql_dyn(cx, "SELECT q.* FROM (SELECT * FROM Person) q").await),
        "refresh" => {
            let refreshed = if_it_can(records.refresh::<Payroll>(cx).await);
            refreshed + &if_it_can(records.list(cx, Payroll::select()).await)
        }
        "refresh_dyn" => {
            let refreshed = if_it_can(records.refresh_dyn(cx, group, "Payroll").await);
            refreshed + &if_it_can(records.list_dyn(cx, group, "Payroll", &all).await)
        }
        "freshness" => if_it_can(records.freshness::<Payroll>(cx).await),
        "freshness_dyn" => if_it_can(records.freshness_dyn(cx, group, "Payroll").await),
        "begin" => {
            let tx = records.begin(cx).await.unwrap();
            let seen = shown(tx.get::<Person>(cx, 1).await) + &shown(tx.create(cx, person(2)).await);
            tx.rollback().await.unwrap();
            seen
        }
        "transaction" => shown(records.transaction(cx, async |tx| tx.list(cx, Person::select()).await).await),
        other => panic!("the path `{other}` is not walked: write what it shows"),
    }
}

fn shown<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    format!("{:?}", outcome.unwrap())
}

/// The badge is a search field: what is found would tell it.
fn not_searched<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    let error = outcome.expect_err("the badge is searched");
    assert!(matches!(error.kind(), ErrorKind::Denied | ErrorKind::Unsupported), "{error}");
    error.to_string()
}

/// What came back, unless it is what the backend cannot do.
fn if_it_can<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    match outcome {
        Err(error) if error.kind() == ErrorKind::Unsupported => String::new(),
        outcome => shown(outcome),
    }
}

pub async fn cover_what_every_path_shows(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let held = ["hr:read", "hr:list", "hr:create", "hr:update", "hr:delete", "hr:refresh", "access:explain"];
    let user = world.somebody(identity(&held)).await;
    let open = world.somebody(identity(&["*"])).await;
    for Path { name: path, .. } in PATHS {
        for (cx_of, is_masked) in [(&user, true), (&open, false)] {
            records.query(cx, Person::delete().all()).await.unwrap();
            records.create(cx, person(1)).await.unwrap();
            if !is_masked && path.contains("search") && *path != "fuzzy_search" {
                continue;
            }
            let seen = walk(path, &world, cx_of).await;
            let tells = seen.contains(&SALARY.to_string()) || seen.contains(BADGE);
            // Where nothing is masked the same walk shows it, or it would show nothing by mistake.
            let shows_records = seen.contains("badge") || seen.contains("Badge");
            assert!(!(is_masked && tells), "{path} shows what is masked: {seen}");
            assert!(is_masked || tells || !shows_records, "{path} shows records without their values: {seen}");
        }
    }
}
