//! The rule that decided, as a person reads it, and the shape of filters.

use serde_json::json;
use sqh_model::expr::{Comparison, Filter};
use sqh_model::policy::{AccessContext, Reason, Verb, decide, filter};
use sqh_model::schema::{ModelDef, PlatformModel as _};
use sqh_model::{Row, Value};
use uuid::Uuid;

use crate::models::{ByList, Owned, Public, Status, Unreachable, Viewed};
use crate::operators::{record, row};
use crate::people::{ANN, ann, in_roles, permitted, with};

fn said(def: &'static ModelDef, verb: Verb, access: &AccessContext, row: &Row) -> String {
    decide(def, verb, access, row).expect("the rules can be read").to_string()
}

#[test]
fn the_rule_that_decided_is_named() {
    let mine = row(|_| {});
    let locked = row(|record| record.status = Status::Locked);
    let admin = permitted(ann(), &["lab:admin"]);
    let cases = [
        (Verb::Read, &mine, &ann(), "allowed by `allow(read, list) if role(\"viewer\") || owner`"),
        (Verb::Update, &mine, &ann(), "denied: no rule allows `update` here"),
        (Verb::Update, &mine, &admin, "allowed by `allow(all) if permission(\"lab:admin\")`"),
        (Verb::Update, &locked, &admin, "forbidden by `forbid(update, delete) if status == \"locked\"`"),
        (Verb::Read, &locked, &admin, "allowed by `allow(read, list) if role(\"viewer\") || owner`"),
    ];
    for (verb, row, access, expected) in cases {
        assert_eq!(said(Viewed::def(), verb, access, row), expected);
    }
    let decision = decide(Unreachable::def(), Verb::Read, &admin, &row(|record| record.level = 9)).unwrap();
    assert!(matches!(decision.reason, Reason::ForbiddenBy(rule) if rule.source == "forbid(all) if level > 3"));
    let decision = decide(Unreachable::def(), Verb::Read, &admin, &mine).unwrap();
    assert!(matches!(decision.reason, Reason::NothingAllows(Verb::Read)), "{decision}");
}

#[test]
fn what_the_principal_decides_is_no_question_to_a_backend() {
    let of = |def, verb, access: &AccessContext| filter(def, verb, access).expect("the rules can be read");
    assert_eq!(of(Public::def(), Verb::Delete, &AccessContext::default()), Filter::Everything);
    assert_eq!(of(Viewed::def(), Verb::Read, &in_roles(ann(), &["viewer"])), Filter::Everything);
    assert!(of(Viewed::def(), Verb::Create, &ann()).is_nothing());
    assert!(of(Owned::def(), Verb::Read, &AccessContext::default()).is_nothing());
    assert!(of(Unreachable::def(), Verb::Read, &ann()).is_nothing());
    let owner = Filter::Compare {
        field: "created_by".into(),
        comparison: Comparison::Eq,
        value: Value::Uuid(Uuid::parse_str(ANN).unwrap()),
    };
    assert_eq!(of(Owned::def(), Verb::Read, &ann()), owner);
    assert_eq!(of(Owned::def(), Verb::List, &ann()), owner, "who may read records may list them");
    assert_eq!(of(Owned::def(), Verb::Update, &ann()), owner);
}

#[test]
fn a_long_list_is_one_condition() {
    let regions: Vec<String> = (0..1000).map(|i| format!("r{i}")).collect();
    let access = with(ann(), "regions", json!(regions));
    let Filter::In { field, values } = filter(ByList::def(), Verb::Read, &access).unwrap() else {
        panic!("a list is a set of values");
    };
    assert_eq!((field.as_ref(), values.len()), ("region", 1000));
    let one = filter(ByList::def(), Verb::Read, &with(ann(), "regions", json!(["north"]))).unwrap();
    assert!(matches!(one, Filter::Compare { comparison: Comparison::Eq, .. }), "{one:?}");
    assert!(filter(ByList::def(), Verb::Read, &with(ann(), "regions", json!([]))).unwrap().is_nothing());
}

#[test]
fn a_negation_is_a_comparison_where_there_is_one() {
    let admin = permitted(ann(), &["lab:admin"]);
    let Filter::Compare { comparison, .. } = filter(Viewed::def(), Verb::Delete, &admin).unwrap() else {
        panic!("the rule that forbids is all that is left");
    };
    assert_eq!(comparison, Comparison::Ne);
}

#[test]
fn a_row_of_another_model_is_an_error() {
    let error = decide(Owned::def(), Verb::Read, &ann(), &[Value::I64(1)]).unwrap_err();
    assert_eq!(error.kind(), sqh_model::ErrorKind::Internal);
    assert_eq!(record().id, 1);
}
