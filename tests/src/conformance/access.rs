//! Who may do what, and who may see what.

use futures::TryStreamExt as _;
use serde_json::json;
use sqh_runtime::prelude::*;
use sqh_runtime::scope::Tenant;
use sqh_runtime::service::DynamicQuery;

use crate::harness::{Harness, World, refused, unique_text};
use crate::models::{Badge, Book, Person, Station};

type Records = PlatformGroupRecordService;

/// Every way to reach records, by what it is called: what came of it.
async fn attempt(path: &str, records: &Records, cx: &Cx<Tenant>) -> Result<()> {
    let book = || Book::new(100, "new");
    let json = json!({"id": 100, "title": "new"});
    let all = DynamicQuery::default();
    let one = json!(1);
    match path {
        "get" => records.get::<Book>(cx, 1).await.map(drop),
        "find" => records.find::<Book>(cx, 1).await.map(drop),
        "list" => records.list(cx, Book::select()).await.map(drop),
        "page" => records.page(cx, Book::select(), 5, None).await.map(drop),
        "search" => records.search(cx, "a", Book::select()).await.map(drop),
        "count" => records.count(cx, Book::select()).await.map(drop),
        "count_estimate" => records.count_estimate(cx, Book::select()).await.map(drop),
        "stream" => records.stream(cx, Book::select()).await.map(drop),
        "select" => records.query(cx, Book::select().columns((Book::ID,))).await.map(drop),
        "create" => records.create(cx, book()).await.map(drop),
        "insert" => records.query(cx, Book::insert().set(Book::ID, 100).set(Book::TITLE, "x")).await.map(drop),
        "batch_create" => records.batch_create(cx, vec![book()]).await.map(drop),
        "batch_create_count" => records.batch_create_count(cx, vec![book()]).await.map(drop),
        "try_batch_create_count" => records.try_batch_create_count(cx, vec![Ok(book())]).await.map(drop),
        "upsert" => records.upsert(cx, book(), Conflict::key()).await.map(drop),
        "update" => records.update::<Book>(cx, 1, Book::changes().set(Book::PAGES, 2)).await.map(drop),
        "replace" => records.replace(cx, Book { version: 1, ..Book::new(1, "a") }).await.map(drop),
        "update by filter" => records.query(cx, Book::update().set(Book::PAGES, 2).all()).await.map(drop),
        "delete" => records.delete::<Book>(cx, 1).await.map(drop),
        "delete by filter" => records.query(cx, Book::delete().all()).await.map(drop),
        "get_dyn" => records.get_dyn(cx, "library", "Book", &one).await.map(drop),
        "list_dyn" => records.list_dyn(cx, "library", "Book", &all).await.map(drop),
        "page_dyn" => records.page_dyn(cx, "library", "Book", &all, 5, None).await.map(drop),
        "search_dyn" => records.search_dyn(cx, "library", "Book", "a", &all).await.map(drop),
        "count_dyn" => records.count_dyn(cx, "library", "Book", &json!({})).await.map(drop),
        "create_dyn" => records.create_dyn(cx, "library", "Book", &json).await.map(drop),
        "update_dyn" => records.update_dyn(cx, "library", "Book", &one, &json!({"pages": 2})).await.map(drop),
        "delete_dyn" => records.delete_dyn(cx, "library", "Book", &one).await.map(drop),
        "batch_create_dyn" => records.batch_create_dyn(cx, "library", "Book", &[json]).await.map(drop),
        other => panic!("there is no path `{other}`"),
    }
}

const NEEDS: &[(&str, &[&str])] = &[
    ("get", &["read"]),
    ("find", &["read"]),
    ("get_dyn", &["read"]),
    ("list", &["read", "list"]),
    ("page", &["read", "list"]),
    ("search", &["read", "list"]),
    ("count", &["read", "list"]),
    ("count_estimate", &["read", "list"]),
    ("stream", &["read", "list"]),
    ("select", &["read", "list"]),
    ("list_dyn", &["read", "list"]),
    ("page_dyn", &["read", "list"]),
    ("search_dyn", &["read", "list"]),
    ("count_dyn", &["read", "list"]),
    ("create", &["create"]),
    ("insert", &["create"]),
    ("create_dyn", &["create"]),
    ("batch_create", &["create"]),
    ("batch_create_count", &["create"]),
    ("try_batch_create_count", &["create"]),
    ("batch_create_dyn", &["create"]),
    ("upsert", &["create", "read", "update"]),
    ("update", &["read", "update"]),
    ("replace", &["read", "update"]),
    ("update by filter", &["read", "update"]),
    ("update_dyn", &["read", "update"]),
    ("delete", &["read", "delete"]),
    ("delete by filter", &["read", "delete"]),
    ("delete_dyn", &["read", "delete"]),
];

pub async fn each_path_needs_its_permissions(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    for (path, needs) in NEEDS {
        records.query(cx, Book::delete().all()).await.unwrap();
        records.create(cx, Book::new(1, "a")).await.unwrap();
        for missing in *needs {
            // Everything else, in this group and in others.
            let held = ["read", "list", "create", "update", "delete"].iter().filter(|verb| *verb != missing);
            let mut held: Vec<String> = held.map(|verb| format!("library:{verb}")).collect();
            held.extend([format!("lib:{missing}"), format!("hr:{missing}"), format!("library:{missing}:x")]);
            let held: Vec<&str> = held.iter().map(String::as_str).collect();
            let user = world.user(&held).await;
            let error = refused(attempt(path, records, &user).await, ErrorKind::Denied);
            assert!(error.message().contains(&format!("`library:{missing}`")), "{path}: {error}");
        }
        let held: Vec<String> = needs.iter().map(|verb| format!("library:{verb}")).collect();
        let held: Vec<&str> = held.iter().map(String::as_str).collect();
        let user = world.user(&held).await;
        attempt(path, records, &user).await.unwrap_or_else(|error| panic!("{path}: {error}"));
    }
}

pub async fn a_refused_write_changes_nothing(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let stored = records.create(cx, Book::new(1, "a")).await.unwrap();
    let nobody = world.user(&[]).await;
    for (path, _) in NEEDS {
        refused(attempt(path, records, &nobody).await, ErrorKind::Denied);
    }
    assert_eq!(records.list(cx, Book::select()).await.unwrap(), [stored]);
}

pub async fn a_star_stands_for_any_rest(harness: &dyn Harness) {
    let world = World::new(harness).await;
    world.records.create(&world.cx, Book::new(1, "a")).await.unwrap();
    for held in ["library:*", "*", "lib*"] {
        let user = world.user(&[held]).await;
        world.records.get::<Book>(&user, 1).await.unwrap_or_else(|error| panic!("{held}: {error}"));
    }
    for held in ["hr:*", "library", "library:*:x", "*:read"] {
        let user = world.user(&[held]).await;
        refused(world.records.get::<Book>(&user, 1).await, ErrorKind::Denied);
    }
}

pub async fn transactions_pass_no_permission_by(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    records.create(cx, Book::new(1, "a")).await.unwrap();
    let reader = world.user(&["library:read"]).await;
    let tx = records.begin(&reader).await.unwrap();
    tx.get::<Book>(&reader, 1).await.unwrap();
    refused(tx.list(&reader, Book::select()).await, ErrorKind::Denied);
    refused(tx.create(&reader, Book::new(2, "b")).await, ErrorKind::Denied);
    refused(tx.delete::<Book>(&reader, 1).await, ErrorKind::Denied);
    refused(tx.query(&reader, Book::delete().all()).await, ErrorKind::Denied);
    tx.commit().await.unwrap();
    assert_eq!(records.count(cx, Book::select()).await.unwrap(), 1);
}

pub async fn shared_data_is_read_by_all_and_written_by_some(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, .. } = &world;
    let station = Station { station_code: unique_text(), name: "Plumtree Run".to_owned(), latitude: 39.5 };
    let key = station.station_code.clone();
    let writer = world.shared_user(&["shared_reference:write"]).await;
    records.create(&writer, station.clone()).await.unwrap();
    let reader = world.shared_user(&[]).await;
    assert_eq!(records.get::<Station>(&reader, key.clone()).await.unwrap(), station);
    let mine = || Station::select().filter(Station::STATION_CODE.eq(key.as_str()));
    assert_eq!(records.list(&reader, mine()).await.unwrap(), std::slice::from_ref(&station));
    let tenants = world.user(&["*:read"]).await.shared();
    assert_eq!(records.count(&tenants, mine()).await.unwrap(), 1);
    let almost = world.shared_user(&["shared:create", "shared:update", "shared:delete", "shared_reference:read"]).await;
    let other = || Station { station_code: unique_text(), ..station.clone() };
    for outcome in [
        records.create(&almost, other()).await.map(drop),
        records.batch_create(&almost, vec![other()]).await.map(drop),
        records.upsert(&almost, station.clone(), Conflict::key()).await.map(drop),
        records.replace(&almost, station.clone()).await.map(drop),
        records.delete::<Station>(&almost, key.clone()).await.map(drop),
        records.query(&almost, Station::delete().filter(Station::NAME.eq("x"))).await.map(drop),
    ] {
        assert!(refused(outcome, ErrorKind::Denied).message().contains("`shared_reference:write`"));
    }
    assert_eq!(records.get::<Station>(&reader, key.clone()).await.unwrap(), station);
    assert!(records.delete::<Station>(&writer, key).await.unwrap());
}

fn person(id: i32) -> Person {
    Person { id, name: "Jane".to_owned(), salary: Some(100), badge: Badge(format!("badge-{id}")) }
}

fn masked(id: i32) -> Person {
    Person { salary: None, badge: Badge("***".to_owned()), ..person(id) }
}

const ALL: &[&str] = &["hr:read", "hr:list", "hr:create", "hr:update", "hr:delete"];

pub async fn what_may_not_be_seen_is_masked_on_every_path(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, .. } = &world;
    let user = world.user(ALL).await;
    assert_eq!(records.create(&user, person(1)).await.unwrap(), masked(1));
    assert_eq!(records.batch_create(&user, vec![person(2)]).await.unwrap(), [masked(2)]);
    assert_eq!(records.upsert(&user, person(2), Conflict::key()).await.unwrap(), masked(2));
    let renamed = Person::changes().set(Person::NAME, "Jane");
    assert_eq!(records.update::<Person>(&user, 1, renamed).await.unwrap(), masked(1));
    assert_eq!(records.get::<Person>(&user, 1).await.unwrap(), masked(1));
    assert_eq!(records.list(&user, Person::select()).await.unwrap(), [masked(1), masked(2)]);
    assert_eq!(records.page(&user, Person::select(), 5, None).await.unwrap().records, [masked(1), masked(2)]);
    let stream: Vec<Person> = records.stream(&user, Person::select()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(stream, [masked(1), masked(2)]);
    let columns = Person::select().limit(1).columns((Person::BADGE, Person::ID, Person::SALARY));
    assert_eq!(records.query(&user, columns).await.unwrap(), [(Badge("***".to_owned()), 1, None)]);
    let json = records.get_dyn(&user, "hr", "Person", &json!(1)).await.unwrap();
    assert_eq!(json, json!({"id": 1, "name": "Jane", "salary": null, "badge": "***"}));
    let list = records.list_dyn(&user, "hr", "Person", &DynamicQuery::default()).await.unwrap();
    assert!(list.iter().all(|json| json["badge"] == "***" && json["salary"].is_null()));
    let tx = records.begin(&user).await.unwrap();
    assert_eq!(tx.get::<Person>(&user, 2).await.unwrap(), masked(2));
    assert_eq!(records.list(&world.cx, Person::select()).await.unwrap(), [person(1), person(2)], "it is stored");
}

pub async fn each_mask_has_its_permission(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    records.create(cx, person(1)).await.unwrap();
    let sees = async |permissions: &[&str]| {
        let user = world.user(permissions).await;
        records.get::<Person>(&user, 1).await.unwrap()
    };
    assert_eq!(sees(&["hr:read", "hr:Person.salary:read"]).await, Person { salary: Some(100), ..masked(1) });
    assert_eq!(sees(&["hr:read", "hr:badges"]).await, Person { badge: person(1).badge, ..masked(1) });
    assert_eq!(sees(&["hr:*"]).await, person(1));
}

pub async fn what_is_masked_cannot_be_asked_for(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    records.create(cx, person(1)).await.unwrap();
    let user = world.user(ALL).await;
    let by_salary = || Person::select().filter(!Person::SALARY.gt(50));
    let filter = json!({"or": [{"id": 1}, {"badge": {"like": "b%"}}]});
    let query = DynamicQuery { filter: filter.clone(), ..DynamicQuery::default() };
    let order = DynamicQuery { order: json!(["-salary"]), ..DynamicQuery::default() };
    for outcome in [
        records.list(&user, by_salary()).await.map(drop),
        records.list(&user, Person::select().order_by(Person::SALARY.asc())).await.map(drop),
        records.page(&user, Person::select().order_by(Person::BADGE.desc()), 5, None).await.map(drop),
        records.count(&user, by_salary()).await.map(drop),
        records.stream(&user, by_salary()).await.map(drop),
        records.query(&user, by_salary().columns((Person::ID,))).await.map(drop),
        records.query(&user, Person::delete().filter(Person::BADGE.eq(Badge("badge-1".to_owned())))).await.map(drop),
        records.query(&user, Person::update().set(Person::NAME, "x").filter(Person::SALARY.is_null())).await.map(drop),
        records.list_dyn(&user, "hr", "Person", &query).await.map(drop),
        records.list_dyn(&user, "hr", "Person", &order).await.map(drop),
        records.count_dyn(&user, "hr", "Person", &filter).await.map(drop),
    ] {
        let error = refused(outcome, ErrorKind::Denied);
        assert!(matches!(error.field(), Some("salary" | "badge")) && error.model() == Some("Person"), "{error}");
    }
    assert_eq!(records.get::<Person>(cx, 1).await.unwrap(), person(1));
}

pub async fn what_is_masked_is_not_searched(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    records.create(cx, person(1)).await.unwrap();
    let user = world.user(ALL).await;
    refused(records.search(&user, "badge-1", Person::select()).await, ErrorKind::Denied);
    let query = DynamicQuery::default();
    refused(records.search_dyn(&user, "hr", "Person", "badge-1", &query).await, ErrorKind::Denied);
    let reader = world.user(&["hr:*"]).await;
    assert_eq!(records.search(&reader, "BADGE-1", Person::select()).await.unwrap(), [person(1)]);
}

pub async fn a_record_that_is_written_back_keeps_what_was_masked(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    records.create(cx, person(1)).await.unwrap();
    let user = world.user(ALL).await;
    let seen = records.get::<Person>(&user, 1).await.unwrap();
    records.replace(&user, Person { name: "Joan".to_owned(), ..seen }).await.unwrap();
    let renamed = Person { name: "Joan".to_owned(), ..person(1) };
    assert_eq!(records.get::<Person>(cx, 1).await.unwrap(), renamed);
    let seen = records.get_dyn(&user, "hr", "Person", &json!(1)).await.unwrap();
    records.update_dyn(&user, "hr", "Person", &json!(1), &seen).await.unwrap();
    assert_eq!(records.get::<Person>(cx, 1).await.unwrap(), renamed);
    records.upsert(&user, masked(1), Conflict::key()).await.unwrap();
    assert_eq!(records.get::<Person>(cx, 1).await.unwrap(), person(1));
    let told = Person { salary: Some(200), ..masked(1) };
    records.upsert(&user, told, Conflict::key()).await.unwrap();
    let raised = Person { salary: Some(200), ..person(1) };
    assert_eq!(records.get::<Person>(cx, 1).await.unwrap(), raised, "what is no mask is written");
}

/// Needs no change to be in the way of masks.
struct Present;

impl Hooks<Person> for Present {}

pub async fn with_hooks_too_a_record_keeps_what_was_masked(harness: &dyn Harness) {
    let world = World::with(harness, |builder| builder.hooks(Present)).await;
    let World { records, cx, .. } = &world;
    let user = world.user(ALL).await;
    records.upsert(&user, person(1), Conflict::key()).await.unwrap();
    records.replace(&user, masked(1)).await.unwrap();
    records.upsert(&user, masked(1), Conflict::key()).await.unwrap();
    assert_eq!(records.get::<Person>(cx, 1).await.unwrap(), person(1));
}
