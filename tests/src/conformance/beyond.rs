//! What PostgreSQL can beyond the unified operations takes the same path.

use std::time::Duration;

use serde_json::json;
use sqh_runtime::expr::Filter;
use sqh_runtime::op::PlanWarning;
use sqh_runtime::prelude::*;
use sqh_runtime::report::{count, from};
use sqh_runtime::service::DynamicQuery;
use sqh_runtime::sql::RawSql;

use crate::harness::{Harness, World, refused};
use crate::models::{Book, Essay, Event, Memo, Person, Place};

pub async fn plans_need_the_permissions_of_what_they_explain(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let postgres = world.platform.postgres();
    const EXPLAIN: &str = "access:explain";
    for (held, missing) in [
        (["library:read", EXPLAIN], "library:list"),
        (["library:list", EXPLAIN], "library:read"),
        // The planner's estimates are made of everybody's records.
        (["library:read", "library:list"], EXPLAIN),
    ] {
        let user = world.user(&held).await;
        let outcomes = [
            postgres.explain_list(&user, Book::select()).await,
            postgres.explain_count(&user, Book::select()).await,
        ];
        for outcome in outcomes {
            assert!(refused(outcome, ErrorKind::Denied).message().contains(missing));
        }
    }
    let reader = world.user(&["library:read", "library:list", EXPLAIN]).await;
    assert!(!postgres.explain_list(&reader, Book::select()).await.unwrap().lines.is_empty());
}

pub async fn plans_do_not_ask_for_what_is_masked(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let postgres = world.platform.postgres();
    let user = world.user(&["hr:read", "hr:list"]).await;
    let by_salary = Person::select().filter(Person::SALARY.gt(1));
    refused(postgres.explain_list(&user, by_salary).await, ErrorKind::Denied);
    let ordered = Person::select().order_by(Person::SALARY.asc());
    refused(postgres.explain_list(&user, ordered).await, ErrorKind::Denied);
}

pub async fn plans_keep_to_the_rules_of_lists(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let postgres = world.platform.postgres();
    refused(postgres.explain_list(&world.cx, Event::select()).await, ErrorKind::Invalid);
    assert!(!postgres.explain_list(&world.cx, Event::select().limit(1)).await.unwrap().lines.is_empty());
}

pub async fn a_misspelt_word_is_found(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let postgres = world.platform.postgres();
    let essays = ["On Persuasion", "Of Studies", "Persuading Others"];
    let essays = essays.iter().zip(1..).map(|(title, id)| Essay { id, title: (*title).to_owned() });
    match records.batch_create(cx, essays.collect::<Vec<_>>()).await {
        // The message says which extension is missing, and how to install it.
        Err(error) if error.kind() == ErrorKind::Unsupported => return assert!(error.to_string().contains("pg_trgm")),
        stored => assert_eq!(stored.unwrap().len(), 3),
    }
    let found = postgres.fuzzy_search(cx, Essay::TITLE, "perswasion", 2).await.unwrap();
    assert_eq!(found.first().map(|essay| essay.id), Some(1), "{found:?}");
    assert!(found.len() <= 2);
    let user = world.user(&["essays:list"]).await;
    refused(postgres.fuzzy_search(&user, Essay::TITLE, "perswasion", 2).await, ErrorKind::Denied);
}

pub async fn a_fuzzy_search_needs_its_index(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let outcome = world.platform.postgres().fuzzy_search(&world.cx, Book::TITLE, "emma", 2).await;
    crate::harness::refused_in(outcome, ErrorKind::Invalid, "Book", "title", "gin_trgm_ops");
}

pub async fn a_fuzzy_search_finds_what_may_be_listed(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let memos = [Memo::new(1, "the annual reprot", "ann"), Memo::new(2, "the annual report", "eve")];
    world.records.batch_create(&world.cx, memos).await.unwrap();
    let ann = world.somebody(Identity { user_id: "ann".to_owned(), ..Identity::default() }).await;
    let found = world.platform.postgres().fuzzy_search(&ann, Memo::TITLE, "annual report", 5).await.unwrap();
    assert_eq!(found.into_iter().map(|memo| memo.id).collect::<Vec<_>>(), [1]);
}

pub async fn a_plan_is_of_what_may_be_listed(harness: &dyn Harness) {
    let world = World::new(harness).await;
    world.records.create(&world.cx, Memo::new(1, "a", "ann")).await.unwrap();
    let permissions = ["access:explain".to_owned()].into();
    let ann = world.somebody(Identity { user_id: "ann".to_owned(), permissions, ..Identity::default() }).await;
    let plan = world.platform.postgres().explain_list(&ann, Memo::select()).await.unwrap().to_string();
    assert!(plan.contains("writer"), "{plan}");
}

pub async fn a_plan_says_what_is_read(harness: &dyn Harness) {
    let World { platform, cx, .. } = &World::new(harness).await;
    let postgres = platform.postgres();
    let now = Utc::now();
    let recent = || Event::HAPPENED_AT.gte(now).and(Event::HAPPENED_AT.lt(now + Duration::from_secs(1)));
    let plan = postgres.explain_count(cx, Event::select().filter(recent())).await.unwrap();
    let [table] = &plan.tables[..] else { panic!("{plan:?}") };
    assert_eq!((table.model, table.placement.is_some(), &table.rules), ("Event", true, &Filter::Everything));
    let partitions = table.partitions.as_ref().unwrap();
    assert!((1..3).contains(&partitions.read.len()) && partitions.all > 3, "{plan:?}");
    assert!(plan.to_string().contains(&partitions.read[0]), "{plan}");
    assert_eq!(plan.warnings, []);

    let book = postgres.explain_list(cx, Book::select().filter(Book::TITLE.eq("x"))).await.unwrap();
    assert!(book.tables[0].partitions.is_none() && book.warnings.is_empty(), "{book:?}");
}

pub async fn a_plan_warns_of_a_filter_that_reads_every_partition(harness: &dyn Harness) {
    let World { platform, cx, .. } = &World::new(harness).await;
    let postgres = platform.postgres();
    let omitted = [PlanWarning::PartitionColumnOmitted { model: "Event", field: "happened_at" }];
    let recent = || Event::HAPPENED_AT.gt(Utc::now());
    let named = || Event::WHAT.eq("x");
    for (filter, is_bounded) in [
        (named(), false),
        (named().and(recent()), true),
        (named().or(recent()), false),
        (recent().or(Event::HAPPENED_AT.is_in([Utc::now()])), true),
        (!recent(), true),
        (!(named().or(recent())), true),
        (!(named().and(recent())), false),
        (Event::HAPPENED_AT.ne(Utc::now()), false),
    ] {
        let said = format!("{filter:?}");
        let plan = postgres.explain_count(cx, Event::select().filter(filter)).await.unwrap();
        assert_eq!(plan.warnings.is_empty(), is_bounded, "{said}");
        assert!(is_bounded || plan.warnings == omitted);
        let partitions = plan.tables[0].partitions.as_ref().unwrap();
        assert!(is_bounded || partitions.read.len() == partitions.all, "{plan:?}");
    }
    let warnings = async |report| postgres.explain_report(cx, report).await.unwrap().warnings;
    assert_eq!(warnings(from::<Event>().aggregate(count())).await, []);
    assert_eq!(warnings(from::<Event>().filter(named()).aggregate(count())).await, omitted);
    assert_eq!(warnings(from::<Event>().filter(named().and(recent())).aggregate(count())).await, []);
    let by_name = DynamicQuery { filter: json!({"what": "x"}), limit: Some(1), ..DynamicQuery::default() };
    assert_eq!(postgres.explain_list_dyn(cx, "time", "Event", &by_name).await.unwrap().warnings, omitted);
    let sql = async |condition: &str| {
        let sql = format!("SELECT count(*) FROM Event WHERE {condition}");
        postgres.explain_raw_sql(cx, sql).await.unwrap().warnings
    };
    assert_eq!(sql("what = 'x'").await, omitted);
    assert_eq!(sql("what = 'x' AND happened_at > now()").await, []);
    assert!(PlanWarning::to_string(&warnings(from::<Event>().filter(named()).aggregate(count())).await[0]).contains("`happened_at`"));
}

pub async fn a_statement_is_explained_as_it_would_be_run(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { platform, cx, .. } = &world;
    let postgres = platform.postgres();
    let sql = || RawSql::new("SELECT title FROM Book WHERE pages > :least ORDER BY 1").set("least", 3);
    let plan = postgres.explain_raw_sql(cx, sql()).await.unwrap();
    assert!(plan.to_string().contains("Sort") && plan.tables[0].model == "Book", "{plan}");
    let user = world.user(&["library:read", "library:list"]).await;
    let error = refused(postgres.explain_raw_sql(&user, sql()).await, ErrorKind::Denied);
    assert!(error.message().contains("access:explain"), "{error}");
    // What a principal may not see is not asked for, and what is wrong is told as it is of a statement that runs.
    let held = world.user(&["hr:read", "hr:list", "access:explain"]).await;
    refused(postgres.explain_raw_sql(&held, "SELECT id FROM Person WHERE salary > 1").await, ErrorKind::Denied);
    refused(postgres.explain_raw_sql(cx, "SELECT pg_sleep(1) FROM Book").await, ErrorKind::Invalid);
    refused(postgres.explain_raw_sql(cx, "DELETE FROM Book").await, ErrorKind::Invalid);
}

pub async fn places_are_found_by_their_indexes(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let (records, cx, postgres) = (&world.records, &world.cx, world.platform.postgres());
    let place = |id: i32| {
        let (x, y) = (f64::from(id % 360) - 180.0, f64::from(id / 360 % 170) - 85.0);
        let corners = vec![(x, y), (x + 0.1, y), (x, y + 0.1), (x, y)];
        Place { id, location: Point::new(x, y), boundary: Some(Polygon::new(corners, Vec::new())), key_at: None }
    };
    match records.batch_create_count(cx, (0..20_000).map(place)).await {
        Err(error) if error.kind() == ErrorKind::Unsupported => return assert!(error.to_string().contains("postgis")),
        stored => assert_eq!(stored.unwrap(), 20_000),
    }
    harness.analyze(cx.tenant(), "place").await;
    let here = Point::new(-76.35, 39.5);
    let area = || Polygon::new(vec![(10.0, 10.0), (12.0, 10.0), (12.0, 12.0), (10.0, 10.0)], Vec::new());
    const BY_GEOMETRY: &str = "place_location_idx";
    const BY_GEOGRAPHY: &str = "place_location_geography_idx";
    for (select, index) in [
        (Place::select().filter(Place::LOCATION.within_distance(here, 50_000.0)), BY_GEOGRAPHY),
        (Place::select().filter(Place::LOCATION.within(area())), BY_GEOMETRY),
        (Place::select().filter(Place::LOCATION.in_bbox(10.0, 10.0, 12.0, 12.0)), BY_GEOMETRY),
        (Place::select().filter(Place::BOUNDARY.covers(here)), "place_boundary_idx"),
        (Place::select().nearest(Place::LOCATION, here).limit(5), BY_GEOGRAPHY),
    ] {
        let plan = postgres.explain_list(cx, select).await.unwrap().to_string();
        assert!(plan.contains(index), "{index}: {plan}");
    }
}
