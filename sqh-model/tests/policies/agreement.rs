//! Two readers of one set of rules agree, on random principals and random records: the filter that is
//! made for a principal finds a record if and only if the rules, evaluated on it, allow it.
//!
//! A case is a principal, a record and a verb under the rules of one model. `SQH_POLICY_CASES=1000000`
//! tries more of them, and a failure prints the smallest.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use sqh_model::policy::{AccessContext, Verb, decide, filter};
use sqh_model::row::to_row;
use uuid::Uuid;

use crate::models::{self, Address, Place, Public, Status};
use crate::people::ANN;

const CASES: usize = 100_000;

#[test]
fn the_filter_finds_what_the_rules_allow() {
    let cases = std::env::var("SQH_POLICY_CASES").map_or(CASES, |cases| cases.parse().expect("a number of cases"));
    let for_each = models::all().len() * Verb::ALL.len();
    let cases = u32::try_from(cases.div_ceil(for_each)).expect("a number of cases");
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let seen = RefCell::new(BTreeMap::<_, BTreeSet<bool>>::new());
    let outcome = runner.run(&(access(), record()), |(access, record)| {
        let row = to_row(record).expect("the record can be held");
        for def in models::all() {
            for verb in Verb::ALL {
                let filter = filter(def, *verb, &access).expect("the rules can be read");
                filter.check(def).expect("the filter fits the model");
                let found = filter.matches(def, &row).expect("the filter can be read");
                let decision = decide(def, *verb, &access, &row).expect("the rules can be read");
                prop_assert_eq!(found, decision.allowed, "{} {}: {:?}, and {}", def.name, verb, filter, decision);
                seen.borrow_mut().entry((def.name, *verb)).or_default().insert(found);
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    let seen = seen.into_inner();
    // A test in which everything is denied would agree too.
    for ((name, verb), outcomes) in &seen {
        let is_alike = ALIKE.iter().any(|(model, verbs)| model == name && verbs.contains(verb));
        assert_eq!(outcomes.len(), if is_alike { 1 } else { 2 }, "{verb} of {name}: {outcomes:?}");
    }
}

/// What the rules of the models always or never allow.
const ALIKE: &[(&str, &[Verb])] = &[
    ("ByNumber", &[Verb::Create, Verb::Delete]),
    ("Mixed", &[Verb::Create, Verb::Update]),
    ("Public", Verb::ALL),
    ("Unreachable", Verb::ALL),
];

fn access() -> impl Strategy<Value = AccessContext> {
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

fn record() -> impl Strategy<Value = Public> {
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
