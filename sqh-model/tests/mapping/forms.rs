//! The two round trips that every type goes through.

use std::fmt::Debug;
use std::hash::{BuildHasher as _, RandomState};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::Value as Json;
use sqh_model::ErrorKind;
use sqh_model::compare::compare;
use sqh_model::types::document_form::{from_document, to_document};
use sqh_model::types::json_form::{from_json, to_json};
use sqh_model::types::{FieldType, JsonOf};

/// What TerminusDB is expected to make of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Document {
    /// It comes back.
    Holds,
    /// It is refused before anything is sent.
    Refuses,
}

/// Checks every value of a strategy. `document` says which values a document can hold.
#[track_caller]
pub(crate) fn check<S>(strategy: S, document: impl Fn(&S::Value) -> Document)
where
    S: Strategy,
    S::Value: FieldType + Clone + Debug,
{
    each(strategy, |value| one(value.clone(), document(&value)));
}

/// Runs a property over a strategy's values: few by default, since there are many properties.
#[track_caller]
pub(crate) fn each<S: Strategy>(strategy: S, property: impl Fn(S::Value)) {
    let default = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { 96 };
    let seed = match default.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().hash_one(cases),
    };
    let config = Config { cases, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..default };
    let outcome = TestRunner::new(config).run(&strategy, |value| {
        property(value);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}\nagain with PROPTEST_RNG_SEED={seed} PROPTEST_CASES={cases}");
    }
}

/// Both round trips of one value.
#[track_caller]
pub(crate) fn one<T: FieldType + Clone + Debug>(value: T, document: Document) {
    json(value.clone());
    match document {
        Document::Holds => through_document(value),
        Document::Refuses => refused_in_document(value),
    }
}

/// Value → JSON text → value. The text is what travels, so it is parsed again.
#[track_caller]
pub(crate) fn json<T: FieldType + Clone + Debug>(value: T) {
    let stored = value.clone().into_value().expect("the value can be held");
    let json = to_json(&T::DEF, &stored).expect("what is stored has a JSON form");
    let back = from_json(&T::DEF, &reparse(&json)).unwrap_or_else(|error| panic!("{json}: {error}"));
    assert!(compare(&back, &stored).is_eq(), "{stored:?} became {back:?} by way of {json}");
    assert_eq!(same(back), same(stored), "by way of {json}");
}

#[track_caller]
fn through_document<T: FieldType + Clone + Debug>(value: T) {
    let stored = value.clone().into_value().expect("the value can be held");
    let property = to_document(&T::DEF, &stored).unwrap_or_else(|error| panic!("{value:?}: {error}"));
    let read = property.as_ref().map(|property| as_read_back(&reparse(property)));
    let back = from_document(&T::DEF, read.as_ref()).unwrap_or_else(|error| panic!("{read:?}: {error}"));
    assert!(compare(&back, &stored).is_eq(), "{stored:?} became {back:?} by way of {read:?}");
}

#[track_caller]
pub(crate) fn refused_in_document<T: FieldType + Clone + Debug>(value: T) {
    let stored = value.clone().into_value().expect("the value can be held");
    let error = to_document(&T::DEF, &stored).expect_err("TerminusDB cannot hold it");
    assert_eq!(error.kind(), ErrorKind::Invalid, "{value:?}: {error}");
}

/// The value is one that no system holds: told when it is encoded.
#[track_caller]
pub(crate) fn refused<T: FieldType + Clone + Debug>(value: T, part: &str) {
    let error = value.clone().into_value().expect_err("the value cannot be held");
    assert_eq!(error.kind(), ErrorKind::Invalid, "{value:?}: {error}");
    assert!(error.to_string().contains(part), "{value:?}: {error}");
}

/// JSON that is none of the type, in both forms.
#[track_caller]
pub(crate) fn refused_json<T: FieldType>(json: &str, part: &str) {
    let json: Json = serde_json::from_str(json).unwrap();
    for outcome in [from_json(&T::DEF, &json), from_document(&T::DEF, Some(&json))] {
        let error = outcome.expect_err(&format!("{json} is none of the type"));
        assert_eq!(error.kind(), ErrorKind::Invalid, "{json}: {error}");
        assert!(error.to_string().contains(part), "{json}: {error}");
    }
}

fn reparse(json: &Json) -> Json {
    serde_json::from_str(&json.to_string()).unwrap_or_else(|error| panic!("{json} is no JSON: {error}"))
}

/// What the server changes in a property: numbers lose a negative zero, and a time gets its
/// fraction padded.
fn as_read_back(json: &Json) -> Json {
    match json {
        Json::Number(number) if number.to_string().trim_matches(['-', '0', '.']).is_empty() => Json::from(0),
        Json::Array(items) => items.iter().map(as_read_back).collect(),
        Json::Object(object) => object.iter().map(|(key, json)| (key.clone(), as_read_back(json))).collect(),
        json => json.clone(),
    }
}

// `compare` takes `-0.0` for `0.0`; JSON keeps even that. NaN is not equal to itself as a float.
fn same(value: sqh_model::Value) -> String {
    format!("{value:?}")
}

/// Any JSON, big numbers and nested nulls among it.
pub(crate) fn any_json() -> impl Strategy<Value = Json> {
    let number = prop_oneof![
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        (-1e300..1e300f64).prop_map(Json::from),
        "-?[1-9][0-9]{0,40}(\\.[0-9]{0,30}[1-9])?"
            .prop_map(|text| serde_json::from_str(&text).expect("it is a JSON number")),
    ];
    let leaf = prop_oneof![Just(Json::Null), any::<bool>().prop_map(Json::from), number, ".{0,8}".prop_map(Json::from)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(".{0,6}", inner, 0..4)
                .prop_map(|object| Json::Object(object.into_iter().collect())),
        ]
    })
}

/// A `T` as JSON that serde makes.
pub(crate) fn wrapped<T>(value: T) -> JsonOf<T> {
    JsonOf(value)
}
