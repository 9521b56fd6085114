//! `Vec<u8>`: base64 (RFC 4648 §4, padded) wherever it is text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sea_query::ColumnType;
use serde_json::{Value as Json, json};

use super::{ScalarDef, TypeDef, describe_json, expect_variant};
use crate::error::{Error, Result};
use crate::value::{Value, ValueKind};

/// `bytea`
pub const BYTES: ScalarDef = ScalarDef {
    name: "bytea",
    kind: ValueKind::Bytes,
    column_type: || ColumnType::VarBinary(sea_query::StringLen::None),
    via_text: false,
    xsd: "xsd:base64Binary",
    json_schema: || json!({"type": "string", "contentEncoding": "base64"}),
    to_json: write,
    from_json: read,
    to_document: write,
    from_document: read,
};

fn write(value: &Value) -> Result<Json> {
    Ok(Json::String(STANDARD.encode(expect_variant!(value, Bytes))))
}

fn read(json: &Json) -> Result<Value> {
    match json {
        Json::String(text) => STANDARD
            .decode(text)
            .map(Value::Bytes)
            .map_err(|source| Error::invalid("the string is no base64").with_source(source)),
        other => Err(TypeDef::scalar(&BYTES).mismatch(describe_json(other))),
    }
}
