//! `f32`, `f64`
//!
//! JSON has no NaN and no infinities: they are the strings `"NaN"`, `"Infinity"` and
//! `"-Infinity"`, which is what PostgreSQL's own `to_json` writes. TerminusDB refuses them.

use sea_query::ColumnType;
use serde_json::{Number, Value as Json, json};

use super::{ScalarDef, TypeDef, describe_json, expect_variant, family, scalar_type};
use crate::error::{Error, Result};
use crate::value::{Value, ValueKind};

/// `real`
pub const F32: ScalarDef = ScalarDef {
    name: "real",
    kind: ValueKind::F32,
    column_type: || ColumnType::Float,
    via_text: false,
    xsd: "xsd:float",
    json_schema: schema,
    to_json: |value| Ok(write_f32(*expect_variant!(value, F32))),
    from_json: |json| read_f32(json),
    to_document: |value| {
        let value = *expect_variant!(value, F32);
        finite(value.is_finite(), value)?;
        // TerminusDB gives a negative zero back as zero. Adding zero makes it one and changes nothing else.
        Ok(write_f32(value + 0.0))
    },
    from_document: |json| read_f32(json),
};

/// `double precision`
pub const F64: ScalarDef = ScalarDef {
    name: "double precision",
    kind: ValueKind::F64,
    column_type: || ColumnType::Double,
    via_text: false,
    xsd: "xsd:double",
    json_schema: schema,
    to_json: |value| Ok(write_f64(*expect_variant!(value, F64))),
    from_json: |json| read(&F64, json).map(Value::F64),
    to_document: |value| {
        let value = *expect_variant!(value, F64);
        finite(value.is_finite(), value)?;
        Ok(write_f64(value + 0.0))
    },
    from_document: |json| read(&F64, json).map(Value::F64),
};

scalar_type!(f32, F32, F32, family::Float);
scalar_type!(f64, F64, F64, family::Float);

fn schema() -> Json {
    json!({"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]})
}

fn finite(is_finite: bool, value: impl std::fmt::Display) -> Result<()> {
    if is_finite {
        return Ok(());
    }
    Err(Error::invalid(format!("TerminusDB cannot hold {value}: use an `Option`, or a PostgreSQL model")))
}

fn write_f64(value: f64) -> Json {
    match Number::from_f64(value) {
        Some(number) => Json::Number(number),
        None => Json::String(name(value).to_owned()),
    }
}

// By its shortest decimal form: widening to f64 first would print digits that nobody wrote.
fn write_f32(value: f32) -> Json {
    if !value.is_finite() {
        return Json::String(name(value.into()).to_owned());
    }
    let text = format!("{value:?}");
    serde_json::from_str(&text).expect("a finite float prints as a JSON number")
}

fn name(value: f64) -> &'static str {
    match value {
        value if value.is_nan() => "NaN",
        value if value > 0.0 => "Infinity",
        _ => "-Infinity",
    }
}

fn read(def: &'static ScalarDef, json: &Json) -> Result<f64> {
    match json {
        // Out of range (1e400) is refused rather than read as an infinity.
        Json::Number(number) => number
            .as_f64()
            .filter(|value| value.is_finite())
            .ok_or_else(|| Error::invalid(format!("{number} is beyond {}", def.name))),
        Json::String(text) => match text.as_str() {
            "NaN" => Ok(f64::NAN),
            "Infinity" => Ok(f64::INFINITY),
            "-Infinity" => Ok(f64::NEG_INFINITY),
            _ => Err(TypeDef::scalar(def).mismatch("a string")),
        },
        other => Err(TypeDef::scalar(def).mismatch(describe_json(other))),
    }
}

fn read_f32(json: &Json) -> Result<Value> {
    let wide = read(&F32, json)?;
    // From the decimal text, not through f64, or the value is rounded twice.
    let value = match json {
        Json::Number(number) => number.to_string().parse::<f32>().unwrap_or(wide as f32),
        _ => wide as f32,
    };
    if wide.is_finite() && !value.is_finite() {
        return Err(Error::invalid(format!("{wide} is beyond real")));
    }
    Ok(Value::F32(value))
}
