//! `DateTime<Utc>`: a point in time, to the microsecond, in the years 1 to 9999.
//!
//! The range is that of RFC 3339, which JSON and TerminusDB use; PostgreSQL's is wider.

use chrono::{DateTime, Datelike, SecondsFormat, SubsecRound, Timelike, Utc};
use sea_query::ColumnType;
use serde_json::{Value as Json, json};

use super::{FieldType, ScalarDef, TypeDef, describe, describe_json, expect_variant, family};
use crate::error::{Error, Result};
use crate::value::{Value, ValueKind};

/// `timestamptz`
pub const INSTANT: ScalarDef = ScalarDef {
    name: "timestamptz",
    kind: ValueKind::Instant,
    column_type: || ColumnType::TimestampWithTimeZone,
    via_text: false,
    xsd: "xsd:dateTime",
    json_schema: || json!({"type": "string", "format": "date-time"}),
    to_json: write,
    from_json: read,
    // Always `Z`: TerminusDB applies an offset with the wrong sign.
    to_document: write,
    from_document: read,
};

impl FieldType for DateTime<Utc> {
    type Family = family::Instant;
    const DEF: TypeDef = TypeDef::scalar(&INSTANT);

    #[inline]
    fn into_value(self) -> Result<Value> {
        check_year(self.year())?;
        check_not_leap(self.nanosecond())?;
        Ok(Value::Instant(self.trunc_subsecs(6)))
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Instant(value) => Ok(value),
            other => Err(Self::DEF.mismatch(describe(&other))),
        }
    }
}

/// Refuses a year that RFC 3339 cannot write.
pub(super) fn check_year(year: i32) -> Result<()> {
    if (1..=9999).contains(&year) {
        return Ok(());
    }
    Err(Error::invalid(format!("the year {year} is outside 1 to 9999")))
}

/// Refuses a leap second, which chrono keeps as a fraction beyond one and PostgreSQL has no place for.
pub(super) fn check_not_leap(nanosecond: u32) -> Result<()> {
    if nanosecond < 1_000_000_000 {
        return Ok(());
    }
    Err(Error::invalid("a leap second cannot be stored: use the second before or after it"))
}

fn write(value: &Value) -> Result<Json> {
    let value = expect_variant!(value, Instant);
    Ok(Json::String(value.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
}

fn read(json: &Json) -> Result<Value> {
    match json {
        Json::String(text) => DateTime::parse_from_rfc3339(text)
            .map_err(|source| Error::invalid(format!("`{text}` is no RFC 3339 time")).with_source(source))?
            .to_utc()
            .into_value(),
        other => Err(TypeDef::scalar(&INSTANT).mismatch(describe_json(other))),
    }
}
