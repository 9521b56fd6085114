//! A whole record as JSON: the dynamic face.
//!
//! Names are the JSON names; a flattened value is an object, as it is in the struct.

use serde_json::{Map, Value as Json};

use crate::error::{Error, Result};
use crate::row::Row;
use crate::schema::{FieldDef, ModelDef};
use crate::types::json_form::{from_json, to_json, unknown_field};
use crate::types::{RecordStorage, Shape, TypeDef, describe_json};
use crate::value::Value;

/// The record that a JSON object says: [`Value::Unset`] where it says nothing.
///
/// # Errors
/// `Invalid`, naming model and field: an unknown field, a wrong JSON type.
pub fn row_from_json(def: &'static ModelDef, json: &Json) -> Result<Row> {
    let Json::Object(object) = json else {
        return Err(Error::invalid(format!("expected an object, got {}", describe_json(json))).in_model(def.name));
    };
    check_names(def, object).map_err(|error| error.in_model(def.name))?;
    let mut row = Row::with_capacity(def.layout().columns().len());
    push_object(def.fields, object, &mut row).map_err(|error| error.in_model(def.name))?;
    Ok(row)
}

/// A record as a JSON object. What is unset is left out.
///
/// # Errors
/// `Internal` if the row is none of the model.
pub fn row_to_json(def: &'static ModelDef, row: &[Value]) -> Result<Json> {
    let mut object = Map::new();
    let mut values = row.iter();
    write_fields(def.fields, &mut values, &mut object).map_err(|error| error.in_model(def.name))?;
    Ok(Json::Object(object))
}

/// The key that JSON says: a value, or an object by field name for a composite key (and for a
/// full key with the partition column).
///
/// # Errors
/// `Invalid`, naming model and field.
pub fn key_from_json(def: &'static ModelDef, json: &Json) -> Result<Vec<Value>> {
    let layout = def.layout();
    let columns = layout.columns();
    let read = |position: usize, json: &Json| {
        from_json(&columns[position].ty, json)
            .map_err(|error| error.in_field(columns[position].field.name).in_model(def.name))
    };
    match (layout.key(), json) {
        ([], _) => Err(Error::invalid("the model has no key").in_model(def.name)),
        ([position], json) if !json.is_object() => Ok(vec![read(*position, json)?]),
        (_, Json::Object(object)) => {
            let physical = layout.physical_key();
            let name = |position: usize| columns[position].json_path.join(".");
            if let Some(unknown) = object.keys().find(|key| physical.iter().all(|position| name(*position) != **key)) {
                let known = physical.iter().map(|position| name(*position)).collect::<Vec<_>>();
                return Err(unknown_field(unknown, known.iter().map(String::as_str)).in_model(def.name));
            }
            let given = physical.iter().filter(|p| layout.key().contains(p) || object.contains_key(&name(**p)));
            given
                .map(|position| match object.get(&name(*position)) {
                    Some(json) => read(*position, json),
                    None => Err(Error::invalid("the key lacks this part")
                        .in_field(columns[*position].field.name)
                        .in_model(def.name)),
                })
                .collect()
        }
        (key, json) => Err(Error::invalid(format!(
            "the key has {} parts: expected an object by field name, got {}",
            key.len(),
            describe_json(json)
        ))
        .in_model(def.name)),
    }
}

fn check_names(def: &'static ModelDef, object: &Map<String, Json>) -> Result<()> {
    let mut known = Vec::new();
    collect_names(def.fields, &mut known);
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => Err(unknown_field(unknown, known.iter().copied())),
        None => Ok(()),
    }
}

fn collect_names(fields: &'static [FieldDef], known: &mut Vec<&'static str>) {
    for field in fields {
        match field.parent {
            Some(parent) => collect_names(parent().fields, known),
            None => known.push(field.json),
        }
    }
}

fn push_object(fields: &'static [FieldDef], object: &Map<String, Json>, row: &mut Row) -> Result<()> {
    for field in fields {
        match field.parent {
            Some(parent) => push_object(parent().fields, object, row)?,
            None => push_field(field, object, row).map_err(|error| error.in_field(field.name))?,
        }
    }
    Ok(())
}

fn push_field(field: &'static FieldDef, object: &Map<String, Json>, row: &mut Row) -> Result<()> {
    let Some(json) = object.get(field.json) else {
        row.extend(std::iter::repeat_n(Value::Unset, field.ty.width()));
        return Ok(());
    };
    let start = row.len();
    flatten(&field.ty, from_json(&field.ty, json)?, row);
    if field.ty.width() > 1 && !json.is_null() && row[start..].iter().all(Value::is_null) {
        return Err(Error::invalid("an embedded value whose fields are all null cannot be told from null: use null"));
    }
    Ok(())
}

fn flatten(ty: &TypeDef, value: Value, row: &mut Row) {
    match (flattened(ty), value) {
        (Some(fields), Value::Record(values)) => {
            for (field, value) in fields.iter().zip(values) {
                flatten(&field.ty, value, row);
            }
        }
        (Some(_), _) => row.extend(std::iter::repeat_n(Value::Null, ty.width())),
        (None, value) => row.push(value),
    }
}

fn flattened(ty: &TypeDef) -> Option<&'static [FieldDef]> {
    match ty.shape {
        Shape::Record(record) if record.storage == RecordStorage::Flatten => Some(record.fields),
        _ => None,
    }
}

fn write_fields(
    fields: &'static [FieldDef],
    values: &mut std::slice::Iter<'_, Value>,
    object: &mut Map<String, Json>,
) -> Result<()> {
    for field in fields {
        if let Some(parent) = field.parent {
            write_fields(parent().fields, values, object)?;
            continue;
        }
        if let Some(json) = write_value(&field.ty, values).map_err(|error| error.in_field(field.name))? {
            object.insert(field.json.to_owned(), json);
        }
    }
    Ok(())
}

fn write_value(ty: &TypeDef, values: &mut std::slice::Iter<'_, Value>) -> Result<Option<Json>> {
    let Some(fields) = flattened(ty) else {
        let value =
            values.next().ok_or_else(|| Error::internal("the row has fewer values than the model has columns"))?;
        return if value.is_unset() { Ok(None) } else { to_json(ty, value).map(Some) };
    };
    let mine = values.as_slice().iter().take(ty.width());
    if ty.nullable && mine.clone().all(Value::is_null) {
        values.by_ref().take(ty.width()).for_each(drop);
        return Ok(Some(Json::Null));
    }
    if mine.clone().all(Value::is_unset) {
        values.by_ref().take(ty.width()).for_each(drop);
        return Ok(None);
    }
    let mut object = Map::new();
    write_fields(fields, values, &mut object)?;
    Ok(Some(Json::Object(object)))
}
