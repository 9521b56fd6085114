//! `NaiveDate`: a day in the years 1 to 9999.

use chrono::{Datelike, NaiveDate};
use sea_query::ColumnType;
use serde_json::{Value as Json, json};

use super::instant::check_year;
use super::{FieldType, ScalarDef, TypeDef, describe, describe_json, expect_variant, family};
use crate::error::{Error, Result};
use crate::value::{Value, ValueKind};

/// `date`
pub const DATE: ScalarDef = ScalarDef {
    name: "date",
    kind: ValueKind::Date,
    column_type: || ColumnType::Date,
    via_text: false,
    xsd: "xsd:date",
    json_schema: || json!({"type": "string", "format": "date"}),
    to_json: write,
    from_json: read,
    to_document: write,
    from_document: read,
};

impl FieldType for NaiveDate {
    type Family = family::Date;
    const DEF: TypeDef = TypeDef::scalar(&DATE);

    fn into_value(self) -> Result<Value> {
        check_year(self.year())?;
        Ok(Value::Date(self))
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Date(value) => Ok(value),
            other => Err(Self::DEF.mismatch(describe(&other))),
        }
    }
}

fn write(value: &Value) -> Result<Json> {
    Ok(Json::String(expect_variant!(value, Date).format("%Y-%m-%d").to_string()))
}

fn read(json: &Json) -> Result<Value> {
    let Json::String(text) = json else {
        return Err(TypeDef::scalar(&DATE).mismatch(describe_json(json)));
    };
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        // The parser would take `26-1-3` for a day in the year 26.
        .filter(|value| value.format("%Y-%m-%d").to_string() == *text)
        .ok_or_else(|| Error::invalid(format!("`{text}` is no date such as 2026-01-31")))?
        .into_value()
}
