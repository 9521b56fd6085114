//! Lists, sets and arrays of the mapping.

use std::collections::{BTreeSet, HashSet};

use proptest::prelude::*;
use serde_json::Value as Json;
use sqh_model::types::FieldType;

use super::forms::{Document, check, one, refused, refused_json};
use super::strategies;

fn holds<T>(_: &T) -> Document {
    Document::Holds
}

#[test]
fn lists() {
    check(prop::collection::vec(any::<i64>(), 0..5), holds);
    check(prop::collection::vec(strategies::text(), 0..5), holds);
    check(prop::collection::vec(strategies::decimal().prop_map(|value| value.trunc()), 0..5), holds);
    check(prop::collection::vec(any::<Vec<u8>>(), 0..5), holds);
}

#[test]
fn lists_with_nulls_inside() {
    check(prop::collection::vec(prop::option::of(any::<i32>()), 0..5), |list| {
        if list.contains(&None) { Document::Refuses } else { Document::Holds }
    });
    one(vec![Json::Null], Document::Refuses);
    refused(vec![Some(Json::Null)], "JSON null");
}

#[test]
fn sets() {
    check(prop::collection::btree_set(strategies::text(), 0..5), holds);
    check(prop::collection::hash_set(strategies::uuid(), 0..5), holds);
    check(prop::collection::hash_set(strategies::decimal().prop_map(|value| value.trunc()), 0..5), holds);
}

#[test]
fn what_is_twice_in_a_set_is_in_it_once() {
    let stored = BTreeSet::from([2, 1]).into_value().unwrap();
    for (from, text) in [("JSON", "[2, 1, 2]"), ("a document", "[1, 2, 1]")] {
        let json: Json = serde_json::from_str(text).unwrap();
        let ty = &BTreeSet::<i32>::DEF;
        let read = match from {
            "JSON" => sqh_model::types::json_form::from_json(ty, &json),
            _ => sqh_model::types::document_form::from_document(ty, Some(&json)),
        };
        assert_eq!(read.unwrap(), stored, "from {from}");
    }
    // Two instants within one microsecond are one when they are stored.
    let second = chrono::DateTime::UNIX_EPOCH;
    let close = HashSet::from([second, second + chrono::TimeDelta::nanoseconds(1)]);
    assert_eq!(close.into_value().unwrap(), HashSet::from([second]).into_value().unwrap());
}

#[test]
fn arrays_of_several_dimensions() {
    let grid = (1..4usize, 1..4usize)
        .prop_flat_map(|(rows, columns)| prop::collection::vec(prop::collection::vec(any::<i32>(), columns), rows));
    check(grid, holds);
    let cube = (1..3usize, 1..3usize, 1..3usize).prop_flat_map(|(x, y, z)| {
        prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<i16>(), z), y), x)
    });
    check(cube, holds);
    check(any::<[i64; 3]>(), holds);
    check(any::<[[i16; 2]; 3]>(), holds);
    one(Vec::<Vec<i32>>::new(), Document::Holds);
}

#[test]
fn ragged_arrays_are_refused() {
    refused(vec![vec![1, 2], vec![3]], "ragged");
    refused(vec![vec![vec![1, 2]], vec![vec![3]]], "ragged");
    refused(vec![vec![vec![1], vec![2]], vec![vec![3]]], "ragged");
    refused(vec![Vec::<i32>::new()], "empty array");
    refused_json::<Vec<Vec<i32>>>("[[1, 2], [3]]", "ragged");
    refused_json::<Vec<Vec<Vec<i32>>>>("[[[1, 2]], [[3]]]", "ragged");
    refused_json::<Vec<Vec<i32>>>("[[]]", "empty array");
    refused_json::<Vec<Vec<i32>>>("[[1], [[2]]]", "expected integer");
}

#[test]
fn a_mistake_in_an_element_is_told() {
    refused_json::<Vec<i32>>("[1, \"x\"]", "expected integer, got a string");
    refused_json::<Vec<i32>>("[1, null]", "null");
    refused(vec![chrono::NaiveDate::MIN], "outside 1 to 9999");
}

#[test]
fn an_optional_collection_is_for_tables_only() {
    for value in [None, Some(vec![]), Some(vec![1])] {
        one(value, Document::Refuses);
    }
}
