//! TerminusDB schemas, a feature each.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use insta::assert_snapshot;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use sqh_derive::{PlatformEnum, PlatformModel, PlatformValue};
use sqh_model::render::terminusdb::{normal_form, schema};
use sqh_model::schema::PlatformModel as _;
use sqh_model::types::{Id, JsonOf, Link, Point, Polygon};
use uuid::Uuid;

use super::layout::{classes, lines};

#[test]
fn base_types() {
    #[derive(PlatformModel)]
    #[model(group = "lab", crate = "::sqh_model")]
    struct Everything {
        id: Id<Self>,
        text: String,
        small: i16,
        integer: i32,
        big: i64,
        real: f32,
        double: f64,
        yes: bool,
        exact: Decimal,
        uuid: Uuid,
        instant: DateTime<Utc>,
        local: NaiveDateTime,
        date: NaiveDate,
        time: NaiveTime,
        bytes: Vec<u8>,
        json: Json,
        data: JsonOf<Vec<u64>>,
        point: Point,
        polygon: Polygon,
    }
    assert_snapshot!(classes::<Everything>(), @r#"
    {
      "@type": "Class",
      "@id": "Everything",
      "@key": {"@type":"Random"},
      "text": "xsd:string",
      "small": "xsd:integer",
      "integer": "xsd:integer",
      "big": "xsd:integer",
      "real": "xsd:float",
      "double": "xsd:double",
      "yes": "xsd:boolean",
      "exact": "xsd:decimal",
      "uuid": "xsd:string",
      "instant": "xsd:dateTime",
      "local": "xsd:dateTime",
      "date": "xsd:date",
      "time": "xsd:time",
      "bytes": "xsd:base64Binary",
      "json": "sys:JSON",
      "data": "sys:JSON",
      "point": "xsd:string",
      "polygon": "xsd:string"
    }
    "#);
}

#[test]
fn families() {
    #[derive(PlatformModel)]
    #[model(group = "lab", crate = "::sqh_model")]
    struct Sample {
        id: Id<Self>,
        one: i32,
        maybe: Option<i32>,
        set: BTreeSet<String>,
        list: Vec<String>,
        array: [f64; 3],
        grid: Vec<Vec<i32>>,
        cube: [[[i32; 2]; 2]; 2],
    }
    assert_snapshot!(classes::<Sample>(), @r#"
    {
      "@type": "Class",
      "@id": "Sample",
      "@key": {"@type":"Random"},
      "one": "xsd:integer",
      "maybe": {"@type":"Optional","@class":"xsd:integer"},
      "set": {"@type":"Set","@class":"xsd:string"},
      "list": {"@type":"List","@class":"xsd:string"},
      "array": {"@type":"Array","@dimensions":1,"@class":"xsd:double"},
      "grid": {"@type":"Array","@dimensions":2,"@class":"xsd:integer"},
      "cube": {"@type":"Array","@dimensions":3,"@class":"xsd:integer"}
    }
    "#);
}

#[test]
fn documentation() {
    /// A sample of water.
    ///
    /// Taken by hand.
    #[derive(PlatformModel)]
    #[model(group = "lab", crate = "::sqh_model")]
    struct Sample {
        /// The identity is no property.
        id: Id<Self>,
        /// Where it was taken.
        site: String,
        count: i32,
        quality: Quality,
    }
    /// How good it is.
    #[derive(PlatformEnum)]
    #[platform_enum(text, rename_all = "snake_case", crate = "::sqh_model")]
    enum Quality {
        /// Seen by two people.
        Approved,
        NotYetApproved,
    }
    assert_snapshot!(classes::<Sample>(), @r#"
    {
      "@type": "Enum",
      "@id": "Quality",
      "@documentation": {"@comment":"How good it is.\napproved: Seen by two people."},
      "@value": ["approved","not_yet_approved"]
    }
    {
      "@type": "Class",
      "@id": "Sample",
      "@documentation": {"@comment":"A sample of water.\n\nTaken by hand.","@properties":{"site":"Where it was taken."}},
      "@key": {"@type":"Random"},
      "site": "xsd:string",
      "count": "xsd:integer",
      "quality": "Quality"
    }
    "#);
}

#[test]
fn keys() {
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, key = lexical("country", "number"))]
    struct Register {
        id: Id<Self>,
        number: i32,
        country: String,
        owner: Link<Holder>,
        seals: Vec<Seal>,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, key = hash("name"))]
    struct Holder {
        id: Id<Self>,
        name: String,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, subdocument, key = value_hash)]
    struct Seal {
        text: String,
    }
    assert_snapshot!(classes::<Register>(), @r#"
    {
      "@type": "Class",
      "@id": "Holder",
      "@key": {"@type":"Hash","@fields":["name"]},
      "name": "xsd:string"
    }
    {
      "@type": "Class",
      "@id": "Register",
      "@key": {"@type":"Lexical","@fields":["country","number"]},
      "number": "xsd:integer",
      "country": "xsd:string",
      "owner": "Holder",
      "seals": {"@type":"List","@class":"Seal"}
    }
    {
      "@type": "Class",
      "@id": "Seal",
      "@key": {"@type":"ValueHash"},
      "@subdocument": [],
      "text": "xsd:string"
    }
    "#);
}

#[test]
fn inheritance() {
    /// What has a name.
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, abstract)]
    struct Named {
        /// What it is called.
        name: String,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, key = lexical("name"))]
    struct Person {
        id: Id<Self>,
        #[field(parent)]
        base: Named,
        /// In years.
        age: Option<i32>,
    }
    assert_snapshot!(classes::<Person>(), @r#"
    {
      "@type": "Class",
      "@id": "Named",
      "@documentation": {"@comment":"What has a name.","@properties":{"name":"What it is called."}},
      "@abstract": [],
      "name": "xsd:string"
    }
    {
      "@type": "Class",
      "@id": "Person",
      "@documentation": {"@properties":{"age":"In years."}},
      "@inherits": "Named",
      "@key": {"@type":"Lexical","@fields":["name"]},
      "age": {"@type":"Optional","@class":"xsd:integer"}
    }
    "#);
}

#[test]
fn links_subdocuments_and_unfolding() {
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    struct Account {
        id: Id<Self>,
        parent: Option<Link<Account>>,
        country: Link<Country>,
        contacts: Vec<Contact>,
        address: Option<Address>,
        // The key of a table's row is a value like any other.
        station: Link<Station>,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, unfoldable)]
    struct Country {
        id: Id<Self>,
        name: String,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, subdocument)]
    struct Contact {
        email: String,
        inner: Vec<Contact>,
    }
    /// Where somebody is.
    #[derive(PlatformValue)]
    #[platform_value(flatten, crate = "::sqh_model")]
    struct Address {
        /// With the number.
        street: String,
    }
    #[derive(PlatformModel)]
    #[model(group = "water", crate = "::sqh_model")]
    #[storage(postgres, shared)]
    struct Station {
        #[field(primary_key)]
        code: i64,
    }
    assert_snapshot!(classes::<Account>(), @r#"
    {
      "@type": "Class",
      "@id": "Account",
      "@key": {"@type":"Random"},
      "parent": {"@type":"Optional","@class":"Account"},
      "country": "Country",
      "contacts": {"@type":"List","@class":"Contact"},
      "address": {"@type":"Optional","@class":"Address"},
      "station": "xsd:integer"
    }
    {
      "@type": "Class",
      "@id": "Address",
      "@documentation": {"@comment":"Where somebody is.","@properties":{"street":"With the number."}},
      "@key": {"@type":"Random"},
      "@subdocument": [],
      "street": "xsd:string"
    }
    {
      "@type": "Class",
      "@id": "Contact",
      "@key": {"@type":"Random"},
      "@subdocument": [],
      "email": "xsd:string",
      "inner": {"@type":"List","@class":"Contact"}
    }
    {
      "@type": "Class",
      "@id": "Country",
      "@key": {"@type":"Random"},
      "@unfoldable": [],
      "name": "xsd:string"
    }
    "#);
    let tables = schema(&[Station::def()]).unwrap();
    assert_eq!(tables.as_array().unwrap().len(), 1, "tables have no classes");
}

#[test]
fn the_context_comes_first_and_the_classes_by_name() {
    #[derive(PlatformModel)]
    #[model(group = "zoo", crate = "::sqh_model")]
    struct Zebra {
        id: Id<Self>,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    struct Account {
        id: Id<Self>,
    }
    let one = schema(&[Zebra::def(), Account::def()]).unwrap();
    assert_eq!(one, schema(&[Account::def(), Zebra::def(), Account::def()]).unwrap(), "the order given is nothing");
    assert_snapshot!(one.as_array().unwrap().iter().map(|class| lines(class, 1)).collect::<Vec<_>>().join("\n"), @r#"
    {
      "@type": "@context",
      "@base": "terminusdb:///data/",
      "@schema": "terminusdb:///schema#",
      "@documentation": {"@title":"crm, zoo","@description":"Generated from the models: change them, not this."}
    }
    {
      "@type": "Class",
      "@id": "Account",
      "@key": {"@type":"Random"}
    }
    {
      "@type": "Class",
      "@id": "Zebra",
      "@key": {"@type":"Random"}
    }
    "#);
}

// From an exchange with TerminusDB 12.0.6, with fewer classes and properties.
#[test]
fn the_normal_form_is_what_the_server_reads_back() {
    let sent = json!([
        {"@type": "@context", "@schema": "terminusdb:///schema#", "@base": "terminusdb:///data/",
         "@documentation": {"@title": "My schema", "@description": "d", "@authors": ["a"]}},
        {"@id": "Color", "@type": "Enum", "@value": ["red", "green", "light blue"]},
        {"@id": "Person", "@type": "Class", "@inherits": ["Named"], "@key": {"@type": "Lexical", "@fields": ["name"]},
         "tags": {"@type": "List", "@class": "xsd:string"}},
        {"@id": "Named", "@type": "Class", "@abstract": [], "name": "xsd:string"},
        {"@id": "Coll", "@type": "Class", "@key": {"@type": "Random"},
         "arr1": {"@type": "Array", "@class": "xsd:decimal"},
         "arr2": {"@type": "Array", "@class": "xsd:integer", "@dimensions": 2},
         "c2": {"@type": "Cardinality", "@class": "xsd:string", "@cardinality": 2}},
        {"@id": "Either", "@type": "TaggedUnion", "@key": {"@type": "ValueHash"}, "num": "xsd:integer"},
    ]);
    let read = concat!(
        r#"[{"@base":"terminusdb:///data/","@documentation":{"@authors":["a"],"@description":"d","@title":"My schema"},"#,
        r#""@schema":"terminusdb:///schema#","@type":"@context"},"#,
        r#"{"@id":"Coll","@key":{"@type":"Random"},"@type":"Class","#,
        r#""arr1":{"@class":"xsd:decimal","@dimensions":1,"@type":"Array"},"#,
        r#""arr2":{"@class":"xsd:integer","@dimensions":2,"@type":"Array"},"#,
        r#""c2":{"@class":"xsd:string","@max_cardinality":2,"@min_cardinality":2,"@type":"Cardinality"}},"#,
        r#"{"@abstract":[],"@id":"Named","@type":"Class","name":"xsd:string"},"#,
        r#"{"@id":"Person","@inherits":"Named","@key":{"@fields":["name"],"@type":"Lexical"},"@type":"Class","#,
        r#""tags":{"@class":"xsd:string","@type":"List"}},"#,
        r#"{"@id":"Either","@key":{"@type":"ValueHash"},"@type":"TaggedUnion","num":"xsd:integer"},"#,
        r#"{"@id":"Color","@type":"Enum","@value":["red","green","light blue"]}]"#,
    );
    let normal = normal_form(&sent);
    assert_eq!(normal.to_string(), read);
    assert_eq!(normal_form(&normal).to_string(), read, "once more changes nothing");
}
