//! One property for each scalar row of the mapping.

use std::borrow::Cow;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sqh_derive::PlatformEnum;

use super::forms::{Document, any_json, check, wrapped};
use super::strategies;

const HOLDS: Document = Document::Holds;

fn holds<T>(_: &T) -> Document {
    HOLDS
}

fn holds_if(fits: bool) -> Document {
    if fits { Document::Holds } else { Document::Refuses }
}

#[test]
fn text() {
    check(strategies::text(), holds);
    check(strategies::text().prop_map(Cow::<'static, str>::Owned), holds);
}

#[test]
fn integers() {
    check(any::<i16>(), holds);
    check(any::<i32>(), holds);
    check(prop_oneof![1 => Just(i64::MIN), 1 => Just(i64::MAX), 8 => any::<i64>()], holds);
}

#[test]
fn floats() {
    check(strategies::any_f32(), |value| holds_if(value.is_finite()));
    check(strategies::any_f64(), |value| holds_if(value.is_finite()));
}

#[test]
fn booleans() {
    check(any::<bool>(), holds);
}

#[test]
fn decimals() {
    check(strategies::decimal(), |value| holds_if(value.normalize().scale() <= 20));
}

#[test]
fn uuids() {
    check(strategies::uuid(), holds);
}

#[test]
fn times() {
    check(strategies::instant(), holds);
    check(strategies::datetime(), holds);
    check(strategies::date(), holds);
    check(strategies::time(), |value| holds_if(value.format("%6f").to_string() == "000000"));
}

#[test]
fn bytes() {
    check(any::<Vec<u8>>(), holds);
}

#[test]
fn documents() {
    fn plain(json: &Json) -> bool {
        let is_plain = |key: &String| key.chars().all(|c| c.is_ascii_alphanumeric() || "_-.~".contains(c));
        match json {
            Json::Object(object) => object.iter().all(|(key, json)| is_plain(key) && plain(json)),
            Json::Array(items) => items.iter().all(plain),
            _ => true,
        }
    }
    check(any_json(), |json| holds_if(!json.is_null() && plain(json)));
}

#[test]
fn data_that_serde_knows() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Limits {
        low: Option<i64>,
        high: (u64, String),
    }
    let limits = (any::<Option<i64>>(), any::<u64>(), strategies::text());
    check(limits.prop_map(|(low, count, unit)| wrapped(Limits { low, high: (count, unit) })), holds);
}

#[test]
fn enums() {
    #[derive(Debug, Clone, Copy, PartialEq, PlatformEnum)]
    #[platform_enum(text, rename_all = "kebab-case", crate = "::sqh_model")]
    enum Quality {
        Approved,
        NotYetApproved,
    }
    check(prop_oneof![Just(Quality::Approved), Just(Quality::NotYetApproved)], holds);
    super::forms::refused_json::<Quality>("\"approvd\"", "did you mean `approved`");
}

#[test]
fn geometries() {
    check(strategies::point(), holds);
    check(strategies::polygon(), holds);
}

#[test]
fn options() {
    check(prop::option::of(any::<i64>()), holds);
    check(prop::option::of(strategies::text()), holds);
    check(prop::option::of(strategies::any_f64()), |value| holds_if(value.is_none_or(f64::is_finite)));
    check(prop::option::of(strategies::instant()), holds);
}
