//! `Uuid`

use ::uuid::Uuid;
use sea_query::ColumnType;
use serde_json::{Value as Json, json};

use super::{ScalarDef, TypeDef, describe_json, expect_variant, family, scalar_type};
use crate::error::{Error, Result};
use crate::value::{Value, ValueKind};

/// `uuid`
pub const UUID: ScalarDef = ScalarDef {
    name: "uuid",
    kind: ValueKind::Uuid,
    column_type: || ColumnType::Uuid,
    via_text: false,
    xsd: "xsd:string",
    json_schema: || json!({"type": "string", "format": "uuid"}),
    to_json: write,
    from_json: read,
    to_document: write,
    from_document: read,
};

scalar_type!(Uuid, Uuid, UUID, family::Uuid);

fn write(value: &Value) -> Result<Json> {
    Ok(Json::String(expect_variant!(value, Uuid).hyphenated().to_string()))
}

fn read(json: &Json) -> Result<Value> {
    match json {
        Json::String(text) => Uuid::try_parse(text)
            .map(Value::Uuid)
            .map_err(|source| Error::invalid(format!("`{text}` is no uuid")).with_source(source)),
        other => Err(TypeDef::scalar(&UUID).mismatch(describe_json(other))),
    }
}
