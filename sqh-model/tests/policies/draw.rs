//! Random principals and random records, also for the tests of the backends: of few values, so that
//! rules apply often, and with nulls, empty sets and attributes of wrong types.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use sqh_model::policy::AccessContext;
use uuid::Uuid;

use super::models::{Address, Place, Public, Status};

/// The user that owns some of the records.
const ANN: &str = "0190163d-8694-739b-aea5-966c26f8ad91";

/// A principal.
pub(crate) fn access() -> impl Strategy<Value = AccessContext> {
    let names = |names: &'static [&'static str]| {
        subsequence(names, 0..=names.len())
            .prop_map(|names| names.into_iter().map(str::to_owned).collect::<BTreeSet<_>>())
    };
    (
        select(&[None, Some(ANN), Some("7"), Some("not a uuid")][..]),
        select(&[None, Some("north"), Some("south")][..]),
        names(&["viewer", "editor"]),
        names(&["lab:admin", "lab:read", "lab:*"]),
        attributes(),
    )
        .prop_map(|(user_id, team_id, roles, permissions, attribute_conditions)| AccessContext {
            user_id: user_id.map(str::to_owned),
            team_id: team_id.map(str::to_owned),
            roles,
            permissions,
            attribute_conditions,
            is_shared_reference: false,
        })
}

const ATTRIBUTES: &[&str] =
    &["region", "city", "level", "limit", "day", "hides", "is_staff", "regions", "levels", "name"];

/// Each attribute is absent, of the type that a rule asks for, or of another.
fn attributes() -> impl Strategy<Value = BTreeMap<String, Json>> {
    let values = ATTRIBUTES.iter().map(|name| prop::option::weighted(0.8, attribute(name)));
    values.collect::<Vec<_>>().prop_map(|values| {
        let values = ATTRIBUTES.iter().zip(values);
        values.filter_map(|(name, value)| Some(((*name).to_owned(), value?))).collect()
    })
}

fn attribute(name: &str) -> impl Strategy<Value = Json> + use<> {
    let fitting = match name {
        "region" | "city" => vec![json!("north"), json!("south"), json!("")],
        "level" => vec![json!(1), json!(2), json!(3), json!(2.0)],
        "limit" => vec![json!(1), json!(1.5), json!("NaN"), json!(-1)],
        "day" => vec![json!("2024-01-01"), json!("2024-02-30"), json!("2024-05-05")],
        "hides" | "is_staff" => vec![json!(true), json!(false)],
        "regions" => vec![json!([]), json!(["north"]), json!(["south", null]), json!(["north", 1, "east"]), json!([7])],
        "levels" => vec![json!([1, 2]), json!([1.5, 3]), json!([null]), json!([])],
        _ => vec![json!("ann"), json!("eve")],
    };
    let other = select(vec![json!(null), json!({}), json!([[]]), json!("x"), json!(12), json!(true)]);
    prop_oneof![4 => select(fitting), 1 => other]
}

/// A record of any of the models: they have the same fields.
pub(crate) fn record() -> impl Strategy<Value = Public> {
    let region = || prop::option::of(select(&["north", "south", "east", ""][..]).prop_map(str::to_owned));
    let status = || select(&[Status::Open, Status::Locked, Status::InReview][..]);
    let place = prop::option::of(1_i16..4).prop_map(|floor| Place { floor });
    let zip = prop::option::of(select(&["0", "1"][..]).prop_map(str::to_owned));
    let city = select(&["north", "south"][..]).prop_map(str::to_owned);
    let address = (city, zip, place).prop_map(|(city, zip, place)| Address { city, zip, place });
    let owners = select(vec![None, Some(Uuid::parse_str(ANN).expect("a uuid")), Some(Uuid::nil())]);
    let texts = (
        owners,
        select(&["north", "south"][..]).prop_map(str::to_owned),
        prop::option::of(select(&["ann", "eve"][..]).prop_map(str::to_owned)),
        region(),
        prop::option::of(address),
    );
    let names = (status(), prop::option::of(status()));
    let numbers = (
        0_i32..5,
        prop::option::of(-4_i16..3),
        prop::option::of(select(&[1.0, 1.5, 0.5, f64::NAN, -0.0, f64::INFINITY][..])),
        select(vec![Decimal::new(-6, 1), Decimal::new(-5, 1), Decimal::new(10, 0), Decimal::new(100, 1)]),
    );
    let flags = (any::<bool>(), prop::option::of(any::<bool>()));
    let times = (
        prop::option::of(select(vec![1_704_067_200_i64, 1_709_251_199, 1_709_251_200, 1_800_000_000])),
        select(vec!["2023-12-31", "2024-01-01", "2024-05-05"]),
    );
    let sets = (
        subsequence(vec!["open", "north", "x"], 0..=3),
        prop::option::of(prop::collection::vec(prop::option::of(1_i32..4), 0..3)),
    );
    (texts, names, numbers, flags, times, sets).prop_map(|(texts, names, numbers, flags, times, sets)| Public {
        id: 1,
        created_by: texts.0,
        lab: texts.1,
        owner: texts.2,
        region: texts.3,
        address: texts.4,
        status: names.0,
        earlier: names.1,
        level: numbers.0,
        depth: numbers.1,
        value: numbers.2,
        price: numbers.3,
        is_public: flags.0,
        is_checked: flags.1,
        taken_at: times.0.map(|seconds| chrono::DateTime::from_timestamp(seconds, 0).expect("a time")),
        due: times.1.parse().expect("a date"),
        tags: sets.0.into_iter().map(str::to_owned).collect(),
        readings: sets.1,
    })
}
