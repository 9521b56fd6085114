//! `NaiveTime`: a time of day to the microsecond.

use chrono::{NaiveTime, SubsecRound, Timelike};
use sea_query::ColumnType;
use serde_json::{Value as Json, json};

use super::instant::check_not_leap;
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
    json_schema: || json!({"type": "string", "pattern": r"^\d\d:\d\d:\d\d(\.\d+)?$"}),
    to_json: |value| Ok(Json::String(text(expect_variant!(value, Time)))),
    from_json: |json| read(json, |text| text),
    to_document: write_document,
    from_document: |json| read(json, |text| text.strip_suffix('Z').unwrap_or(text)),
};

impl FieldType for NaiveTime {
    type Family = family::Time;
    const DEF: TypeDef = TypeDef::scalar(&TIME);

    fn into_value(self) -> Result<Value> {
        check_not_leap(self.nanosecond())?;
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

fn read(json: &Json, without_zone: fn(&str) -> &str) -> Result<Value> {
    let Json::String(text) = json else {
        return Err(TypeDef::scalar(&TIME).mismatch(describe_json(json)));
    };
    let text = without_zone(text);
    NaiveTime::parse_from_str(text, "%H:%M:%S%.f")
        .ok()
        .filter(|value| text.starts_with(&value.format("%H:%M:").to_string()))
        .ok_or_else(|| Error::invalid(format!("`{text}` is no time of day such as 12:30:00")))?
        .into_value()
}
