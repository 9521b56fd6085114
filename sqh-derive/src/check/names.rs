//! Names: slugs, identifiers that fit, and names that differ.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::MAX_IDENTIFIER_BYTES;
use crate::case::{quoted, snake};
use crate::ctxt::Ctxt;
use crate::ir::{Enum, Field, Model};
use crate::symbol;

pub(super) fn check_group_is_a_slug(cx: &Ctxt, model: &Model) {
    if !model.words.has(symbol::GROUP) {
        if model.words.means(symbol::GROUP) || model.words.is_unclear {
            return;
        }
        let at = if model.words.at.is_empty() { model.ident.to_token_stream() } else { model.words.at.clone() };
        cx.error(at, "the model has no group: write `#[model(group = \"…\")]`, such as \"lab\"");
        return;
    }
    let Some(group) = model.words.text(symbol::GROUP) else { return };
    let slug = group.value();
    if slug.len() > MAX_IDENTIFIER_BYTES {
        cx.error(group, format!("the group is longer than {MAX_IDENTIFIER_BYTES} bytes"));
    } else if !is_slug(&slug) {
        let rule = "a group is a slug: small letters, digits and single hyphens, a letter first";
        cx.error(group, format!("{rule}; write {:?}", to_slug(&slug)));
    }
}

fn is_slug(slug: &str) -> bool {
    slug.starts_with(|c: char| c.is_ascii_lowercase())
        && slug
            .split('-')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

/// The slug that was probably meant.
fn to_slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_lowercase();
    if is_slug(&slug) { slug } else { "my-group".to_owned() }
}

pub(super) fn check_model_name_is_an_identifier(cx: &Ctxt, model: &Model) {
    let Some(name) = model.words.text(symbol::NAME) else { return };
    let value = name.value();
    let is_identifier = value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_identifier {
        let rule = "a model's name is part of its records' addresses: letters, digits and `_`, a letter first";
        cx.error(name, format!("{rule}; such as `name = \"{}\"`", model.ident));
    }
}

pub(super) fn check_table_fits(cx: &Ctxt, model: &Model) {
    if !model.is_postgres() {
        return;
    }
    match model.storage.words.text(symbol::TABLE) {
        Some(table) => check_identifier(cx, "table", &table.value(), table.to_token_stream(), None),
        None if model.storage.has(symbol::TABLE) => {}
        None => check_identifier(cx, "table", &model.table(), model.ident.to_token_stream(), Some("table = \"…\"")),
    }
}

pub(super) fn check_columns_fit(cx: &Ctxt, model: &Model) {
    if model.is_postgres() {
        check_field_columns_fit(cx, &model.stored().collect::<Vec<_>>());
    }
}

pub(super) fn check_field_columns_fit(cx: &Ctxt, fields: &[&Field]) {
    for field in fields {
        match field.words.text(symbol::COLUMN) {
            Some(column) => check_identifier(cx, "column", &column.value(), column.to_token_stream(), None),
            None => {
                check_identifier(cx, "column", &field.column, field.ident.to_token_stream(), Some("column = \"…\""));
            }
        }
    }
}

/// Refuses a name that PostgreSQL would cut, or that needs more than quotes to be one.
pub(super) fn check_identifier(cx: &Ctxt, what: &str, name: &str, at: TokenStream, shorter: Option<&str>) {
    if name.len() > MAX_IDENTIFIER_BYTES {
        let advice = shorter.map_or_else(|| "shorten it".to_owned(), |word| format!("give a shorter one by `{word}`"));
        let length = name.len();
        cx.error(
            at,
            format!(
                "the {what} name `{name}` has {length} bytes, and PostgreSQL keeps {MAX_IDENTIFIER_BYTES}: {advice}"
            ),
        );
    } else if name.contains(|c: char| c.is_control() || c == '"') || name.trim() != name {
        cx.error(at, format!("the {what} name has white space at its ends, a quote or a control character in it"));
    }
}

pub(super) fn check_names_differ(cx: &Ctxt, model: &Model) {
    let stored: Vec<&Field> = model.stored().collect();
    check_field_names_differ(cx, &stored);
    for (position, field) in stored.iter().enumerate() {
        let earlier = stored[..position].iter().find(|other| other.constant == field.constant);
        if let Some(earlier) = earlier {
            cx.error(
                &field.ident,
                format!(
                    "the fields {} would both make the column constant `{}`: rename one of them",
                    quoted([&earlier.name, &field.name]),
                    field.constant
                ),
            );
        }
    }
}

/// Refuses two fields with one column or one JSON name. Fields whose constants collide are left to the
/// message about that: they collide here as well.
pub(super) fn check_field_names_differ(cx: &Ctxt, fields: &[&Field]) {
    for (position, field) in fields.iter().enumerate() {
        let earlier = &fields[..position];
        if earlier.iter().any(|other| other.constant == field.constant) {
            continue;
        }
        if let Some(other) = earlier.iter().find(|other| other.column == field.column) {
            let at = field.words.text(symbol::COLUMN).or(other.words.text(symbol::COLUMN));
            let at = at.map_or_else(|| field.ident.to_token_stream(), ToTokens::to_token_stream);
            cx.error(
                at,
                format!(
                    "the fields {} would both be the column `{}`: name one by `column = \"…\"`",
                    quoted([&other.name, &field.name]),
                    field.column
                ),
            );
        }
        if let Some(other) = earlier.iter().find(|other| other.json == field.json) {
            let at = field.words.text(symbol::RENAME).or(other.words.text(symbol::RENAME));
            let at = at.map_or_else(|| field.ident.to_token_stream(), ToTokens::to_token_stream);
            cx.error(
                at,
                format!(
                    "the fields {} would both be `{}` in JSON: name one by `rename = \"…\"`",
                    quoted([&other.name, &field.name]),
                    field.json
                ),
            );
        }
    }
}

pub(super) fn check_variant_names_differ(cx: &Ctxt, input: &Enum) {
    for (position, variant) in input.variants.iter().enumerate() {
        if let Some(other) = input.variants[..position].iter().find(|other| other.name == variant.name) {
            cx.error(
                &variant.ident,
                format!(
                    "the variants {} would both be stored as `{}`: rename one of them, or choose another `rename_all`",
                    quoted([&other.ident, &variant.ident]),
                    variant.name
                ),
            );
        }
    }
}

/// PostgreSQL's enums hold identifiers, and the type itself has a name.
pub(super) fn check_variant_names_fit(cx: &Ctxt, input: &Enum) {
    if !input.native {
        return;
    }
    let advice = "`#[platform_enum(text)]` has no such limit";
    let type_name = snake(&input.ident.to_string());
    if type_name.len() > MAX_IDENTIFIER_BYTES {
        cx.error(
            &input.ident,
            format!("the type name `{type_name}` is longer than {MAX_IDENTIFIER_BYTES} bytes: shorten it; {advice}"),
        );
    }
    for variant in input.variants.iter().filter(|variant| variant.name.len() > MAX_IDENTIFIER_BYTES) {
        cx.error(&variant.ident, format!("a native enum keeps {MAX_IDENTIFIER_BYTES} bytes of a name, and this one is longer: shorten it; {advice}"));
    }
}

#[cfg(test)]
mod tests {
    use super::{is_slug, to_slug};

    #[test]
    fn slugs() {
        for slug in ["lab", "water-quality", "a1", "a-1"] {
            assert!(is_slug(slug), "{slug}");
        }
        for (text, meant) in [
            ("Lab", "lab"),
            ("water_quality", "water-quality"),
            ("water--quality", "water-quality"),
            ("-lab-", "lab"),
            ("1lab", "my-group"),
            ("übung", "bung"),
        ] {
            assert!(!is_slug(text), "{text}");
            assert_eq!(to_slug(text), meant);
        }
    }
}
