//! Records as the dynamic face writes them fit the schema that it publishes.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use sqh_derive::{PlatformEnum, PlatformModel, PlatformValue};
use sqh_model::record_json::row_to_json;
use sqh_model::render::json_schema::schema;
use sqh_model::row::to_row;
use sqh_model::schema::PlatformModel as _;
use sqh_model::types::Point;

#[derive(Clone, PlatformModel)]
#[model(group = "lab", crate = "::sqh_model")]
#[storage(postgres)]
struct Sample {
    #[field(primary_key)]
    id: i64,
    #[field(max_len = 4)]
    code: String,
    value: f64,
    exact: Option<Decimal>,
    status: Option<Status>,
    place: Option<Place>,
    tags: BTreeSet<String>,
    grid: Vec<Vec<i32>>,
    site: Option<Point>,
    notes: Json,
}

#[derive(Clone, PlatformEnum)]
#[platform_enum(native, crate = "::sqh_model")]
enum Status {
    Open,
}

#[derive(Clone, PlatformValue)]
#[platform_value(flatten, crate = "::sqh_model")]
struct Place {
    town: String,
    floor: Option<i16>,
}

fn full() -> Sample {
    Sample {
        id: i64::MIN,
        code: "pH".to_owned(),
        value: 7.5,
        exact: Some(Decimal::new(110, 2)),
        status: Some(Status::Open),
        place: Some(Place { town: "Roma".to_owned(), floor: None }),
        tags: BTreeSet::from(["a".to_owned()]),
        grid: vec![vec![1, 2], vec![3, 4]],
        site: Some(Point::new(1.0, 2.0)),
        notes: json!({"any": [null, 1]}),
    }
}

fn written(sample: Sample) -> Json {
    row_to_json(Sample::def(), &to_row(sample).unwrap()).unwrap()
}

#[test]
fn what_is_written_fits() {
    let schema = schema(Sample::def());
    let empty = Sample { exact: None, status: None, place: None, site: None, ..full() };
    let samples = [
        full(),
        Sample { tags: BTreeSet::new(), grid: vec![], notes: Json::Null, ..empty },
        Sample { value: f64::NAN, ..full() },
        Sample { value: -1e300, ..full() },
    ];
    for sample in samples {
        let json = written(sample);
        assert_eq!(fits(&schema, &schema, &json), Ok(()), "{json}");
    }
}

#[test]
fn what_the_dynamic_face_refuses_does_not_fit() {
    let schema = schema(Sample::def());
    for (field, json) in [
        ("id", json!("1")),
        ("id", json!(9_223_372_036_854_775_808u64)),
        ("code", json!("too long")),
        ("value", json!("nan")),
        ("status", json!("Shut")),
        ("place", json!({"town": "Roma", "street": 1})),
        ("place", json!({"floor": 1})),
        ("tags", json!([1])),
        ("grid", json!([1])),
        ("site", json!({"type": "Point", "coordinates": [1]})),
        ("colour", json!(1)),
    ] {
        let mut record = written(full());
        record[field] = json;
        assert!(fits(&schema, &schema, &record).is_err(), "{record}");
    }
    let mut record = written(full());
    record.as_object_mut().unwrap().remove("tags");
    assert!(fits(&schema, &schema, &record).unwrap_err().contains("tags"));
}

/// The keywords that the renderer uses, by JSON Schema 2020-12. Another one fails the test.
fn fits(root: &Json, schema: &Json, json: &Json) -> Result<(), String> {
    let Json::Object(keywords) = schema else {
        return if *schema == Json::Bool(true) { Ok(()) } else { Err("nothing fits".to_owned()) };
    };
    for (keyword, says) in keywords {
        let holds = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "readOnly" => true,
            // Annotations, or checked by the type's own tests.
            "format" | "pattern" | "contentEncoding" => true,
            "$ref" => {
                let target = root
                    .pointer(says.as_str().unwrap().trim_start_matches('#'))
                    .expect("the reference leads somewhere");
                fits(root, target, json)?;
                true
            }
            "type" => match says {
                Json::Array(kinds) => kinds.iter().any(|kind| is(kind, json)),
                kind => is(kind, json),
            },
            "const" => says == json,
            "enum" => says.as_array().unwrap().contains(json),
            "anyOf" => says.as_array().unwrap().iter().any(|option| fits(root, option, json).is_ok()),
            "minimum" => json.as_i64().is_none_or(|number| number >= says.as_i64().unwrap()),
            "maximum" => !json.is_number() || json.as_i64().is_some_and(|number| number <= says.as_i64().unwrap()),
            "maxLength" => json.as_str().is_none_or(|text| text.chars().count() as u64 <= says.as_u64().unwrap()),
            "minItems" => json.as_array().is_none_or(|items| items.len() as u64 >= says.as_u64().unwrap()),
            "maxItems" => json.as_array().is_none_or(|items| items.len() as u64 <= says.as_u64().unwrap()),
            "items" => {
                json.as_array().into_iter().flatten().try_for_each(|item| fits(root, says, item))?;
                true
            }
            "properties" => {
                for (name, inner) in json.as_object().into_iter().flatten() {
                    if let Some(says) = says.get(name) {
                        fits(root, says, inner).map_err(|error| format!("{name}: {error}"))?;
                    }
                }
                true
            }
            "required" => {
                let missing =
                    |name: &&Json| json.as_object().is_some_and(|it| !it.contains_key(name.as_str().unwrap()));
                if let Some(name) = says.as_array().unwrap().iter().find(missing) {
                    return Err(format!("{name} is missing"));
                }
                true
            }
            "additionalProperties" => {
                assert_eq!(*says, Json::Bool(false));
                let known = &keywords["properties"];
                json.as_object().is_none_or(|object| object.keys().all(|name| known.get(name).is_some()))
            }
            other => panic!("the keyword {other} is new: add it here"),
        };
        if !holds {
            return Err(format!("{json} is not {keyword} {says}"));
        }
    }
    Ok(())
}

fn is(kind: &Json, json: &Json) -> bool {
    match kind.as_str().unwrap() {
        "null" => json.is_null(),
        "boolean" => json.is_boolean(),
        "integer" => json.is_i64() || json.is_u64(),
        "number" => json.is_number(),
        "string" => json.is_string(),
        "array" => json.is_array(),
        "object" => json.is_object(),
        other => panic!("there is no type {other}"),
    }
}
