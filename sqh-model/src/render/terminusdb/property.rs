//! A field's type as a property's.

use serde_json::{Value as Json, json};

use super::classes;
use crate::error::{Error, Result};
use crate::types::{Collection, Shape, TypeDef};

/// A base type, a class, or a family of one.
///
/// # Errors
/// `Invalid` for a null inside a collection, an empty collection beside none, and a link to what
/// has no identity.
pub(super) fn render(ty: &TypeDef) -> Result<Json> {
    let Shape::Collection(collection, element) = ty.shape else {
        let base = base(ty)?;
        return Ok(if ty.nullable { json!({"@type": "Optional", "@class": base}) } else { base.into() });
    };
    if ty.nullable {
        return Err(Error::invalid(
            "TerminusDB cannot tell an empty collection from none: use the collection without `Option`",
        ));
    }
    if element.nullable {
        return Err(Error::invalid("TerminusDB has no null inside a collection: use elements without `Option`"));
    }
    let base = base(element)?;
    Ok(match collection {
        Collection::List => json!({"@type": "List", "@class": base}),
        Collection::Set => json!({"@type": "Set", "@class": base}),
        Collection::Array { dimensions } => json!({"@type": "Array", "@dimensions": dimensions, "@class": base}),
    })
}

fn base(ty: &TypeDef) -> Result<&'static str> {
    if let (Shape::Link(link), Some(target)) = (ty.shape, classes::referred(ty))
        && (link.target)().storage.is_subdocument
    {
        return Err(Error::invalid(format!(
            "a `{0}` lives inside its parent and cannot be linked to: make the field a `{0}`",
            target.name()
        )));
    }
    match (classes::referred(ty), ty.shape) {
        (Some(class), _) => Ok(class.name()),
        (None, Shape::Scalar(scalar)) => Ok(scalar.xsd),
        (None, Shape::Link(link)) => base(&link.key),
        _ => Err(Error::internal("only scalars and links to tables have no class")),
    }
}
