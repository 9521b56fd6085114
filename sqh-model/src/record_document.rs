//! A whole record as a TerminusDB document.
//!
//! Properties are named by [`FieldDef::column`]; the key is the `@id`; an embedded value is a
//! subdocument, whether or not a table would flatten it.

use serde_json::{Map, Value as Json};

use crate::error::{Error, Result};
use crate::row::Row;
use crate::schema::{FieldDef, ModelDef, stored_fields};
use crate::types::document_form::{from_document, to_document};
use crate::types::{Shape, TypeDef, describe_json};
use crate::value::Value;

/// The document of a record: `@type`, `@id` unless it is unset, and the properties that are there.
///
/// ```
/// # use sqh_derive::PlatformModel;
/// # use sqh_model::schema::PlatformModel as _;
/// # use sqh_model::types::Id;
/// # #[derive(PlatformModel)]
/// # #[model(group = "crm", crate = "::sqh_model")]
/// # struct AppCrmAccount {
/// #     id: Id<Self>,
/// #     name: String,
/// # }
/// use serde_json::json;
/// use sqh_model::record_document::row_to_document;
/// use sqh_model::row::to_row;
///
/// let account = AppCrmAccount { id: Id::from_key("acme"), name: "Acme".to_owned() };
/// let document = row_to_document(AppCrmAccount::def(), &to_row(account).unwrap()).unwrap();
/// assert_eq!(document, json!({"@type": "AppCrmAccount", "@id": "AppCrmAccount/acme", "name": "Acme"}));
/// ```
///
/// # Errors
/// `Invalid`, naming model and field, if TerminusDB cannot hold a value.
pub fn row_to_document(def: &'static ModelDef, row: &[Value]) -> Result<Json> {
    let mut document = Map::new();
    document.insert("@type".to_owned(), def.name.into());
    let mut values = row.iter();
    for field in stored_fields(def.fields) {
        let value = gather(&field.ty, &mut values).map_err(|error| place(error, def, field))?;
        if let Some(property) = to_document(&field.ty, &value).map_err(|error| place(error, def, field))? {
            document.insert(property_name(field).to_owned(), property);
        }
    }
    Ok(Json::Object(document))
}

/// The record that a document says. Further properties, such as those of a subclass, are left out.
///
/// # Errors
/// `Invalid`, naming model and field, if a property is missing or none of its type.
pub fn row_from_document(def: &'static ModelDef, document: &Json) -> Result<Row> {
    let Json::Object(document) = document else {
        return Err(Error::invalid(format!("expected a document, got {}", describe_json(document))).in_model(def.name));
    };
    let mut row = Row::with_capacity(def.layout().columns().len());
    for field in stored_fields(def.fields) {
        let value = from_document(&field.ty, document.get(property_name(field)));
        scatter(&field.ty, value.map_err(|error| place(error, def, field))?, &mut row);
    }
    Ok(row)
}

fn property_name(field: &FieldDef) -> &'static str {
    if field.primary_key { "@id" } else { field.column }
}

fn place(error: Error, def: &'static ModelDef, field: &FieldDef) -> Error {
    error.in_field(field.name).in_model(def.name)
}

/// The columns of a flattened value as one value.
fn gather(ty: &TypeDef, values: &mut std::slice::Iter<'_, Value>) -> Result<Value> {
    let record = match ty.shape {
        Shape::Record(record) if ty.is_flattened() => record,
        _ => {
            let value = values.next().cloned();
            return value.ok_or_else(|| Error::internal("the row has fewer values than the model has columns"));
        }
    };
    let mut mine = values.as_slice().iter().take(ty.width());
    if ty.nullable && mine.all(|value| value.is_null() || value.is_unset()) {
        values.by_ref().take(ty.width()).for_each(drop);
        return Ok(Value::Null);
    }
    record.fields.iter().map(|field| gather(&field.ty, values)).collect::<Result<_>>().map(Value::Record)
}

/// The inverse of [`gather`].
fn scatter(ty: &TypeDef, value: Value, row: &mut Row) {
    match (ty.shape, value) {
        (Shape::Record(record), Value::Record(values)) if ty.is_flattened() => {
            for (field, value) in record.fields.iter().zip(values) {
                scatter(&field.ty, value, row);
            }
        }
        (_, Value::Null) => row.extend(std::iter::repeat_n(Value::Null, ty.width())),
        (_, value) => row.push(value),
    }
}
