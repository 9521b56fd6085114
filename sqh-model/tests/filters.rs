//! Filters by name, and filters read in memory. The expectations are those of PostgreSQL 15.

mod fixtures;

use fixtures::SAMPLE;
use serde_json::{Value as Json, json};
use sqh_model::expr::lower::{Binds, Relation};
use sqh_model::expr::{Comparison, Filter, OrderBy, Query, filter_from_json, order_from_json};
use sqh_model::types::{FieldType, Point};
use sqh_model::{ErrorKind, Value};

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A row of the model; `change` replaces values by the path of their columns.
fn row(change: &[(&str, Value)]) -> Vec<Value> {
    let mut row = vec![
        Value::I64(1),
        text("pH"),
        Value::F64(7.5),
        Value::Null,
        Value::Array(vec![text("a"), text("b")]),
        Value::Array(vec![Value::I32(1), Value::Null, Value::I32(3)]),
        Value::Array(vec![
            Value::Array(vec![Value::I32(1), Value::I32(2)]),
            Value::Array(vec![Value::I32(3), Value::I32(4)]),
        ]),
        Value::Json(Box::new(json!({"limits": [1, {"low": 2.0}], "kind": "x"}))),
        text("small"),
        text("Roma"),
        Value::Null,
        Value::Record(vec![text("t")]),
        Value::Bool(true),
        Point::new(1.0, 2.0).into_value().unwrap(),
    ];
    for (path, value) in change {
        row[SAMPLE.layout().position(path).unwrap()] = value.clone();
    }
    row
}

fn found(filter: &Filter, row: &[Value]) -> bool {
    filter.check(&SAMPLE).unwrap();
    filter.matches(&SAMPLE, row).unwrap()
}

/// Whether the filter is true, false or unknown (`None`): unknown is neither found nor by its opposite.
fn truth(json: Json, row: &[Value]) -> Option<bool> {
    let filter = filter_from_json(&SAMPLE, &json).unwrap();
    let opposite = Filter::Not(Box::new(filter.clone()));
    match (found(&filter, row), found(&opposite, row)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
        (true, true) => panic!("{json} and its opposite are both true"),
    }
}

#[track_caller]
fn check(cases: Vec<(Json, Option<bool>)>) {
    let row = row(&[]);
    for (json, expected) in cases {
        assert_eq!(truth(json.clone(), &row), expected, "{json}");
    }
}

#[test]
fn comparisons() {
    check(vec![
        (json!({}), Some(true)),
        (json!({"testType": "pH"}), Some(true)),
        (json!({"testType": {"lt": "ph"}}), Some(true)),
        (json!({"testType": {"ne": "pH"}}), Some(false)),
        (json!({"value": {"gt": 3.5, "lte": 9}}), Some(true)),
        (json!({"value": {"gt": 7.5}}), Some(false)),
        (json!({"value": {"between": [7.5, 8]}}), Some(true)),
        (json!({"value": {"lt": "NaN"}}), Some(true)),
        (json!({"id": {"in": [2, 1]}}), Some(true)),
        (json!({"id": {"in": []}}), Some(false)),
        (json!({"unit": null}), Some(true)),
        (json!({"unit": {"is_null": false}}), Some(false)),
        (json!({"unit": "mg"}), None),
        (json!({"unit": {"ne": "mg"}}), None),
        (json!({"unit": {"in": ["mg"]}}), None),
        (json!({"unit": {"in": []}}), Some(false)),
        (json!({"unit": {"like": "%"}}), None),
        // Declared as small, large.
        (json!({"size": {"lt": "large"}}), Some(true)),
        (json!({"grid": [[1, 2], [3, 4]]}), Some(true)),
        (json!({"grid": {"ne": [[1, 2]]}}), Some(true)),
    ]);
}

#[test]
fn nan_equals_itself_and_is_the_greatest() {
    let row = row(&[("value", Value::F64(f64::NAN))]);
    for (filter, expected) in [
        (json!({"value": "NaN"}), true),
        (json!({"value": {"gt": "Infinity"}}), true),
        (json!({"value": {"in": ["NaN"]}}), true),
        (json!({"value": {"lte": 1e300}}), false),
    ] {
        assert_eq!(truth(filter.clone(), &row), Some(expected), "{filter}");
    }
}

#[test]
fn logic_is_three_valued() {
    check(vec![
        (json!({"and": [{"unit": "mg"}, {"id": 2}]}), Some(false)),
        (json!({"and": [{"unit": "mg"}, {"id": 1}]}), None),
        (json!({"or": [{"unit": "mg"}, {"id": 1}]}), Some(true)),
        (json!({"or": [{"unit": "mg"}, {"id": 2}]}), None),
        (json!({"not": {"unit": "mg"}}), None),
        (json!({"not": {"not": {"id": 1}}}), Some(true)),
        (json!({"and": []}), Some(true)),
        (json!({"or": []}), Some(false)),
        (json!({"id": 1, "or": [{"value": 7.5}]}), Some(true)),
    ]);
    let field = || "id".into();
    let among_null = Filter::In { field: field(), values: vec![Value::I64(2), Value::Null] };
    let row = row(&[]);
    assert!(!found(&among_null, &row), "1 IN (2, NULL) is unknown");
    assert!(!found(&Filter::Not(Box::new(among_null)), &row), "and so is its opposite");
    assert!(found(&Filter::In { field: field(), values: vec![Value::Null, Value::I64(1)] }, &row));
    let with_null = Filter::Compare { field: field(), comparison: Comparison::Ne, value: Value::Null };
    assert!(!found(&with_null, &row));
}

#[test]
fn text_patterns() {
    check(vec![
        (json!({"testType": {"like": "p_"}}), Some(true)),
        (json!({"testType": {"like": "PH"}}), Some(false)),
        (json!({"testType": {"ilike": "PH"}}), Some(true)),
        (json!({"testType": {"starts_with": "p"}}), Some(true)),
        (json!({"testType": {"starts_with": "_"}}), Some(false)),
    ]);
}

#[test]
fn collections() {
    check(vec![
        (json!({"tags": {"contains": "a"}}), Some(true)),
        (json!({"tags": {"contains_all": ["b", "a", "a"]}}), Some(true)),
        (json!({"tags": {"contains_all": ["a", "c"]}}), Some(false)),
        (json!({"tags": {"contains_all": []}}), Some(true)),
        (json!({"tags": {"overlaps": ["c", "b"]}}), Some(true)),
        (json!({"tags": {"overlaps": []}}), Some(false)),
        (json!({"tags": {"contained_by": ["a", "b", "c"]}}), Some(true)),
        (json!({"tags": {"contained_by": ["a"]}}), Some(false)),
        (json!({"tags": ["b", "a"]}), Some(true)),
        // A null is equal to none, not even to a null.
        (json!({"readings": {"contains": 3}}), Some(true)),
        (json!({"readings": {"contains": null}}), Some(false)),
        (json!({"readings": {"overlaps": [null]}}), Some(false)),
        (json!({"readings": {"overlaps": [null, 1]}}), Some(true)),
        (json!({"readings": {"contained_by": [1, null, 3]}}), Some(false)),
        // But whole arrays are equal with their nulls.
        (json!({"readings": [1, null, 3]}), Some(true)),
        // Containment does not look at dimensions.
        (json!({"grid": {"contains": [4, 1]}}), Some(true)),
        (json!({"grid": {"contains": [5]}}), Some(false)),
    ]);
}

#[test]
fn documents() {
    check(vec![
        (json!({"doc": {"json_contains": {"limits": [{"low": 2}]}}}), Some(true)),
        (json!({"doc": {"json_contains": {"limits": [2]}}}), Some(false)),
        (json!({"doc": {"has_key": "kind"}}), Some(true)),
        (json!({"doc": {"has_key": "low"}}), Some(false)),
        (json!({"doc": {"path": {"at": ["limits", 1, "low"], "eq": 2}}}), Some(true)),
        (json!({"doc": {"path": {"at": ["limits", "-2"], "eq": 2}}}), Some(false)),
        (json!({"doc": {"path": {"at": ["limits", 2], "eq": null}}}), None),
        (json!({"doc": {"eq": {"kind": "x", "limits": [1, {"low": 2}]}}}), Some(true)),
    ]);
}

#[test]
fn flattened_values() {
    check(vec![
        (json!({"address.city": {"like": "R%"}}), Some(true)),
        (json!({"address.zip": null}), Some(true)),
        (json!({"address": null}), Some(false)),
        (json!({"address": {"is_null": false}}), Some(true)),
    ]);
    assert_eq!(truth(json!({"address": null}), &row(&[("address.city", Value::Null)])), Some(true));
}

#[test]
fn a_field_may_be_called_like_a_word_of_logic() {
    check(vec![
        (json!({"self.or": true}), Some(true)),
        (json!({"self.or": false, "or": [{"id": 1}]}), Some(false)),
        (json!({"self.testType": "pH"}), Some(true)),
        (json!({"self.address.city": "Roma"}), Some(true)),
    ]);
    assert_eq!(order(json!("-self.or")), [("or".to_owned(), true)]);
}

#[track_caller]
fn refused(json: Json, parts: &[&str]) {
    let error = filter_from_json(&SAMPLE, &json).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{json}");
    assert_eq!(error.model(), Some("AppSample"), "{json}");
    for part in parts {
        assert!(error.to_string().contains(part), "{json}: {error}");
    }
}

#[test]
fn mistakes_are_told_with_the_way_out() {
    refused(json!([]), &["a filter is an object", "an array"]);
    refused(json!({"test_tpye": "x"}), &["no field `test_tpye`", "did you mean `testType`", "`value`"]);
    refused(json!({"address.town": "x"}), &["no field `address.town`", "`address.city`"]);
    refused(json!({"address": "x"}), &["record", "`address.city`", "field `address`"]);
    refused(json!({"value": "x"}), &["expected double precision", "field `value`"]);
    refused(json!({"value": {"gt": null}}), &["nothing compares with null", "field `value`"]);
    refused(json!({"value": {"like": "7%"}}), &["`like` is for text", "double precision", "`gt`", "field `value`"]);
    refused(json!({"testType": {"contains": "p"}}), &["lists and sets", "`like`"]);
    refused(json!({"value": {"gtt": 1}}), &["no operator `gtt`", "did you mean `gt`"]);
    refused(json!({"value": {}}), &["no operator in `{}`", "field `value`"]);
    refused(json!({"value": {"between": [1]}}), &["two values", "in `between`"]);
    refused(json!({"value": {"in": 1}}), &["takes an array", "field `value`"]);
    refused(json!({"value": [1]}), &["expected double precision, got an array"]);
    refused(json!({"unit": {"is_null": "yes"}}), &["true or false", "field `unit`"]);
    refused(json!({"testType": {"like": "a\\"}}), &["lone `\\`", "field `test"]);
    refused(json!({"size": "medium"}), &["no Size", "`small`", "field `size`"]);
    refused(json!({"doc": {"path": {"at": "a", "eq": 1}}}), &["\"at\"", "field `doc`"]);
    refused(json!({"doc": {"gt": 1}}), &["values that have an order", "`json_contains`"]);
    refused(json!({"note": {"eq": {"text": "t"}}}), &["record Note", "`is_null`"]);
    refused(json!({"site": {"eq": {"type": "Point", "coordinates": [1, 2]}}}), &["geometry", "field `site`"]);
    refused(json!({"or": {"id": 1}}), &["`or` takes an array", "`self.or`"]);
    refused(json!({"or": [{"id": "x"}]}), &["field `id`"]);
    refused(json!({"not": [{"id": 1}]}), &["a filter is an object"]);
}

#[test]
fn a_filter_made_by_hand_is_checked_too() {
    let refused = |filter: Filter, part: &str| {
        let error = filter.check(&SAMPLE).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert!(error.field().is_some() && error.model() == Some("AppSample"), "{error}");
    };
    let compare =
        |field: &'static str, value| Filter::Compare { field: field.into(), comparison: Comparison::Lt, value };
    refused(compare("value", text("x")), "expected double precision, got text");
    refused(compare("id", Value::Unset), "got nothing");
    refused(compare("tags", Value::Array(vec![])), "have an order");
    let pattern = |field: &'static str, pattern: &str| Filter::Like {
        field: field.into(),
        pattern: pattern.to_owned(),
        case_sensitive: true,
    };
    refused(pattern("test_type", "\\"), "lone");
    refused(pattern("value", "7"), "is for text");
    refused(Filter::Overlaps { field: "tags".into(), values: vec![Value::I64(1)] }, "expected text");
    assert!(pattern("value", "7").matches(&SAMPLE, &row(&[])).is_err());
    assert!(pattern("test_type", "\\").matches(&SAMPLE, &row(&[])).is_err());
    let unknown = Filter::IsNull { field: "colour".into() };
    assert!(unknown.check(&SAMPLE).unwrap_err().to_string().contains("no field `colour`"));
}

#[test]
fn an_order_made_by_hand_is_checked_too() {
    for (field, part) in [("doc", "have an order"), ("tags", "have an order"), ("colour", "no field `colour`")] {
        let order = vec![OrderBy { field: field.into(), descending: false }];
        let error = Query { order, ..Query::default() }.check(&SAMPLE).unwrap_err();
        assert!(error.to_string().contains(part) && error.model() == Some("AppSample"), "{error}");
    }
}

fn order(json: Json) -> Vec<(String, bool)> {
    let order = order_from_json(&SAMPLE, &json).unwrap();
    order.into_iter().map(|OrderBy { field, descending }| (field.into_owned(), descending)).collect()
}

#[test]
fn orders() {
    let by = |field: &str, descending| (field.to_owned(), descending);
    assert_eq!(order(json!("-value")), [by("value", true)]);
    assert_eq!(order(json!(["testType", "-address.city"])), [by("test_type", false), by("address.city", true)]);
    assert_eq!(
        order(json!([{"field": "value", "descending": true}, {"field": "id"}])),
        [by("value", true), by("id", false)]
    );
    assert_eq!(order(json!([])), []);
    for (json, part) in [
        (json!("valeu"), "did you mean `value`"),
        (json!("doc"), "have an order"),
        (json!("address"), "`address.city`"),
        (json!([1]), "a number"),
        (json!({"descending": true}), "without a `field`"),
        (json!({"field": "id", "desc": true}), "no `desc`"),
        (json!({"field": "id", "descending": "yes"}), "true or false"),
    ] {
        let error = order_from_json(&SAMPLE, &json).unwrap_err();
        assert!(error.to_string().contains(part) && error.model() == Some("AppSample"), "{json}: {error}");
    }
}

fn every_kind_of_filter() -> Vec<Filter> {
    let filters = [
        json!({}),
        json!({"id": 1}),
        json!({"id": {"ne": 1}}),
        json!({"id": {"lt": 1}}),
        json!({"id": {"lte": 1}}),
        json!({"id": {"gt": 1}}),
        json!({"id": {"gte": 1}}),
        json!({"testType": "x"}),
        json!({"id": {"in": [1]}}),
        json!({"id": {"in": [1, 2]}}),
        json!({"unit": null}),
        json!({"testType": {"like": "x"}}),
        json!({"testType": {"ilike": "x"}}),
        json!({"tags": {"contains": "x"}}),
        json!({"tags": {"contains_all": ["x", "y"]}}),
        json!({"tags": {"overlaps": ["x"]}}),
        json!({"tags": {"contained_by": ["x"]}}),
        json!({"doc": {"json_contains": {"a": 1}}}),
        json!({"doc": {"has_key": "a"}}),
        json!({"doc": {"path": {"at": ["a"], "eq": 1}}}),
        json!({"doc": {"path": {"at": ["a", "b"], "eq": 2}}}),
        json!({"not": {"id": 1}}),
        json!({"not": {"id": 2}}),
        json!({"or": [{"id": 1}, {"testType": "x"}]}),
        json!({"or": [{"id": 1}, {"testType": "y"}, {"id": 3}]}),
        json!({"id": 3, "testType": "x"}),
    ];
    let mut filters: Vec<_> = filters.iter().map(|json| filter_from_json(&SAMPLE, json).unwrap()).collect();
    let tags = |count: usize| Filter::In { field: "tags".into(), values: vec![Value::Array(vec![]); count] };
    filters.extend([tags(0), tags(1), tags(2), Filter::Or(Vec::new()), Filter::And(Vec::new())]);
    filters
}

/// Rendered statements are kept by shape: it must say all that the SQL says, and name the same values.
#[test]
fn filters_of_one_shape_have_the_same_sql() {
    let relation = Relation { def: &SAMPLE, schema: "public", alias: "t" };
    let seen: Vec<_> = every_kind_of_filter()
        .iter()
        .map(|filter| {
            let (mut sql, mut rendered, mut bound) = (String::new(), Binds::behind(2), Binds::behind(2));
            relation.push_filter(filter, &mut sql, &mut rendered).unwrap();
            let shape = relation.shape_of(filter, &mut bound).unwrap();
            assert_eq!(format!("{rendered:?}"), format!("{bound:?}"), "{sql}");
            (sql, shape)
        })
        .collect();
    for (sql, shape) in &seen {
        for (other_sql, other_shape) in &seen {
            assert!(sql == other_sql || shape != other_shape, "{sql}\n{other_sql}");
        }
    }
    let shape = |id: i64| {
        let filter = filter_from_json(&SAMPLE, &json!({"id": id})).unwrap();
        relation.shape_of(&filter, &mut Binds::default()).unwrap()
    };
    assert_eq!(shape(1), shape(2), "values are no part of it");
}
