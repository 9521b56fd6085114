//! The dynamic face: by group and name, in JSON; what is wrong is named.

use serde_json::{Value as Json, json};
use sqh_runtime::prelude::*;
use sqh_runtime::service::DynamicQuery;

use crate::harness::{Harness, World, refused, refused_in};
use crate::models::{Book, Genre};

fn filtered(filter: Json) -> DynamicQuery {
    DynamicQuery { filter, ..DynamicQuery::default() }
}

fn ordered(order: Json) -> DynamicQuery {
    DynamicQuery { order, ..DynamicQuery::default() }
}

pub async fn equals_the_typed_face(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let created = records
        .create_dyn(&cx, "library", "Book", &json!({"id": 1, "title": "Emma", "rating": 4.5, "genre": "novel"}))
        .await
        .unwrap();
    let typed = records.get::<Book>(&cx, 1).await.unwrap();
    assert_eq!((typed.stars, typed.genre, typed.pages), (Some(4.5), Some(Genre::Novel), 1));
    assert_eq!(created["rating"], 4.5);
    assert_eq!(created["version"], 1);
    assert_eq!(created["isbn"], Json::Null);
    assert_eq!(records.get_dyn(&cx, "library", "Book", &json!(1)).await.unwrap(), created);
    assert_eq!(records.list_dyn(&cx, "library", "Book", &DynamicQuery::default()).await.unwrap(), std::slice::from_ref(&created));

    records.create(&cx, Book::new(2, "Persuasion")).await.unwrap();
    let query = DynamicQuery { limit: Some(1), offset: 1, ..ordered(json!(["-id"])) };
    assert_eq!(records.list_dyn(&cx, "library", "Book", &query).await.unwrap(), [created]);
    assert_eq!(records.count_dyn(&cx, "library", "Book", &json!({"rating": null})).await.unwrap(), 1);
    assert_eq!(records.count_dyn(&cx, "library", "Book", &Json::Null).await.unwrap(), 2);
}

pub async fn updates_by_key(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let old = records.create_dyn(&cx, "library", "Book", &json!({"id": 1, "title": "Emma"})).await.unwrap();
    let update = async |changes: &Json| records.update_dyn(&cx, "library", "Book", &json!(1), changes).await;
    let new = update(&json!({"pages": 9, "isbn": "978"})).await.unwrap();
    assert_eq!((&new["pages"], &new["version"], &new["title"]), (&json!(9), &json!(2), &old["title"]));
    let error = refused(update(&old).await, ErrorKind::Conflict);
    assert_eq!(error.message(), "stale version: expected 1, stored 2");
    assert_eq!(update(&new).await.unwrap()["version"], 3, "what was read can be sent back");
    assert_eq!(update(&json!({"isbn": null})).await.unwrap()["isbn"], Json::Null);
    refused(update(&json!({"id": 2})).await, ErrorKind::Invalid);
    let other = records.update_dyn(&cx, "library", "Book", &json!(2), &json!({"pages": 9})).await;
    refused(other, ErrorKind::NotFound);
}

pub async fn takes_composite_keys_as_objects(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let shelf = json!({"room": "a", "no": 1, "capacity": 3});
    records.create_dyn(&cx, "library", "BookShelf", &shelf).await.unwrap();
    let get = async |key: Json| records.get_dyn(&cx, "library", "BookShelf", &key).await;
    assert_eq!(get(json!({"no": 1, "room": "a"})).await.unwrap(), shelf);
    refused(get(json!({"no": 2, "room": "a"})).await, ErrorKind::NotFound);
    let error = refused(get(json!({"room": "a"})).await, ErrorKind::Invalid);
    assert_eq!((error.model(), error.field()), (Some("BookShelf"), Some("number")), "{error}");
    refused(get(json!({"room": "a", "no": 1, "x": 1})).await, ErrorKind::Invalid);
    refused(get(json!("a")).await, ErrorKind::Invalid);
    refused(get(json!({"room": 1, "no": 1})).await, ErrorKind::Invalid);
    let key = json!({"room": "a", "no": 1});
    assert!(records.delete_dyn(&cx, "library", "BookShelf", &key).await.unwrap());
    assert!(!records.delete_dyn(&cx, "library", "BookShelf", &key).await.unwrap());
}

pub async fn names_groups_and_models_that_there_are(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let get = async |group, model| records.get_dyn(&cx, group, model, &json!(1)).await;
    let error = refused(get("libary", "Book").await, ErrorKind::NotFound);
    assert!(error.message().contains("`libary`") && error.message().contains("`library`"), "{error}");
    let error = refused(get("library", "Boook").await, ErrorKind::NotFound);
    assert!(error.message().contains("`Boook`") && error.message().contains("`Book`"), "{error}");
    refused(get("library", "Person").await, ErrorKind::NotFound);
    refused(get("", "").await, ErrorKind::NotFound);
}

pub async fn refuses_records_that_do_not_fit(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let create = async |record: Json| records.create_dyn(&cx, "library", "Book", &record).await;
    let wrong = [
        (json!({"id": "1", "title": "a"}), "id", "got a string"),
        (json!({"id": 1.5, "title": "a"}), "id", ""),
        (json!({"id": 9_223_372_036_854_775_808u64, "title": "a"}), "id", ""),
        (json!({"id": 1, "title": 7}), "title", "got a number"),
        (json!({"id": 1, "title": null}), "title", ""),
        (json!({"id": 1, "title": ["a"]}), "title", "got an array"),
        (json!({"id": 1, "title": "a", "pages": null}), "pages", ""),
        (json!({"id": 1, "title": "a", "pages": 2_147_483_648i64}), "pages", ""),
        (json!({"id": 1, "title": "a", "rating": true}), "stars", "got a boolean"),
        (json!({"id": 1, "title": "a", "genre": "Novel"}), "genre", "`novel`"),
        (json!({"title": "a"}), "id", "missing"),
        (json!({"id": 1}), "title", "missing"),
        (json!({"id": 1, "title": "x".repeat(41)}), "title", "at most 40"),
        (json!({"id": 1, "title": "a", "blurb": "\u{0}"}), "blurb", "NUL"),
    ];
    for (record, field, words) in wrong {
        refused_in(create(record).await, ErrorKind::Invalid, "Book", field, words);
    }
    for (record, words) in [
        (json!({"id": 1, "title": "a", "titel": "b"}), "`titel`"),
        (json!({"id": 1, "title": "a", "stars": 1.0}), "`stars`"),
        (json!({}), "missing"),
        (json!([1, "a"]), "an array"),
        (json!("a"), "a string"),
        (Json::Null, "null"),
    ] {
        let error = refused(create(record).await, ErrorKind::Invalid);
        assert!(error.message().contains(words) && error.model() == Some("Book"), "{error} does not say {words}");
    }
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 0);
}

pub async fn refuses_changes_that_do_not_fit(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let old = records.create(&cx, Book::new(1, "Emma")).await.unwrap();
    for (changes, field) in [
        (json!({"title": null}), "title"),
        (json!({"title": 1}), "title"),
        (json!({"pages": "many"}), "pages"),
        (json!({"title": "x".repeat(41)}), "title"),
        (json!({"version": "1"}), "version"),
    ] {
        let outcome = records.update_dyn(&cx, "library", "Book", &json!(1), &changes).await;
        refused_in(outcome, ErrorKind::Invalid, "Book", field, "");
    }
    let outcome = records.update_dyn(&cx, "library", "Book", &json!(1), &json!({"nope": 1})).await;
    assert!(refused(outcome, ErrorKind::Invalid).message().contains("`nope`"));
    assert_eq!(records.get::<Book>(&cx, 1).await.unwrap(), old);
}

pub async fn refuses_filters_that_do_not_fit(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    for (filter, words) in [
        (json!({"titel": "Emma"}), "`titel`"),
        (json!({"stars": 1}), "`stars`"),
        (json!({"title": 1}), "got a number"),
        (json!({"pages": {"gt": "x"}}), "got a string"),
        (json!({"pages": {"above": 1}}), "`above`"),
        (json!({"pages": {"like": "1%"}}), "`like`"),
        (json!({"title": {"contains": "a"}}), "`contains`"),
        (json!({"pages": {"between": [1]}}), "two values"),
        (json!({"pages": {"in": 1}}), "an array"),
        (json!({"pages": {}}), "operator"),
        (json!({"or": {"pages": 1}}), "`or`"),
        (json!({"not": [1]}), "filter"),
        (json!(["title"]), "filter"),
        (json!({"pages": {"eq": null}}), "null"),
        (json!({"title": {"like": "a\\"}}), "lone"),
        (json!({"genre": "opera"}), "`opera`"),
    ] {
        let said = filter.to_string();
        let listed = records.list_dyn(&cx, "library", "Book", &filtered(filter.clone())).await;
        let error = refused(listed, ErrorKind::Invalid);
        assert!(error.to_string().contains(words), "{said}: {error} does not say {words}");
        assert_eq!(error.model(), Some("Book"), "{said}: {error}");
        refused(records.count_dyn(&cx, "library", "Book", &filter).await, ErrorKind::Invalid);
    }
}

pub async fn refuses_orders_that_do_not_fit(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    for (order, words) in [
        (json!(["titel"]), "`titel`"),
        (json!(["-stars"]), "`stars`"),
        (json!([1]), "number"),
        (json!([{"field": "title", "desc": true}]), "`desc`"),
        (json!([{"descending": true}]), "field"),
    ] {
        let error = refused(records.list_dyn(&cx, "library", "Book", &ordered(order)).await, ErrorKind::Invalid);
        assert!(error.to_string().contains(words), "{error} does not say {words}");
    }
    let unordered = records.list_dyn(&cx, "types", "Perhaps", &ordered(json!(["json"]))).await;
    assert_eq!(refused(unordered, ErrorKind::Invalid).field(), Some("json"));
}

pub async fn refuses_the_wrong_scope(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let station = json!({"station_code": "s", "name": "n", "latitude": 1});
    let error = refused(records.create_dyn(&cx, "shared", "Station", &station).await, ErrorKind::Invalid);
    assert!(error.message().contains("shared") && error.model() == Some("Station"), "{error}");
    let book = json!({"id": 1, "title": "Emma"});
    let error = refused(records.create_dyn(&cx.shared(), "library", "Book", &book).await, ErrorKind::Invalid);
    assert!(error.message().contains("tenant") && error.model() == Some("Book"), "{error}");
    refused(records.list_dyn(&cx.shared(), "library", "Book", &DynamicQuery::default()).await, ErrorKind::Invalid);
    assert_eq!(records.count(&cx, Book::select()).await.unwrap(), 0);
}

pub async fn tells_that_the_graph_store_is_not_there(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let account = json!({"id": "Account/acme", "name": "Acme"});
    let error = refused(records.create_dyn(&cx, "graph", "Account", &account).await, ErrorKind::Unsupported);
    assert!(error.message().contains("#[storage(postgres)]") && error.model() == Some("Account"), "{error}");
    refused(records.get_dyn(&cx, "graph", "Account", &json!("Account/acme")).await, ErrorKind::Unsupported);
    refused(records.list_dyn(&cx, "graph", "Account", &DynamicQuery::default()).await, ErrorKind::Unsupported);
}
