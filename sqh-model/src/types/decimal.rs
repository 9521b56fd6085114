//! `Decimal`: up to 28 significant digits, exact everywhere.

use std::str::FromStr;

use rust_decimal::Decimal;
use sea_query::ColumnType;
use serde_json::{Number, Value as Json, json};

use super::{FieldType, ScalarDef, TypeDef, describe, describe_json, expect_variant, family};
use crate::error::{Error, Result};
use crate::value::{Value, ValueKind};

/// `numeric`
pub const DECIMAL: ScalarDef = ScalarDef {
    name: "numeric",
    kind: ValueKind::Decimal,
    column_type: || ColumnType::Decimal(None),
    via_text: false,
    xsd: "xsd:decimal",
    json_schema: || json!({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"}),
    to_json: |value| Ok(Json::String(expect_variant!(value, Decimal).to_string())),
    from_json: read,
    to_document: write_document,
    from_document: read,
};

impl FieldType for Decimal {
    type Family = family::Decimal;
    const DEF: TypeDef = TypeDef::scalar(&DECIMAL);

    #[inline]
    fn into_value(mut self) -> Result<Value> {
        // `numeric` has no negative zero.
        if self.is_zero() {
            self.set_sign_positive(true);
        }
        Ok(Value::Decimal(self))
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Decimal(value) => Ok(value),
            other => Err(Self::DEF.mismatch(describe(&other))),
        }
    }
}

/// TerminusDB cuts what follows the twentieth fraction digit.
const TERMINUSDB_FRACTION_DIGITS: u32 = 20;

fn write_document(value: &Value) -> Result<Json> {
    let value = expect_variant!(value, Decimal).normalize();
    if value.scale() > TERMINUSDB_FRACTION_DIGITS {
        return Err(Error::invalid(format!(
            "{value} has more than {TERMINUSDB_FRACTION_DIGITS} fraction digits, and TerminusDB would cut the rest"
        )));
    }
    Number::from_str(&value.to_string())
        .map(Json::Number)
        .map_err(|source| Error::internal("a decimal is no JSON number").with_source(source))
}

// Exact from text and from a JSON number alike, since numbers keep their digits here.
fn read(json: &Json) -> Result<Value> {
    let text = match json {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        other => return Err(TypeDef::scalar(&DECIMAL).mismatch(describe_json(other))),
    };
    // The parser takes `1_000` too, which no other system does.
    if text.contains('_') {
        return Err(Error::invalid(format!("`{text}` is no decimal of at most 28 digits")));
    }
    let parsed =
        if text.contains(['e', 'E']) { Decimal::from_scientific(&text) } else { Decimal::from_str_exact(&text) };
    parsed
        .map(Value::Decimal)
        .map_err(|source| Error::invalid(format!("`{text}` is no decimal of at most 28 digits")).with_source(source))
}
