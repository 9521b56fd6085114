//! A [`Value`] as a property of a TerminusDB document, by its type.
//!
//! What TerminusDB 12 would garble is refused here, before anything is sent. An absent property is
//! `None`: the caller leaves such properties out of the document. A `List` is always present.

use serde_json::{Map, Value as Json};

use super::collection::{check_rectangular, sorted};
use super::json_form::{element_type, inner_array, variant};
use super::{Collection, Shape, TypeDef, describe, describe_json};
use crate::error::{Error, Result};
use crate::schema::{FieldDef, stored_fields};
use crate::value::Value;

/// The property for a value of the type `ty`, or `None` if the property is absent.
///
/// # Errors
/// `Invalid` if TerminusDB cannot hold the value.
pub fn to_document(ty: &TypeDef, value: &Value) -> Result<Option<Json>> {
    if ty.nullable && matches!(ty.shape, Shape::Collection(..)) {
        return Err(Error::invalid(
            "TerminusDB cannot tell an empty collection from none: use the collection without `Option`",
        ));
    }
    if value.is_null() || value.is_unset() {
        return Ok(None);
    }
    let json = match (ty.shape, value) {
        (Shape::Scalar(scalar), value) => (scalar.to_document)(value)?,
        (Shape::Enum(_), Value::Text(name)) => Json::String(name.clone()),
        (Shape::Link(link), value) => match to_document(&link.key, value)? {
            Some(json) => json,
            None => return Ok(None),
        },
        (Shape::Collection(kind, element), Value::Array(values)) => {
            let element = element_type(kind, element, values);
            values.iter().map(|value| element_to_document(&element, value)).collect::<Result<Vec<_>>>()?.into()
        }
        (Shape::Record(record), Value::Record(values)) => fields_to_document(record.fields, values)?,
        (Shape::Subdocument(model), Value::Record(values)) => fields_to_document(model().fields, values)?,
        (_, value) => return Err(Error::internal(format!("expected {}, got {}", ty.name(), describe(value)))),
    };
    Ok(Some(json))
}

/// The value of the type `ty` that a document's property says; `None` is an absent property.
///
/// # Errors
/// `Invalid` if the property is none of the type.
pub fn from_document(ty: &TypeDef, property: Option<&Json>) -> Result<Value> {
    let json = match property {
        Some(json) if !json.is_null() => json,
        // Reads leave empty sets and arrays out.
        _ if matches!(ty.shape, Shape::Collection(..)) && !ty.nullable => return Ok(Value::Array(Vec::new())),
        _ if ty.nullable => return Ok(Value::Null),
        Some(_) => return Err(ty.mismatch("null")),
        None => return Err(Error::invalid("the property is missing")),
    };
    match (ty.shape, json) {
        (Shape::Scalar(scalar), json) => (scalar.from_document)(json),
        (Shape::Enum(def), Json::String(name)) => variant(def, name).map(|name| Value::Text(name.to_owned())),
        // The record of an unfoldable class comes in the place of its identity.
        (Shape::Link(link), Json::Object(record)) => from_document(&link.key, record.get("@id")),
        (Shape::Link(link), json) => from_document(&link.key, Some(json)),
        (Shape::Collection(kind, element), Json::Array(items)) => collection_from_document(kind, element, items),
        // A collection of one element may come back as the element.
        (Shape::Collection(kind, element), json) => collection_from_document(kind, element, std::slice::from_ref(json)),
        (Shape::Record(record), Json::Object(object)) => fields_from_document(record.fields, object),
        (Shape::Subdocument(model), Json::Object(object)) => fields_from_document(model().fields, object),
        (_, json) => Err(ty.mismatch(describe_json(json))),
    }
}

fn element_to_document(element: &TypeDef, value: &Value) -> Result<Json> {
    to_document(element, value)?.ok_or_else(|| Error::invalid("TerminusDB cannot hold a null inside a collection"))
}

fn collection_from_document(kind: Collection, element: &'static TypeDef, items: &[Json]) -> Result<Value> {
    let element = match kind {
        Collection::Array { dimensions } if dimensions > 1 => inner_array(dimensions, element),
        _ => *element,
    };
    let values = items.iter().map(|item| from_document(&element, Some(item))).collect::<Result<Vec<_>>>()?;
    if kind == Collection::Set {
        return Ok(sorted(values));
    }
    check_rectangular(&values)?;
    Ok(Value::Array(values))
}

fn fields_to_document(fields: &'static [FieldDef], values: &[Value]) -> Result<Json> {
    let mut object = Map::new();
    for (field, value) in stored_fields(fields).zip(values) {
        if let Some(json) = to_document(&field.ty, value).map_err(|error| error.in_field(field.name))? {
            object.insert(field.column.to_owned(), json);
        }
    }
    Ok(Json::Object(object))
}

fn fields_from_document(fields: &'static [FieldDef], object: &Map<String, Json>) -> Result<Value> {
    stored_fields(fields)
        .map(|field| from_document(&field.ty, object.get(field.column)).map_err(|error| error.in_field(field.name)))
        .collect::<Result<Vec<_>>>()
        .map(Value::Record)
}
