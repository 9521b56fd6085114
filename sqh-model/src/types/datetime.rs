//! `NaiveDateTime`: a date and a time of day without a zone, in the years 1 to 9999.

use chrono::{Datelike, NaiveDateTime, SubsecRound};
use sea_query::ColumnType;
use serde_json::{Value as Json, json};

use super::instant::check_year;
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
    json_schema: || json!({"type": "string", "format": "local-date-time"}),
    to_json: |value| Ok(Json::String(text(expect_variant!(value, DateTime)))),
    from_json: |json| read(json, str::to_owned),
    // TerminusDB takes a time without a zone for UTC and writes it back with `Z`.
    to_document: |value| Ok(Json::String(text(expect_variant!(value, DateTime)) + "Z")),
    from_document: |json| read(json, |text| text.trim_end_matches('Z').to_owned()),
};

impl FieldType for NaiveDateTime {
    type Family = family::DateTime;
    const DEF: TypeDef = TypeDef::scalar(&DATETIME);

    fn into_value(self) -> Result<Value> {
        check_year(self.year())?;
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

fn read(json: &Json, normalize: fn(&str) -> String) -> Result<Value> {
    match json {
        Json::String(text) => NaiveDateTime::parse_from_str(&normalize(text), "%Y-%m-%dT%H:%M:%S%.f")
            .map_err(|source| {
                Error::invalid(format!("`{text}` is no date and time such as 2026-01-31T12:30:00")).with_source(source)
            })?
            .into_value(),
        other => Err(TypeDef::scalar(&DATETIME).mismatch(describe_json(other))),
    }
}
