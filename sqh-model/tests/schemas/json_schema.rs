//! JSON Schema, a feature each.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use insta::assert_snapshot;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use sqh_derive::{PlatformEnum, PlatformModel, PlatformValue};
use sqh_model::render::json_schema::{schema, schemas};
use sqh_model::schema::PlatformModel as _;
use sqh_model::types::{Id, Link, Point, Polygon};
use uuid::Uuid;

use super::layout::lines;

#[test]
fn every_type() {
    #[derive(PlatformModel)]
    #[model(group = "lab", crate = "::sqh_model")]
    #[storage(postgres)]
    struct Everything {
        #[field(primary_key)]
        uuid: Uuid,
        text: String,
        small: i16,
        integer: i32,
        big: i64,
        real: f32,
        double: Option<f64>,
        yes: bool,
        exact: Decimal,
        instant: DateTime<Utc>,
        local: NaiveDateTime,
        date: Option<NaiveDate>,
        time: NaiveTime,
        bytes: Vec<u8>,
        json: Json,
        point: Option<Point>,
        polygon: Polygon,
        set: BTreeSet<String>,
        list: Vec<Option<i32>>,
        grid: Vec<Vec<i32>>,
    }
    assert_snapshot!(lines(&schema(Everything::def()), 2), @r##"
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Everything",
      "type": "object",
      "properties": {
        "uuid": {"type":"string","format":"uuid"},
        "text": {"type":"string"},
        "small": {"type":"integer","minimum":-32768,"maximum":32767},
        "integer": {"type":"integer","minimum":-2147483648,"maximum":2147483647},
        "big": {"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807},
        "real": {"anyOf":[{"type":"number"},{"enum":["NaN","Infinity","-Infinity"]}]},
        "double": {"anyOf":[{"type":"number"},{"enum":["NaN","Infinity","-Infinity"]},{"type":"null"}]},
        "yes": {"type":"boolean"},
        "exact": {"type":"string","pattern":"^-?[0-9]+(\\.[0-9]+)?$"},
        "instant": {"type":"string","format":"date-time"},
        "local": {"type":"string","pattern":"^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?$"},
        "date": {"type":["string","null"],"format":"date"},
        "time": {"type":"string","pattern":"^\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?$"},
        "bytes": {"type":"string","contentEncoding":"base64"},
        "json": {},
        "point": {"type":["object","null"],"properties":{"type":{"const":"Point"},"coordinates":{"type":"array","items":{"type":"number"},"minItems":2,"maxItems":2}},"required":["type","coordinates"]},
        "polygon": {"type":"object","properties":{"type":{"const":"Polygon"},"coordinates":{"type":"array","items":{"type":"array","items":{"type":"array","items":{"type":"number"},"minItems":2,"maxItems":2},"minItems":4},"minItems":1}},"required":["type","coordinates"]},
        "set": {"type":"array","items":{"type":"string"}},
        "list": {"type":"array","items":{"type":["integer","null"],"minimum":-2147483648,"maximum":2147483647}},
        "grid": {"type":"array","items":{"type":"array","items":{"type":"integer","minimum":-2147483648,"maximum":2147483647}}}
      },
      "required": ["uuid","text","small","integer","big","real","yes","exact","instant","local","time","bytes","json","polygon","set","list","grid"],
      "additionalProperties": false
    }
    "##);
}

#[test]
fn what_a_create_must_say() {
    /// A result of a laboratory.
    #[derive(PlatformModel)]
    #[model(group = "lab", crate = "::sqh_model")]
    #[storage(postgres)]
    struct Result {
        #[field(primary_key)]
        id: i64,
        /// Which test.
        #[field(max_len = 40, rename = "testType")]
        test_type: String,
        #[field(max_len = 8)]
        unit: Option<String>,
        #[field(default = 1)]
        count: i32,
        #[field(default_sql = "now()")]
        seen: DateTime<Utc>,
        /// Set by the engine.
        #[field(created_at)]
        created_at: DateTime<Utc>,
        #[field(version)]
        version: i64,
        #[field(generated = "count * 2")]
        twice: i32,
        /// Anything.
        notes: Json,
    }
    assert_snapshot!(lines(&schema(Result::def()), 2), @r##"
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Result",
      "description": "A result of a laboratory.",
      "type": "object",
      "properties": {
        "id": {"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807},
        "testType": {"type":"string","maxLength":40,"description":"Which test."},
        "unit": {"type":["string","null"],"maxLength":8},
        "count": {"type":"integer","minimum":-2147483648,"maximum":2147483647},
        "seen": {"type":"string","format":"date-time"},
        "created_at": {"type":"string","format":"date-time","description":"Set by the engine.","readOnly":true},
        "version": {"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807,"readOnly":true},
        "twice": {"type":"integer","minimum":-2147483648,"maximum":2147483647,"readOnly":true},
        "notes": {"description":"Anything."}
      },
      "required": ["id","testType","notes"],
      "additionalProperties": false
    }
    "##);
}

#[test]
fn embedded_values_and_enums_stand_once() {
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    struct Account {
        id: Id<Self>,
        /// Where bills go.
        billing: Address,
        delivery: Option<Address>,
        others: Vec<Address>,
        status: Option<Status>,
        parent: Option<Link<Account>>,
        contacts: Vec<Contact>,
        small: Pair<i32>,
        large: Pair<Pair<String>>,
    }
    /// Where somebody is.
    #[derive(PlatformValue)]
    #[platform_value(flatten, crate = "::sqh_model")]
    struct Address {
        street: String,
        #[field(rename = "zip")]
        postal_code: Option<String>,
    }
    /// A state.
    #[derive(PlatformEnum)]
    #[platform_enum(native, rename_all = "snake_case", crate = "::sqh_model")]
    enum Status {
        /// At work.
        Active,
        Gone,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, subdocument)]
    struct Contact {
        inner: Vec<Contact>,
    }
    #[derive(PlatformValue)]
    #[platform_value(json, crate = "::sqh_model")]
    struct Pair<T> {
        left: T,
        right: T,
    }
    assert_snapshot!(lines(&schema(Account::def()), 3), @r##"
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Account",
      "type": "object",
      "properties": {
        "id": {
          "type": "string"
        },
        "billing": {
          "$ref": "#/$defs/Address",
          "description": "Where bills go."
        },
        "delivery": {
          "anyOf": [{"$ref":"#/$defs/Address"},{"type":"null"}]
        },
        "others": {
          "type": "array",
          "items": {"$ref":"#/$defs/Address"}
        },
        "status": {
          "anyOf": [{"$ref":"#/$defs/Status"},{"type":"null"}]
        },
        "parent": {
          "type": ["string","null"]
        },
        "contacts": {
          "type": "array",
          "items": {"$ref":"#/$defs/Contact"}
        },
        "small": {
          "$ref": "#/$defs/Pair"
        },
        "large": {
          "$ref": "#/$defs/Pair3"
        }
      },
      "required": ["id","billing","others","contacts","small","large"],
      "additionalProperties": false,
      "$defs": {
        "Address": {
          "title": "Address",
          "description": "Where somebody is.",
          "type": "object",
          "properties": {"street":{"type":"string"},"zip":{"type":["string","null"]}},
          "required": ["street"],
          "additionalProperties": false
        },
        "Contact": {
          "title": "Contact",
          "type": "object",
          "properties": {"inner":{"type":"array","items":{"$ref":"#/$defs/Contact"}}},
          "required": ["inner"],
          "additionalProperties": false
        },
        "Pair": {
          "title": "Pair",
          "type": "object",
          "properties": {"left":{"type":"integer","minimum":-2147483648,"maximum":2147483647},"right":{"type":"integer","minimum":-2147483648,"maximum":2147483647}},
          "required": ["left","right"],
          "additionalProperties": false
        },
        "Pair2": {
          "title": "Pair",
          "type": "object",
          "properties": {"left":{"type":"string"},"right":{"type":"string"}},
          "required": ["left","right"],
          "additionalProperties": false
        },
        "Pair3": {
          "title": "Pair",
          "type": "object",
          "properties": {"left":{"$ref":"#/$defs/Pair2"},"right":{"$ref":"#/$defs/Pair2"}},
          "required": ["left","right"],
          "additionalProperties": false
        },
        "Status": {
          "title": "Status",
          "description": "A state.\nactive: At work.",
          "type": "string",
          "enum": ["active","gone"]
        }
      }
    }
    "##);
}

#[test]
fn inherited_fields_stand_among_the_own() {
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, abstract)]
    struct Named {
        name: String,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    struct Person {
        id: Id<Self>,
        #[field(parent)]
        base: Named,
    }
    assert_snapshot!(lines(&schema(Person::def()), 2), @r##"
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Person",
      "type": "object",
      "properties": {
        "id": {"type":"string"},
        "name": {"type":"string"}
      },
      "required": ["id","name"],
      "additionalProperties": false
    }
    "##);
}

#[test]
fn several_models_in_one_document() {
    #[derive(PlatformModel)]
    #[model(group = "lab", crate = "::sqh_model")]
    struct Sample {
        id: Id<Self>,
        status: Status,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    struct Account {
        id: Id<Self>,
        status: Status,
    }
    #[derive(PlatformEnum)]
    #[platform_enum(text, crate = "::sqh_model")]
    enum Status {
        Open,
    }
    assert_snapshot!(lines(&schemas(&[Sample::def(), Account::def()]), 3), @r##"
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$defs": {
        "Status": {
          "title": "Status",
          "type": "string",
          "enum": ["Open"]
        },
        "crm.Account": {
          "title": "Account",
          "type": "object",
          "properties": {"id":{"type":"string"},"status":{"$ref":"#/$defs/Status"}},
          "required": ["id","status"],
          "additionalProperties": false
        },
        "lab.Sample": {
          "title": "Sample",
          "type": "object",
          "properties": {"id":{"type":"string"},"status":{"$ref":"#/$defs/Status"}},
          "required": ["id","status"],
          "additionalProperties": false
        }
      }
    }
    "##);
}
