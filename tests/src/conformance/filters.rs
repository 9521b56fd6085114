//! Filters: every operator on every type that has it, with nulls among the records.

use serde_json::{Value as AnyJson, json};
use sqh_runtime::expr::Predicate;
use sqh_runtime::prelude::*;
use sqh_runtime::service::DynamicQuery;

use crate::fixtures::{date, decimal, nothing, something, texts};
use crate::harness::{Harness, World, refused};
use crate::models::{Color, Dimensions, Everything, Perhaps, Size};

/// Record 1 has the lower values, 2 the middle ones, 3 the higher ones, 4 none.
async fn world(harness: &dyn Harness) -> World {
    let world = World::new(harness).await;
    let instant = |second| DateTime::from_timestamp(second, 0).unwrap();
    let low = Perhaps {
        text: Some("Apple".to_owned()),
        small: Some(-1),
        medium: Some(-1),
        large: Some(-1),
        single: Some(f32::NEG_INFINITY),
        double: Some(-1.5),
        flag: Some(false),
        decimal: Some(decimal("-1.50")),
        uuid: Some(Uuid::from_u128(1)),
        instant: Some(instant(-1)),
        datetime: Some(instant(-1).naive_utc()),
        date: Some(date(1969, 1, 1)),
        time: Some(NaiveTime::MIN),
        bytes: Some(vec![0]),
        json: Some(json!({"a": 1, "b": [1, 2]})),
        tags: Some(texts([])),
        series: Some(vec![]),
        color: Some(Color::Red),
        size: Some(Size::Large),
        dimensions: Some(Dimensions { width: 1.0, height: None, material: None }),
        ..something(1)
    };
    let middle = Perhaps {
        text: Some("apple pie".to_owned()),
        small: Some(0),
        medium: Some(0),
        large: Some(0),
        single: Some(0.0),
        double: Some(0.0),
        flag: Some(true),
        decimal: Some(decimal("0.00")),
        uuid: Some(Uuid::from_u128(2)),
        instant: Some(instant(0)),
        datetime: Some(instant(0).naive_utc()),
        date: Some(date(1970, 1, 1)),
        time: Some(NaiveTime::from_hms_opt(12, 0, 0).unwrap()),
        bytes: Some(vec![0, 0]),
        json: Some(json!({"a": {"b": {"c": null}}, "k": "v"})),
        tags: Some(texts(["a", "b"])),
        series: Some(vec![1, 2]),
        color: Some(Color::Green),
        size: Some(Size::Medium),
        dimensions: Some(Dimensions { width: 2.0, height: Some(2.0), material: Some("oak".to_owned()) }),
        ..something(2)
    };
    let high = Perhaps {
        text: Some("élan".to_owned()),
        small: Some(1),
        medium: Some(1),
        large: Some(1),
        single: Some(f32::NAN),
        double: Some(f64::NAN),
        flag: Some(true),
        decimal: Some(decimal("1.5")),
        uuid: Some(Uuid::from_u128(3)),
        instant: Some(instant(1)),
        datetime: Some(instant(1).naive_utc()),
        date: Some(date(1971, 1, 1)),
        time: Some(NaiveTime::from_hms_opt(23, 0, 0).unwrap()),
        bytes: Some(vec![1]),
        json: Some(json!(["a", 1.0, {"b": true}])),
        tags: Some(texts(["b", "c"])),
        series: Some(vec![2, 3, 2]),
        color: Some(Color::DarkBlue),
        size: Some(Size::Small),
        dimensions: Some(Dimensions { width: f64::NAN, height: None, material: Some("Oak".to_owned()) }),
        ..something(3)
    };
    world.records.batch_create(&world.cx, vec![low, middle, high, nothing(4)]).await.unwrap();
    world
}

/// Asserts which records each filter finds, that its opposite finds the others but for those where
/// it is unknown, and that count says the same.
async fn check(world: &World, cases: impl IntoIterator<Item = (AnyJson, &[i32], &[i32])>) {
    for (filter, found, found_by_not) in cases {
        assert_found(world, &filter, found).await;
        assert_found(world, &json!({"not": filter}), found_by_not).await;
    }
}

async fn assert_found(world: &World, filter: &AnyJson, expected: &[i32]) {
    let World { records, cx, .. } = world;
    let query = DynamicQuery { filter: filter.clone(), ..DynamicQuery::default() };
    let found = records.list_dyn(cx, "types", "Perhaps", &query).await.unwrap_or_else(|error| panic!("{filter}: {error}"));
    let ids: Vec<_> = found.iter().map(|record| record["id"].as_i64().unwrap() as i32).collect();
    assert_eq!(ids, expected, "{filter}");
    let count = records.count_dyn(cx, "types", "Perhaps", filter).await.unwrap();
    assert_eq!(count, expected.len() as u64, "{filter}");
}

async fn assert_typed(world: &World, predicate: Predicate<Perhaps>, expected: &[i32]) {
    let World { records, cx, .. } = world;
    let said = format!("{predicate:?}");
    let found = records.list(cx, Perhaps::select().filter(predicate)).await.unwrap();
    assert_eq!(found.iter().map(|record| record.id).collect::<Vec<_>>(), expected, "{said}");
}

/// The comparisons of a field whose values in the records 1, 2 and 3 are these, ascending.
fn comparisons(field: &str, values: [AnyJson; 3]) -> Vec<(AnyJson, &'static [i32], &'static [i32])> {
    let [low, middle, high] = values;
    vec![
        (json!({field: middle}), &[2], &[1, 3]),
        (json!({field: {"eq": middle}}), &[2], &[1, 3]),
        (json!({field: {"ne": middle}}), &[1, 3], &[2]),
        (json!({field: {"lt": middle}}), &[1], &[2, 3]),
        (json!({field: {"lte": middle}}), &[1, 2], &[3]),
        (json!({field: {"gt": middle}}), &[3], &[1, 2]),
        (json!({field: {"gte": middle}}), &[2, 3], &[1]),
        (json!({field: {"gt": high}}), &[], &[1, 2, 3]),
        (json!({field: {"lte": high}}), &[1, 2, 3], &[]),
        (json!({field: {"lt": low}}), &[], &[1, 2, 3]),
        (json!({field: {"gte": low}}), &[1, 2, 3], &[]),
        (json!({field: {"between": [low, middle]}}), &[1, 2], &[3]),
        (json!({field: {"between": [high, low]}}), &[], &[1, 2, 3]),
        (json!({field: {"in": [high, low]}}), &[1, 3], &[2]),
        (json!({field: {"in": [high]}}), &[3], &[1, 2]),
        (json!({field: null}), &[4], &[1, 2, 3]),
        (json!({field: {"is_null": true}}), &[4], &[1, 2, 3]),
        (json!({field: {"is_null": false}}), &[1, 2, 3], &[4]),
    ]
}

pub async fn compare_every_type_that_has_an_order(harness: &dyn Harness) {
    let world = world(harness).await;
    let fields = [
        ("text", [json!("Apple"), json!("apple pie"), json!("élan")]),
        ("small", [json!(-1), json!(0), json!(1)]),
        ("medium", [json!(-1), json!(0), json!(1)]),
        ("large", [json!(-1), json!(0), json!(1)]),
        ("single", [json!("-Infinity"), json!(0), json!("NaN")]),
        ("double", [json!(-1.5), json!(-0.0), json!("NaN")]),
        ("decimal", [json!("-1.5"), json!("0"), json!("1.500")]),
        ("uuid", [1, 2, 3].map(|n| json!(Uuid::from_u128(n).to_string()))),
        ("instant", [json!("1969-12-31T23:59:59Z"), json!("1970-01-01T01:00:00+01:00"), json!("1970-01-01T00:00:01Z")]),
        ("datetime", [json!("1969-12-31T23:59:59"), json!("1970-01-01T00:00:00"), json!("1970-01-01T00:00:01")]),
        ("date", [json!("1969-01-01"), json!("1970-01-01"), json!("1971-01-01")]),
        ("time", [json!("00:00:00"), json!("12:00:00"), json!("23:00:00")]),
        ("bytes", [json!("AA=="), json!("AAA="), json!("AQ==")]),
        ("color", [json!("red"), json!("green"), json!("dark_blue")]),
        ("size", [json!("Large"), json!("Medium"), json!("Small")]),
        ("dimensions.width", [json!(1.0), json!(2.0), json!("NaN")]),
    ];
    for (field, values) in fields {
        check(&world, comparisons(field, values)).await;
    }
}

pub async fn compare_booleans_and_documents(harness: &dyn Harness) {
    let world = world(harness).await;
    check(
        &world,
        [
            (json!({"flag": true}), &[2, 3][..], &[1][..]),
            (json!({"flag": {"lt": true}}), &[1], &[2, 3]),
            (json!({"flag": {"in": [true, false]}}), &[1, 2, 3], &[]),
            (json!({"json": {"eq": ["a", 1, {"b": true}]}}), &[3], &[1, 2]),
            (json!({"json": {"eq": {"b": [1.0, 2], "a": 1}}}), &[1], &[2, 3]),
            (json!({"json": {"ne": {"b": [2, 1], "a": 1}}}), &[1, 2, 3], &[]),
            (json!({"json": null}), &[4], &[1, 2, 3]),
            (json!({"tags": {"eq": ["b", "a"]}}), &[2], &[1, 3]),
            (json!({"series": {"eq": [2, 1]}}), &[], &[1, 2, 3]),
            (json!({"series": {"eq": [1, 2]}}), &[2], &[1, 3]),
            (json!({"dimensions": null}), &[4], &[1, 2, 3]),
            (json!({"dimensions.height": null}), &[1, 3, 4], &[2]),
            (json!({"dimensions.madeOf": "oak"}), &[2], &[3]),
        ],
    )
    .await;
}

pub async fn in_knows_many_values_and_none(harness: &dyn Harness) {
    let world = world(harness).await;
    check(&world, [(json!({"medium": {"in": []}}), &[][..], &[1, 2, 3, 4][..])]).await;
    let many: Vec<i32> = (0..70_000).collect();
    assert_typed(&world, Perhaps::MEDIUM.is_in(many), &[2, 3]).await;
    let with_null = [Some(0), None];
    assert_typed(&world, Perhaps::MEDIUM.is_in(with_null), &[2]).await;
    assert_typed(&world, !Perhaps::MEDIUM.is_in(with_null), &[]).await;
    assert_typed(&world, Perhaps::COLOR.is_in([Color::Red, Color::DarkBlue]), &[1, 3]).await;
}

pub async fn nothing_compares_with_null(harness: &dyn Harness) {
    let world = world(harness).await;
    for predicate in [Perhaps::MEDIUM.eq(None), Perhaps::MEDIUM.ne(None), Perhaps::MEDIUM.lt(None)] {
        assert_typed(&world, predicate, &[]).await;
    }
    for predicate in [!Perhaps::MEDIUM.eq(None), !Perhaps::MEDIUM.ne(None)] {
        assert_typed(&world, predicate, &[]).await;
    }
    assert_typed(&world, Perhaps::MEDIUM.eq(None).or(Perhaps::MEDIUM.is_null()), &[4]).await;
}

pub async fn like_knows_patterns(harness: &dyn Harness) {
    let world = world(harness).await;
    check(
        &world,
        [
            (json!({"text": {"like": "%pp%"}}), &[1, 2][..], &[3][..]),
            (json!({"text": {"like": "apple"}}), &[], &[1, 2, 3]),
            (json!({"text": {"like": "apple%"}}), &[2], &[1, 3]),
            (json!({"text": {"like": "A____"}}), &[1], &[2, 3]),
            (json!({"text": {"like": "_lan"}}), &[3], &[1, 2]),
            (json!({"text": {"like": "%"}}), &[1, 2, 3], &[]),
            (json!({"text": {"like": ""}}), &[], &[1, 2, 3]),
            (json!({"text": {"like": "a\\pple%"}}), &[2], &[1, 3]),
            (json!({"text": {"like": "apple\\%"}}), &[], &[1, 2, 3]),
            (json!({"text": {"ilike": "APPLE%"}}), &[1, 2], &[3]),
            (json!({"text": {"ilike": "Élan"}}), &[], &[1, 2, 3]),
            (json!({"text": {"starts_with": "apple "}}), &[2], &[1, 3]),
            (json!({"text": {"starts_with": "%"}}), &[], &[1, 2, 3]),
            (json!({"dimensions.madeOf": {"ilike": "OAK"}}), &[2, 3], &[]),
            (json!({"text": {"regex": "^apple"}}), &[2], &[1, 3]),
            (json!({"text": {"iregex": "^APPLE"}}), &[1, 2], &[3]),
            (json!({"text": {"regex": "e( pie)?$"}}), &[1, 2], &[3]),
            (json!({"text": {"regex": "^.lan$"}}), &[3], &[1, 2]),
            (json!({"text": {"iregex": "É"}}), &[], &[1, 2, 3]),
            (json!({"dimensions.madeOf": {"regex": "[oO]ak"}}), &[2, 3], &[]),
        ],
    )
    .await;
}

pub async fn a_pattern_that_ends_in_its_escape_is_refused(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness).await;
    let outcome = records.list(&cx, Perhaps::select().filter(Perhaps::TEXT.like("apple\\"))).await;
    let error = refused(outcome, ErrorKind::Invalid);
    assert_eq!((error.model(), error.field()), (Some("Perhaps"), Some("text")), "{error}");
}

pub async fn a_regular_expression_that_cannot_be_read_is_refused(harness: &dyn Harness) {
    let world = world(harness).await;
    assert_typed(&world, Perhaps::TEXT.regex("^apple").or(Perhaps::TEXT.iregex("ÉLAN")), &[2]).await;
    // Nothing is found in any record, and the error is the same.
    for records in [Perhaps::ID.gt(0), Perhaps::ID.gt(1_000)] {
        let select = Perhaps::select().filter(records.and(Perhaps::TEXT.regex("(apple")));
        let error = refused(world.records.list(&world.cx, select).await, ErrorKind::Invalid);
        assert_eq!((error.model(), error.field()), (Some("Perhaps"), Some("text")), "{error}");
        assert!(error.message().contains("no `)`"), "{error}");
    }
}

pub async fn collections_know_containment(harness: &dyn Harness) {
    let world = world(harness).await;
    check(
        &world,
        [
            (json!({"tags": {"contains": "b"}}), &[2, 3][..], &[1][..]),
            (json!({"tags": {"contains_all": ["b", "a"]}}), &[2], &[1, 3]),
            (json!({"tags": {"contains_all": []}}), &[1, 2, 3], &[]),
            (json!({"tags": {"overlaps": ["a", "x"]}}), &[2], &[1, 3]),
            (json!({"tags": {"overlaps": []}}), &[], &[1, 2, 3]),
            (json!({"tags": {"contained_by": ["a", "b", "x"]}}), &[1, 2], &[3]),
            (json!({"tags": {"contained_by": []}}), &[1], &[2, 3]),
            (json!({"series": {"contains": 2}}), &[2, 3], &[1]),
            (json!({"series": {"contains_all": [3, 3]}}), &[3], &[1, 2]),
            (json!({"series": {"contained_by": [3, 2]}}), &[1, 3], &[2]),
        ],
    )
    .await;
    assert_typed(&world, Perhaps::TAGS.contains("b").and(!Perhaps::TAGS.contains("c")), &[2]).await;
}

pub async fn collections_of_every_kind_know_containment(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let ids = [1, 2].map(Uuid::from_u128);
    for (id, text) in ids.iter().zip(["a", "b"]) {
        let record = crate::fixtures::ordinary();
        let holes = vec![Some(text.to_owned()), None];
        let palette = if text == "a" { vec![Color::Red] } else { vec![] };
        records.create(&cx, Everything { id: *id, holes, palette, ..record }).await.unwrap();
    }
    let found = async |predicate| {
        let found = records.list(&cx, Everything::select().filter(predicate)).await.unwrap();
        found.iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(found(Everything::HOLES.contains(Some("a".to_owned()))).await, ids[..1]);
    assert_eq!(found(Everything::HOLES.contains(None)).await, Vec::<Uuid>::new(), "a null is held by nothing");
    assert_eq!(found(Everything::PALETTE.contains(Color::Red)).await, ids[..1]);
    assert_eq!(found(Everything::PALETTE.contained_by([Color::Green])).await, ids[1..]);
    assert_eq!(found(Everything::SERIES.contains(-2.5)).await, ids);
    assert_eq!(found(Everything::NUMBERS.contains_all([1, 3])).await, ids);
    assert_eq!(found(Everything::NUMBERS.overlaps([7])).await, Vec::<Uuid>::new());
}

pub async fn documents_know_containment_keys_and_paths(harness: &dyn Harness) {
    let world = world(harness).await;
    check(
        &world,
        [
            (json!({"json": {"json_contains": {"a": 1.0}}}), &[1][..], &[2, 3][..]),
            (json!({"json": {"json_contains": {"b": [2]}}}), &[1], &[2, 3]),
            (json!({"json": {"json_contains": {"a": {"b": {}}}}}), &[2], &[1, 3]),
            (json!({"json": {"json_contains": ["a"]}}), &[3], &[1, 2]),
            (json!({"json": {"json_contains": "a"}}), &[3], &[1, 2]),
            (json!({"json": {"has_key": "a"}}), &[1, 2, 3], &[]),
            (json!({"json": {"has_key": "k"}}), &[2], &[1, 3]),
            (json!({"json": {"has_key": "1"}}), &[], &[1, 2, 3]),
        ],
    )
    .await;
    assert_typed(&world, Perhaps::JSON.json_path_eq(["a"], json!(1)), &[1]).await;
    assert_typed(&world, Perhaps::JSON.json_path_eq(["a", "b", "c"], json!(null)), &[2]).await;
    assert_typed(&world, Perhaps::JSON.json_path_eq(["2", "b"], json!(true)), &[3]).await;
    assert_typed(&world, Perhaps::JSON.json_path_eq(["-1", "b"], json!(true)), &[3]).await;
    assert_typed(&world, !Perhaps::JSON.json_path_eq(["a"], json!(2)), &[1, 2]).await;
}

pub async fn and_or_not_are_three_valued(harness: &dyn Harness) {
    let world = world(harness).await;
    check(
        &world,
        [
            (json!({"small": 0, "flag": true}), &[2][..], &[1, 3][..]),
            (json!({"and": []}), &[1, 2, 3, 4], &[]),
            (json!({"or": []}), &[], &[1, 2, 3, 4]),
            (json!({}), &[1, 2, 3, 4], &[]),
            (json!({"or": [{"small": 0}, {"small": null}]}), &[2, 4], &[1, 3]),
            (json!({"and": [{"small": 0}, {"id": {"gt": 3}}]}), &[], &[1, 2, 3]),
            (json!({"and": [{"small": 0}, {"id": {"lt": 3}}]}), &[2], &[1, 3, 4]),
            (json!({"or": [{"small": 0}, {"id": 4}]}), &[2, 4], &[1, 3]),
            (json!({"or": [{"small": 0}, {"id": 1}]}), &[1, 2], &[3]),
            (json!({"not": {"not": {"small": 0}}}), &[2], &[1, 3]),
        ],
    )
    .await;
}

pub async fn nested_deeply_they_still_work(harness: &dyn Harness) {
    let world = world(harness).await;
    let mut predicate = Perhaps::SMALL.eq(0);
    for _ in 0..100 {
        predicate = !!predicate;
        predicate = predicate.and(Perhaps::ID.gt(0)).or(Perhaps::ID.lt(0));
    }
    assert_typed(&world, predicate, &[2]).await;
}

pub async fn values_travel_as_values(harness: &dyn Harness) {
    let world = world(harness).await;
    for text in ["'; drop table perhaps; --", "$1", "\\", "\"", "?", ":x", "%s"] {
        assert_typed(&world, Perhaps::TEXT.eq(text), &[]).await;
        assert_typed(&world, Perhaps::TEXT.is_in([text, "Apple"]), &[1]).await;
        assert_typed(&world, Perhaps::TEXT.starts_with(text), &[]).await;
        assert_typed(&world, Perhaps::JSON.json_has_key(text), &[]).await;
    }
}
