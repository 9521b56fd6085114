//! A [`Value`] as JSON, by its type: the dynamic face, and what `jsonb` columns hold.

use serde_json::{Map, Value as Json};

use super::collection::{check_rectangular, sorted};
use super::{Collection, EnumDef, Shape, TypeDef, describe, describe_json};
use crate::error::{Error, Result};
use crate::near;
use crate::schema::{FieldDef, stored_fields};
use crate::value::Value;

/// The JSON form of a value of the type `ty`.
///
/// # Errors
/// `Internal` if `value` is none of the type.
pub fn to_json(ty: &TypeDef, value: &Value) -> Result<Json> {
    if value.is_null() {
        return Ok(Json::Null);
    }
    match (ty.shape, value) {
        (Shape::Scalar(scalar), value) => (scalar.to_json)(value),
        (Shape::Enum(_), Value::Text(name)) => Ok(Json::String(name.clone())),
        (Shape::Link(link), value) => to_json(&link.key, value),
        (Shape::Collection(kind, element), Value::Array(values)) => {
            let element = element_type(kind, element, values);
            values.iter().map(|value| to_json(&element, value)).collect()
        }
        (Shape::Record(record), Value::Record(values)) => record_to_json(record.fields, values),
        (Shape::Subdocument(model), Value::Record(values)) => record_to_json(model().fields, values),
        (_, value) => Err(Error::internal(format!("expected {}, got {}", ty.name(), describe(value)))),
    }
}

/// The value of the type `ty` that `json` says.
///
/// # Errors
/// `Invalid`, with the path to the inner field where there is one.
pub fn from_json(ty: &TypeDef, json: &Json) -> Result<Value> {
    if json.is_null() && ty.nullable {
        return Ok(Value::Null);
    }
    match (ty.shape, json) {
        (Shape::Scalar(scalar), json) => (scalar.from_json)(json),
        (Shape::Enum(def), Json::String(name)) => variant(def, name).map(|name| Value::Text(name.to_owned())),
        (Shape::Link(link), json) => from_json(&link.key, json),
        (Shape::Collection(kind, element), Json::Array(items)) => collection_from_json(kind, element, items),
        (Shape::Record(record), Json::Object(object)) => record_from_json(record.fields, object),
        (Shape::Subdocument(model), Json::Object(object)) => record_from_json(model().fields, object),
        (_, json) => Err(ty.mismatch(describe_json(json))),
    }
}

/// The stored name of an enum's value.
pub(crate) fn variant(def: &'static EnumDef, name: &str) -> Result<&'static str> {
    let known = def.variants.iter().map(|variant| variant.name).find(|known| *known == name);
    known.ok_or_else(|| unknown_variant(def, name))
}

/// The error for a name that is no value of an enum.
pub(crate) fn unknown_variant(def: &'static EnumDef, name: &str) -> Error {
    let known = || def.variants.iter().map(|variant| variant.name);
    let hint = near::hint(name, known());
    let known = known().collect::<Vec<_>>().join("`, `");
    Error::invalid(format!("`{name}` is no {}{hint}: the values are `{known}`", def.name))
}

// The element of an array with several dimensions is an array itself, down to the innermost.
pub(super) fn element_type(kind: Collection, element: &'static TypeDef, values: &[Value]) -> TypeDef {
    match kind {
        Collection::Array { dimensions }
            if dimensions > 1 && values.iter().any(|value| matches!(value, Value::Array(_))) =>
        {
            inner_array(dimensions, element)
        }
        _ => *element,
    }
}

/// The type of a row of an array of several dimensions.
pub(crate) fn inner_array(dimensions: u8, element: &'static TypeDef) -> TypeDef {
    let shape = Shape::Collection(Collection::Array { dimensions: dimensions - 1 }, element);
    TypeDef { shape, nullable: false }
}

fn collection_from_json(kind: Collection, element: &'static TypeDef, items: &[Json]) -> Result<Value> {
    let element = match kind {
        Collection::Array { dimensions } if dimensions > 1 => inner_array(dimensions, element),
        _ => *element,
    };
    let values = items
        .iter()
        .enumerate()
        .map(|(i, item)| from_json(&element, item).map_err(|error| error.in_field(&i.to_string())))
        .collect::<Result<Vec<_>>>()?;
    if kind == Collection::Set {
        return Ok(sorted(values));
    }
    check_rectangular(&values)?;
    Ok(Value::Array(values))
}

fn record_to_json(fields: &'static [FieldDef], values: &[Value]) -> Result<Json> {
    stored_fields(fields)
        .zip(values)
        .map(|(field, value)| {
            let json = to_json(&field.ty, value).map_err(|error| error.in_field(field.name))?;
            Ok((field.json.to_owned(), json))
        })
        .collect::<Result<Map<_, _>>>()
        .map(Json::Object)
}

fn record_from_json(fields: &'static [FieldDef], object: &Map<String, Json>) -> Result<Value> {
    if let Some(unknown) = object.keys().find(|key| stored_fields(fields).all(|field| field.json != key.as_str())) {
        return Err(unknown_field(unknown, stored_fields(fields).map(|field| field.json)));
    }
    stored_fields(fields)
        .map(|field| match object.get(field.json) {
            Some(json) => from_json(&field.ty, json).map_err(|error| error.in_field(field.name)),
            None if field.ty.nullable => Ok(Value::Null),
            None => match field.default {
                Some(default) => default(),
                None => Err(Error::invalid("the field is missing").in_field(field.name)),
            },
        })
        .collect::<Result<Vec<_>>>()
        .map(Value::Record)
}

/// The error for a field that the model does not have.
pub fn unknown_field<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let known: Vec<_> = known.collect();
    let hint = near::hint(name, known.iter().copied());
    Error::invalid(format!("there is no field `{name}`{hint}: the fields are `{}`", known.join("`, `")))
}
