//! `bool`

use sea_query::ColumnType;
use serde_json::{Value as Json, json};

use super::{ScalarDef, TypeDef, describe_json, expect_variant, family, scalar_type};
use crate::error::Result;
use crate::value::{Value, ValueKind};

/// `boolean`
pub const BOOL: ScalarDef = ScalarDef {
    name: "boolean",
    kind: ValueKind::Bool,
    column_type: || ColumnType::Boolean,
    via_text: false,
    xsd: "xsd:boolean",
    json_schema: || json!({"type": "boolean"}),
    to_json: write,
    from_json: read,
    to_document: write,
    from_document: read,
};

scalar_type!(bool, Bool, BOOL, family::Boolean);

fn write(value: &Value) -> Result<Json> {
    Ok(Json::Bool(*expect_variant!(value, Bool)))
}

fn read(json: &Json) -> Result<Value> {
    match json {
        Json::Bool(value) => Ok(Value::Bool(*value)),
        other => Err(TypeDef::scalar(&BOOL).mismatch(describe_json(other))),
    }
}
