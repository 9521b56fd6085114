//! Reads the fields of models and of embedded values.

use syn::Field as Input;

use super::{Field, IndexColumn};
use crate::attr::{self, Value, Words};
use crate::case::{self, RenameRule};
use crate::ctxt::Ctxt;
use crate::symbol::{self, Vocabulary};

impl Field {
    /// A named field; its words are those of `vocabulary`.
    pub(super) fn read(cx: &Ctxt, vocabulary: &Vocabulary, rule: Option<RenameRule>, input: &Input) -> Option<Field> {
        let ident = input.ident.clone()?;
        attr::refuse_misplaced(cx, &input.attrs, CONTAINER_ATTRIBUTES, "on a field write `#[field(…)]`");
        let mut words = Words::merged(cx, vocabulary, &input.attrs);
        let references = match words.take(symbol::REFERENCES) {
            Some(Value::Reference(reference)) => Some(reference),
            _ => None,
        };
        let name = case::plain(&ident);
        let column = match words.text(symbol::COLUMN) {
            Some(column) => column.value(),
            None => case::snake(&name),
        };
        let json = match (words.text(symbol::RENAME), rule) {
            (Some(json), _) => json.value(),
            (None, Some(rule)) => rule.apply(&name),
            (None, None) => name.clone(),
        };
        Some(Field {
            constant: case::constant(&ident),
            vis: input.vis.clone(),
            ty: input.ty.clone(),
            doc: attr::doc(&input.attrs),
            ident,
            name,
            column,
            json,
            words,
            references,
        })
    }
}

/// The attributes of a struct that mean nothing on its fields.
const CONTAINER_ATTRIBUTES: &[&str] =
    &["model", "storage", "index", "has_many", "policy", "platform_value", "platform_enum", "platform_view"];

impl IndexColumn {
    /// `"a"`, `"a asc"` or `"a desc"`.
    pub(super) fn read(cx: &Ctxt, written: &syn::LitStr) -> Option<IndexColumn> {
        let text = written.value();
        let mut parts = text.split_whitespace();
        let field = parts.next().unwrap_or_default().to_owned();
        let direction = parts.collect::<Vec<_>>().join(" ");
        let descending = match direction.to_lowercase().as_str() {
            "" | "asc" => false,
            "desc" => true,
            _ => {
                cx.error(written, format!("`{direction}` is no direction: write \"{field}\" or \"{field} desc\""));
                return None;
            }
        };
        if field.is_empty() {
            cx.error(written, "the column is empty: name a field, such as \"created_at desc\"");
            return None;
        }
        Some(IndexColumn { field, descending, written: written.clone() })
    }
}
