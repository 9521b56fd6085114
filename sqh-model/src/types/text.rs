//! `String`, `Cow<'static, str>`

use std::borrow::Cow;

use sea_query::ColumnType;
use serde_json::{Value as Json, json};

use super::{FieldType, ScalarDef, TypeDef, describe_json, expect_variant, family, scalar_type};
use crate::error::Result;
use crate::value::{Value, ValueKind};

/// `text`
pub const TEXT: ScalarDef = ScalarDef {
    name: "text",
    kind: ValueKind::Text,
    column_type: || ColumnType::Text,
    via_text: false,
    xsd: "xsd:string",
    json_schema: || json!({"type": "string"}),
    to_json: write,
    from_json: read,
    to_document: write,
    from_document: read,
};

scalar_type!(String, Text, TEXT, family::Text);

impl FieldType for Cow<'static, str> {
    type Family = family::Text;
    const DEF: TypeDef = String::DEF;

    fn into_value(self) -> Result<Value> {
        Ok(Value::Text(self.into_owned()))
    }

    fn from_value(value: Value) -> Result<Self> {
        String::from_value(value).map(Cow::Owned)
    }
}

pub(super) fn write(value: &Value) -> Result<Json> {
    Ok(Json::String(expect_variant!(value, Text).clone()))
}

pub(super) fn read(json: &Json) -> Result<Value> {
    match json {
        Json::String(text) => Ok(Value::Text(text.clone())),
        other => Err(TypeDef::scalar(&TEXT).mismatch(describe_json(other))),
    }
}
