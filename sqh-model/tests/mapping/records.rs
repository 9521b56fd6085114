//! Embedded values, links, and whole records: struct → row → struct, JSON and document.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use sqh_derive::{PlatformEnum, PlatformModel, PlatformValue};
use sqh_model::record_document::{row_from_document, row_to_document};
use sqh_model::record_json::{row_from_json, row_to_json};
use sqh_model::row::{from_row, to_row};
use sqh_model::schema::PlatformModel;
use sqh_model::types::{FieldType, Id, Link};

use super::forms::{Document, check, each, refused_json};
use super::strategies;

#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm", crate = "::sqh_model")]
struct Account {
    id: Id<Self>,
    #[field(rename = "fullName")]
    name: String,
    status: Status,
    balance: Decimal,
    tags: BTreeSet<String>,
    history: Vec<i64>,
    address: Option<Address>,
    home: Address,
    parcel: Option<Parcel>,
    parent: Option<Link<Account>>,
    seen: Option<DateTime<Utc>>,
    contacts: Vec<Contact>,
}

#[derive(Debug, Clone, Copy, PartialEq, PlatformEnum)]
#[platform_enum(native, crate = "::sqh_model")]
enum Status {
    Active,
    Gone,
}

#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(flatten, crate = "::sqh_model")]
struct Address {
    street: String,
    #[field(rename = "zip")]
    postal_code: Option<i32>,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(json, crate = "::sqh_model")]
struct Place {
    town: Option<Town>,
    levels: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(crate = "::sqh_model")]
struct Town(String);

#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(flatten, crate = "::sqh_model")]
struct Parcel {
    number: i32,
}

#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm", crate = "::sqh_model")]
#[storage(terminusdb, subdocument)]
struct Contact {
    #[field(rename = "e-mail")]
    email: String,
    inner: Vec<Contact>,
}

#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm", crate = "::sqh_model")]
#[storage(terminusdb, abstract)]
struct Named {
    name: String,
    home: Address,
}

#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm", crate = "::sqh_model")]
struct Person {
    id: Id<Self>,
    #[field(parent)]
    base: Named,
    age: Option<i32>,
}

fn place() -> impl Strategy<Value = Place> {
    (prop::option::of(strategies::text()), prop::collection::vec(-1e300..1e300f64, 0..3))
        .prop_map(|(town, levels)| Place { town: town.map(Town), levels })
}

fn address() -> impl Strategy<Value = Address> {
    (strategies::text(), any::<Option<i32>>(), place()).prop_map(|(street, postal_code, place)| Address {
        street,
        postal_code,
        place,
    })
}

fn contact() -> impl Strategy<Value = Contact> {
    let leaf = strategies::text().prop_map(|email| Contact { email, inner: vec![] });
    leaf.prop_recursive(2, 6, 3, |inner| {
        (strategies::text(), prop::collection::vec(inner, 0..3)).prop_map(|(email, inner)| Contact { email, inner })
    })
}

fn account() -> impl Strategy<Value = Account> {
    let scalars = (
        "[a-z]{1,8}",
        strategies::text(),
        prop_oneof![Just(Status::Active), Just(Status::Gone)],
        any::<i64>().prop_map(|cents| Decimal::new(cents, 2)),
    );
    let many = (
        prop::collection::btree_set(strategies::text(), 0..4),
        prop::collection::vec(any::<i64>(), 0..4),
        prop::collection::vec(contact(), 0..3),
    );
    let embedded = (
        prop::option::of(address()),
        address(),
        prop::option::of(any::<i32>().prop_map(|number| Parcel { number })),
        prop::option::of("[a-z]{1,8}"),
        prop::option::of(strategies::instant().prop_map(|value| chrono::SubsecRound::trunc_subsecs(value, 6))),
    );
    (scalars, many, embedded).prop_map(|((key, name, status, balance), many, embedded)| {
        let (tags, history, contacts) = many;
        let (address, home, parcel, parent, seen) = embedded;
        Account {
            id: Id::from_key(&key),
            name,
            status,
            balance,
            tags,
            history,
            address,
            home,
            parcel,
            parent: parent.map(|key| Link(Id::from_key(&key))),
            seen,
            contacts,
        }
    })
}

fn through_everything<M: PlatformModel + Clone + PartialEq + std::fmt::Debug>(record: &M) {
    let def = M::def();
    let row = to_row(record.clone()).unwrap();
    assert_eq!(row.len(), def.layout().columns().len());
    assert_eq!(&from_row::<M>(row.clone()).unwrap(), record);
    let json: Json = serde_json::from_str(&row_to_json(def, &row).unwrap().to_string()).unwrap();
    assert_eq!(&from_row::<M>(row_from_json(def, &json).unwrap()).unwrap(), record, "by way of {json}");
    let document: Json = serde_json::from_str(&row_to_document(def, &row).unwrap().to_string()).unwrap();
    assert_eq!(&from_row::<M>(row_from_document(def, &document).unwrap()).unwrap(), record, "by way of {document}");
}

#[test]
fn records_come_back() {
    each(account(), |account| through_everything(&account));
}

#[test]
fn records_with_inherited_fields_come_back() {
    each((strategies::text(), address(), any::<Option<i32>>()), |(name, home, age)| {
        through_everything(&Person { id: Id::from_key("ann"), base: Named { name, home }, age });
    });
}

#[test]
fn embedded_values() {
    check(address(), |_| Document::Holds);
    check(place(), |_| Document::Holds);
    check(prop::collection::vec(address(), 0..3), |_| Document::Holds);
    check(prop::option::of(place()), |_| Document::Holds);
    check(contact(), |_| Document::Holds);
    check("[a-z/]{1,8}".prop_map(|key| Link::<Account>(Id::from_key(&key))), |_| Document::Holds);
}

#[test]
fn names_are_those_of_each_form() {
    let person = Person {
        id: Id::from_key("ann"),
        base: Named {
            name: "Ann".to_owned(),
            home: Address { street: "Main".to_owned(), postal_code: None, place: Place { town: None, levels: vec![] } },
        },
        age: None,
    };
    let row = to_row(person).unwrap();
    assert_eq!(
        row_to_document(Person::def(), &row).unwrap(),
        json!({
            "@type": "Person",
            "@id": "Person/ann",
            "name": "Ann",
            "home": {"street": "Main", "place": {"levels": []}},
        })
    );
    assert_eq!(
        row_to_json(Person::def(), &row).unwrap(),
        json!({
            "id": "Person/ann",
            "name": "Ann",
            "home": {"street": "Main", "zip": null, "place": {"town": null, "levels": []}},
            "age": null,
        })
    );
}

#[test]
fn a_flattened_value_of_nothing_but_nones_is_refused() {
    #[derive(Debug, Clone, PartialEq, PlatformValue)]
    #[platform_value(flatten, crate = "::sqh_model")]
    struct Range {
        low: Option<i32>,
        high: Option<i32>,
    }
    #[derive(Debug, Clone, PartialEq, PlatformModel)]
    #[model(group = "lab", crate = "::sqh_model")]
    struct Limit {
        id: Id<Self>,
        range: Option<Range>,
    }
    let limit = |range| Limit { id: Id::from_key("a"), range };
    through_everything(&limit(None));
    through_everything(&limit(Some(Range { low: None, high: Some(1) })));
    let error = to_row(limit(Some(Range { low: None, high: None }))).unwrap_err();
    assert_eq!((error.model(), error.field()), (Some("Limit"), Some("range")), "{error}");
    let json = json!({"id": "Limit/a", "range": {"low": null, "high": null}});
    let error = row_from_json(Limit::def(), &json).unwrap_err();
    assert_eq!((error.model(), error.field()), (Some("Limit"), Some("range")), "{error}");
}

#[test]
fn an_unfolded_reference_is_read_by_its_identity() {
    let ty = &Link::<Account>::DEF;
    let unfolded = json!({"@id": "Account/acme", "@type": "Account", "name": "Acme"});
    let value = sqh_model::types::document_form::from_document(ty, Some(&unfolded)).unwrap();
    assert_eq!(Link::<Account>::from_value(value).unwrap(), Link(Id::from_key("acme")));
}

#[test]
fn mistakes_name_the_inner_field() {
    refused_json::<Address>(r#"{"street": 1, "zip": 2, "place": {"levels": []}}"#, "field `street`");
    let json: Json = serde_json::from_str(r#"{"street": "a", "zip": 1, "place": {"town": 5, "levels": []}}"#).unwrap();
    let error = sqh_model::types::json_form::from_json(&Address::DEF, &json).unwrap_err();
    assert_eq!(error.field(), Some("place.town"));
    let unknown: Json = serde_json::from_str(r#"{"street": "a", "zpi": 1, "place": {"levels": []}}"#).unwrap();
    let error = sqh_model::types::json_form::from_json(&Address::DEF, &unknown).unwrap_err();
    assert!(error.to_string().contains("did you mean `zip`"), "{error}");
}

#[test]
fn what_terminusdb_cannot_hold_names_model_and_field() {
    let row = vec!["Limit/a".to_owned().into_value().unwrap(), sqh_model::Value::F64(f64::NAN)];
    #[derive(Debug, Clone, PartialEq, PlatformModel)]
    #[model(group = "lab", crate = "::sqh_model")]
    struct Reading {
        id: Id<Self>,
        value: f64,
    }
    let error = row_to_document(Reading::def(), &row).unwrap_err();
    assert_eq!((error.model(), error.field()), (Some("Reading"), Some("value")), "{error}");
}
