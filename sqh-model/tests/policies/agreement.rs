//! Two readers of one set of rules agree, on random principals and random records: the filter that is
//! made for a principal finds a record if and only if the rules, evaluated on it, allow it.
//!
//! A case is a principal, a record and a verb under the rules of one model. `SQH_POLICY_CASES=1000000`
//! tries more of them, and a failure prints the smallest.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqh_model::policy::{Verb, decide, filter};
use sqh_model::row::to_row;

use crate::draw::{access, record};
use crate::models;

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
