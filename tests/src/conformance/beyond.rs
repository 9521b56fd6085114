//! What PostgreSQL can beyond the unified operations takes the same path.

use sqh_runtime::prelude::*;

use crate::harness::{Harness, World, refused};
use crate::models::{Book, Essay, Event, Memo, Person};

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
    assert!(!postgres.explain_list(&reader, Book::select()).await.unwrap().is_empty());
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
    assert!(!postgres.explain_list(&world.cx, Event::select().limit(1)).await.unwrap().is_empty());
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
    let plan = world.platform.postgres().explain_list(&ann, Memo::select()).await.unwrap().join("\n");
    assert!(plan.contains("writer"), "{plan}");
}
