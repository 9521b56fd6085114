//! `serde_json::Value` and `Json<T>`: any JSON.

use std::ops::{Deref, DerefMut};

mod finite;

use sea_query::ColumnType;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as AnyJson;

use super::{FieldType, ScalarDef, TypeDef, describe, expect_variant, family};
use crate::error::{Error, Result};
use crate::value::{Value, ValueKind};

/// `jsonb`
pub const JSON: ScalarDef = ScalarDef {
    name: "jsonb",
    kind: ValueKind::Json,
    column_type: || ColumnType::JsonBinary,
    via_text: false,
    xsd: "sys:JSON",
    json_schema: || AnyJson::Bool(true),
    to_json: |value| Ok(expect_variant!(value, Json).as_ref().clone()),
    from_json: |json| Ok(Value::Json(Box::new(json.clone()))),
    to_document: write_document,
    from_document: |json| Ok(Value::Json(Box::new(json.clone()))),
};

impl FieldType for AnyJson {
    type Family = family::Json;
    const DEF: TypeDef = TypeDef::scalar(&JSON);

    fn into_value(self) -> Result<Value> {
        Ok(Value::Json(Box::new(self)))
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Json(json) => Ok(*json),
            other => Err(Self::DEF.mismatch(describe(&other))),
        }
    }
}

/// Data that serde knows, stored as one JSON value.
///
/// ```
/// use sqh_model::types::{FieldType, JsonOf as Json};
///
/// let limits = Json(vec![(1, 2), (3, 4)]);
/// let value = limits.clone().into_value().unwrap();
/// assert_eq!(Json::<Vec<(i32, i32)>>::from_value(value).unwrap(), limits);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> FieldType for Json<T> {
    type Family = family::Json;
    const DEF: TypeDef = TypeDef::scalar(&JSON);

    fn into_value(self) -> Result<Value> {
        finite::check(&self.0).map_err(unwritable)?;
        serde_json::to_value(&self.0).map(|json| Value::Json(Box::new(json))).map_err(unwritable)
    }

    fn from_value(value: Value) -> Result<Self> {
        let json = AnyJson::from_value(value)?;
        serde_json::from_value(json).map(Json).map_err(|source| {
            Error::invalid(format!("the stored JSON does not fit the type: {source}")).with_source(source)
        })
    }
}

fn unwritable(source: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::invalid(format!("the value cannot be written as JSON: {source}")).with_source(source)
}

// TerminusDB gives object keys back percent-encoded, and a null at the top as an absent property.
fn write_document(value: &Value) -> Result<AnyJson> {
    let json = expect_variant!(value, Json);
    if json.is_null() {
        return Err(Error::invalid("TerminusDB cannot tell a JSON null from an absent property"));
    }
    check_keys(json)?;
    Ok(json.as_ref().clone())
}

fn check_keys(json: &AnyJson) -> Result<()> {
    match json {
        AnyJson::Object(object) => object.iter().try_for_each(|(key, value)| {
            let plain =
                key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~'));
            if !plain {
                return Err(Error::invalid(format!(
                    "TerminusDB would garble the JSON key `{key}`: use letters, digits, `_`, `-`, `.` and `~`"
                )));
            }
            check_keys(value)
        }),
        AnyJson::Array(items) => items.iter().try_for_each(check_keys),
        _ => Ok(()),
    }
}
