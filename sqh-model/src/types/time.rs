//! `NaiveTime`: a time of day to the microsecond.

use chrono::{NaiveTime, SubsecRound, Timelike};
use sea_query::ColumnType;
use serde_json::{Value as Json, json};

use super::{FieldType, ScalarDef, TypeDef, describe, describe_json, expect_variant, family};
use crate::error::{Error, Result};
use crate::value::{Value, ValueKind};

/// `time`
pub const TIME: ScalarDef = ScalarDef {
    name: "time",
    kind: ValueKind::Time,
    column_type: || ColumnType::Time,
    via_text: false,
    xsd: "xsd:time",
    json_schema: || json!({"type": "string", "format": "partial-time"}),
    to_json: |value| Ok(Json::String(text(expect_variant!(value, Time)))),
    from_json: read,
    to_document: write_document,
    from_document: |json| match json {
        Json::String(text) => read(&Json::String(text.trim_end_matches('Z').to_owned())),
        other => read(other),
    },
};

impl FieldType for NaiveTime {
    type Family = family::Time;
    const DEF: TypeDef = TypeDef::scalar(&TIME);

    fn into_value(self) -> Result<Value> {
        // chrono keeps a leap second as a fraction beyond one; PostgreSQL has no such time.
        if self.nanosecond() >= 1_000_000_000 {
            return Err(Error::invalid("a leap second has no place in a time of day"));
        }
        Ok(Value::Time(self.trunc_subsecs(6)))
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Time(value) => Ok(value),
            other => Err(Self::DEF.mismatch(describe(&other))),
        }
    }
}

fn text(value: &NaiveTime) -> String {
    value.format("%H:%M:%S%.f").to_string()
}

fn write_document(value: &Value) -> Result<Json> {
    let value = expect_variant!(value, Time);
    if value.nanosecond() != 0 {
        return Err(Error::invalid(format!(
            "TerminusDB would drop the fraction of {value}: use whole seconds, or a PostgreSQL model"
        )));
    }
    Ok(Json::String(text(value)))
}

fn read(json: &Json) -> Result<Value> {
    match json {
        Json::String(text) => NaiveTime::parse_from_str(text, "%H:%M:%S%.f")
            .map_err(|source| {
                Error::invalid(format!("`{text}` is no time of day such as 12:30:00")).with_source(source)
            })?
            .into_value(),
        other => Err(TypeDef::scalar(&TIME).mismatch(describe_json(other))),
    }
}
