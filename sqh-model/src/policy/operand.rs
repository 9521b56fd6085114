//! Reads what a condition names: fields as columns, terms and the principal as values of a column's type.

use std::str::FromStr;

use serde_json::{Number, Value as Json};

use super::access::AccessContext;
use super::condition::Term;
use crate::compare::compare_json;
use crate::error::{Error, Result};
use crate::expr::Comparison;
use crate::schema::{ColumnDef, ModelDef};
use crate::types::json_form::from_json;
use crate::types::{Shape, TypeDef};
use crate::value::{Value, ValueKind};

/// True, false, or `None` for unknown.
pub(super) type Truth = Option<bool>;

/// The column of a field.
pub(super) fn column(def: &'static ModelDef, field: &str) -> Result<(usize, &'static ColumnDef)> {
    crate::expr::column(def, field)
}

/// The columns of a field: one, but for a flattened value.
pub(super) fn columns(def: &'static ModelDef, field: &str) -> Result<Vec<(usize, &'static ColumnDef)>> {
    let is_inside = |path: &str| path.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'));
    let columns = def.layout().columns().iter().enumerate();
    let inside: Vec<_> = columns.filter(|(_, column)| is_inside(&column.path)).collect();
    if inside.is_empty() { column(def, field).map(|column| vec![column]) } else { Ok(inside) }
}

/// A term as a value of the type `ty`, or `None` if it is unknown: an attribute that is absent, or that
/// is of another type.
///
/// # Errors
/// `Invalid` for a term as it was written that is none of the type; the registry tells it at start.
pub(super) fn value(ty: &TypeDef, term: &Term, access: &AccessContext) -> Result<Option<Value>> {
    let value = match term {
        Term::Value(make) => make()?,
        Term::Attribute(name) => return Ok(access.attribute(name).and_then(|json| of_json(ty, json))),
        literal => from_json(&ty.required(), &json(literal)?)?,
    };
    Ok((!value.is_null()).then_some(value))
}

/// An attribute's value, or an element of one, as a value of the type `ty`, if it is of the type.
pub(super) fn of_json(ty: &TypeDef, json: &Json) -> Option<Value> {
    from_json(&ty.required(), json).ok()
}

/// A user or a team as a value of the type `ty`: text, a uuid, or the digits of an integer.
pub(super) fn of_principal(ty: &TypeDef, id: Option<&str>) -> Option<Value> {
    let id = id?;
    match kind_of_key(ty) {
        ValueKind::I16 | ValueKind::I32 | ValueKind::I64 => {
            let number = id.parse::<i64>().ok().filter(|number| number.to_string() == id)?;
            of_json(ty, &Json::from(number))
        }
        _ => of_json(ty, &Json::from(id)),
    }
}

fn kind_of_key(ty: &TypeDef) -> ValueKind {
    match ty.shape {
        Shape::Link(link) => link.key.kind(),
        _ => ty.kind(),
    }
}

/// How an attribute compares with a term: unknown if it is absent, or of another type.
pub(super) fn compare_attribute(
    attribute: Option<&Json>,
    comparison: Comparison,
    with: &Term,
    access: &AccessContext,
) -> Result<Truth> {
    let other = json_of(with, access)?;
    Ok(attribute.zip(other).and_then(|(json, other)| {
        let alike = std::mem::discriminant(json) == std::mem::discriminant(&other);
        let is_scalar = !json.is_array() && !json.is_object();
        (alike && is_scalar).then(|| comparison.holds(compare_json(json, &other)))
    }))
}

/// Whether an attribute, which is a list, holds a term. An element of another type may be anything.
pub(super) fn attribute_holds(attribute: Option<&Json>, element: &Term, access: &AccessContext) -> Result<Truth> {
    let Some(Json::Array(items)) = attribute else {
        return Ok(None);
    };
    let mut truth = Some(false);
    for item in items {
        match compare_attribute(Some(item), Comparison::Eq, element, access)? {
            Some(true) => return Ok(Some(true)),
            Some(false) => {}
            None => truth = None,
        }
    }
    Ok(truth)
}

fn json_of(term: &Term, access: &AccessContext) -> Result<Option<Json>> {
    match term {
        Term::Attribute(name) => Ok(access.attribute(name).cloned()),
        literal => json(literal).map(Some),
    }
}

fn json(literal: &Term) -> Result<Json> {
    Ok(match literal {
        Term::Text(text) => Json::from(*text),
        Term::Bool(value) => Json::from(*value),
        Term::Number(digits) => Json::Number(
            Number::from_str(digits)
                .map_err(|source| Error::internal(format!("`{digits}` is no number")).with_source(source))?,
        ),
        Term::Value(_) | Term::Attribute(_) => return Err(Error::internal("a term of its own is no literal")),
    })
}
