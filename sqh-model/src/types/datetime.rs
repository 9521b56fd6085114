//! `NaiveDateTime`: a date and a time of day without a zone, in the years 1 to 9999.

use chrono::{Datelike, NaiveDateTime, SubsecRound, Timelike};
use sea_query::ColumnType;
use serde_json::{Value as Json, json};

use super::instant::{check_not_leap, check_year};
use super::{FieldType, ScalarDef, TypeDef, describe, describe_json, expect_variant, family};
use crate::error::{Error, Result};
use crate::value::{Value, ValueKind};

/// `timestamp`
pub const DATETIME: ScalarDef = ScalarDef {
    name: "timestamp",
    kind: ValueKind::DateTime,
    column_type: || ColumnType::Timestamp,
    via_text: false,
    xsd: "xsd:dateTime",
    json_schema: || json!({"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$"}),
    to_json: |value| Ok(Json::String(text(expect_variant!(value, DateTime)))),
    from_json: |json| read(json, |text| text),
    // TerminusDB takes a time without a zone for UTC and writes it back with `Z`.
    to_document: |value| Ok(Json::String(text(expect_variant!(value, DateTime)) + "Z")),
    from_document: |json| read(json, |text| text.strip_suffix('Z').unwrap_or(text)),
};

impl FieldType for NaiveDateTime {
    type Family = family::DateTime;
    const DEF: TypeDef = TypeDef::scalar(&DATETIME);

    fn into_value(self) -> Result<Value> {
        check_year(self.year())?;
        check_not_leap(self.nanosecond())?;
        Ok(Value::DateTime(self.trunc_subsecs(6)))
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::DateTime(value) => Ok(value),
            other => Err(Self::DEF.mismatch(describe(&other))),
        }
    }
}

fn text(value: &NaiveDateTime) -> String {
    value.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
}

fn read(json: &Json, without_zone: fn(&str) -> &str) -> Result<Value> {
    let Json::String(text) = json else {
        return Err(TypeDef::scalar(&DATETIME).mismatch(describe_json(json)));
    };
    let text = without_zone(text);
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .ok()
        // The parser would take `26-1-3` for a day in the year 26.
        .filter(|value| text.starts_with(&value.format("%Y-%m-%dT%H:%M:").to_string()))
        .ok_or_else(|| Error::invalid(format!("`{text}` is no date and time such as 2026-01-31T12:30:00")))?
        .into_value()
}
