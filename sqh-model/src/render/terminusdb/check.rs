//! What TerminusDB 12 accepts in a schema although it is wrong.

use std::collections::{HashMap, HashSet};

use super::classes::{Class, Classes, referred};
use crate::error::{Error, Result};
use crate::schema::{FieldDef, ModelDef, stored_fields};
use crate::types::{Shape, TypeDef};
use crate::value::ValueKind;

/// The rules for one model.
///
/// # Errors
/// `Invalid`, naming the field.
pub(super) fn model(model: &'static ModelDef) -> Result<()> {
    if let Some(parent) = model.parent().filter(|parent| parent.is_postgres()) {
        return Err(Error::invalid(format!("it inherits from `{}`, which is a table", parent.name)));
    }
    if let (true, Some(id)) = (model.storage.is_subdocument, model.fields.iter().find(|field| field.primary_key)) {
        return Err(Error::invalid("a subdocument has no identity of its own: remove the field").in_field(id.name));
    }
    property_names(model.fields)
}

/// A name that reads the same in a schema, in a query and in an IRI.
///
/// # Errors
/// `Invalid` for anything but ASCII letters, digits, `_` and `-`, a letter or `_` first.
pub(super) fn name(name: &str) -> Result<()> {
    let mut characters = name.chars();
    let begins = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    if begins && characters.all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-')) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "`{name}` is no name for TerminusDB: use letters, digits, `_` and `-`, with a letter or `_` first"
    )))
}

/// The names of all properties, inherited ones included, which may each be there once.
///
/// # Errors
/// `Invalid`, naming the field.
pub(super) fn property_names(fields: &'static [FieldDef]) -> Result<()> {
    let mut seen = HashMap::new();
    for field in stored_fields(fields).filter(|field| !field.primary_key) {
        name(field.column).map_err(|error| error.in_field(field.name))?;
        if let Some(first) = seen.insert(field.column, field.name) {
            let message = format!("it is the property `{}`, and so is `{first}`", field.column);
            return Err(Error::invalid(message).in_field(field.name));
        }
    }
    Ok(())
}

/// Only what is always there, is one value, and has one text is part of an identity.
///
/// # Errors
/// `Invalid`.
pub(super) fn key_field(field: &FieldDef) -> Result<()> {
    let ty = field.ty;
    if ty.nullable {
        return Err(Error::invalid("a key field is always there: make it another type than an `Option`"));
    }
    let fits = match ty.shape {
        Shape::Scalar(scalar) => {
            !matches!(scalar.kind, ValueKind::F32 | ValueKind::F64 | ValueKind::Json | ValueKind::Geometry)
        }
        Shape::Enum(_) | Shape::Link(_) => true,
        _ => false,
    };
    if fits { Ok(()) } else { Err(Error::invalid(format!("a key cannot be made of a {}", ty.name()))) }
}

/// The record of an unfoldable class is read in the place of each link to it, and so on inside: a
/// way from the class back to itself would have no end.
///
/// # Errors
/// `Invalid`, naming the model and the field where the way begins.
pub(super) fn no_class_unfolds_into_itself(classes: &Classes) -> Result<()> {
    let unfoldable = |class: &&Class| matches!(class, Class::Model(model) if model.storage.is_unfoldable);
    for class in classes.values().filter(unfoldable) {
        for field in fields(class) {
            let mut waiting: Vec<Class> = unfolded(&field.ty).into_iter().collect();
            let mut seen = HashSet::new();
            while let Some(next) = waiting.pop() {
                if next.name() == class.name() {
                    return Err(Error::invalid("the unfoldable class would unfold into itself: remove `unfoldable`")
                        .in_field(field.name)
                        .in_model(class.name()));
                }
                if seen.insert(next.name()) {
                    waiting.extend(fields(&next).filter_map(|field| unfolded(&field.ty)));
                }
            }
        }
    }
    Ok(())
}

fn fields(class: &Class) -> impl Iterator<Item = &'static FieldDef> {
    stored_fields(match class {
        Class::Model(model) => model.fields,
        Class::Record(record) => record.fields,
        Class::Enum(_) => &[],
    })
}

/// The class whose records are read in the place of a value of this type.
fn unfolded(ty: &TypeDef) -> Option<Class> {
    match ty.shape {
        Shape::Collection(_, element) => unfolded(element),
        Shape::Link(link) if !(link.target)().storage.is_unfoldable => None,
        _ => referred(ty),
    }
}
