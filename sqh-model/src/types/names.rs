//! What `#[derive(PlatformEnum)]` leaves to ordinary code.

use super::{EnumDef, Shape, TypeDef, describe};
use crate::error::{Error, Result};
use crate::value::Value;

/// The type of an enum.
pub const fn def(def: &'static EnumDef) -> TypeDef {
    TypeDef { shape: Shape::Enum(def), nullable: false }
}

/// `FieldType::into_value` of an enum.
///
/// # Errors
/// None; a `Result` because the trait has one.
pub fn into_value(name: &str) -> Result<Value> {
    Ok(Value::Text(name.to_owned()))
}

/// `FieldType::from_value` of the enum `def`, whose values `read` knows.
///
/// # Errors
/// `Invalid` if the value is no text, or a text that is none of the names.
pub fn from_value<T>(ty: TypeDef, value: &Value, read: impl FnOnce(&str) -> Option<T>) -> Result<T> {
    let Value::Text(name) = value else {
        return Err(ty.mismatch(describe(value)));
    };
    read(name).ok_or_else(|| match ty.shape {
        Shape::Enum(def) => super::json_form::unknown_variant(def, name),
        _ => Error::internal("an enum's type is an enum"),
    })
}
