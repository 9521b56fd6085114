//! `{Model.field}` in a statement that was not compiled: the names are looked up as it is read.

use sqh_model::expr::lower::quoted;
use sqh_model::schema::{ModelDef, Registry};
use sqh_model::types::json_form::unknown_field;
use sqh_model::{Error, Result};

/// A statement with names in the place of what stood in braces.
#[derive(Debug)]
pub(crate) struct Filled {
    pub(crate) text: String,
    /// Where pieces of it begin, and where they stood before.
    pieces: Vec<(usize, usize)>,
}

impl Filled {
    /// Where a place of the text was before.
    pub(crate) fn origin(&self, at: usize) -> usize {
        let piece = self.pieces.iter().rev().find(|(start, _)| *start <= at);
        piece.map_or(at, |(start, origin)| origin + (at - start))
    }
}

/// Fills in names of models and fields that there are. `{{` and `}}` are braces.
///
/// # Errors
/// `Invalid`, naming what stands between the braces.
pub(crate) fn fill(registry: &Registry, text: &str) -> Result<Filled> {
    let (mut filled, mut at) = (Filled { text: String::new(), pieces: vec![(0, 0)] }, 0);
    while let Some(brace) = text[at..].find(['{', '}']).map(|found| at + found) {
        filled.text += &text[at..brace];
        let rest = &text[brace..];
        at = if rest.starts_with("{{") || rest.starts_with("}}") {
            filled.text += &rest[..1];
            brace + 2
        } else {
            let inside = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(inside, _)| inside);
            let inside = inside.ok_or_else(|| {
                Error::invalid(format!("a `{}` stands alone: write `{{Model.field}}`, or it twice", &rest[..1]))
            })?;
            filled.text += &name(registry, inside)?;
            brace + inside.len() + 2
        };
        filled.pieces.push((filled.text.len(), at));
    }
    filled.text += &text[at..];
    Ok(filled)
}

fn name(registry: &Registry, inside: &str) -> Result<String> {
    let (model, field) = match inside.split_once('.') {
        Some((model, field)) => (model.trim(), Some(field.trim())),
        None => (inside.trim(), None),
    };
    let def = registry.models().iter().copied().find(|def| def.name == model).ok_or_else(|| {
        let known = registry.models().iter().map(|model| model.name).collect::<Vec<_>>().join("`, `");
        Error::invalid(format!("there is no model `{model}`: the models are `{known}`"))
    })?;
    match field {
        None => Ok(quoted(def.name)),
        Some(field) => column(def, field).map(quoted),
    }
}

fn column<'a>(def: &'static ModelDef, field: &'a str) -> Result<&'a str> {
    let paths = || def.layout().columns().iter().map(|column| column.path.as_str());
    match paths().any(|path| path == field) {
        true => Ok(field),
        false => Err(unknown_field(field, paths()).in_model(def.name)),
    }
}
