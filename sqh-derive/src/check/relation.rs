//! `#[has_many(…)]`

use crate::ctxt::Ctxt;
use crate::ir::Model;
use crate::symbol;

pub(super) fn check_relation_is_complete(cx: &Ctxt, model: &Model) {
    for relation in &model.has_many {
        for word in [symbol::NAME, symbol::CHILD, symbol::VIA] {
            if !relation.words.means(word) && !relation.words.is_unclear {
                cx.error(&relation.words.at, format!("the relation has no `{}`: add `{}`", word.name, word.usage));
            }
        }
    }
}

pub(super) fn check_relation_names_differ(cx: &Ctxt, model: &Model) {
    let mut names: Vec<String> = Vec::new();
    for written in model.has_many.iter().filter_map(|relation| relation.name.as_ref()) {
        let name = written.value();
        // The constant of the relation beside those of the columns.
        let constant = name.to_uppercase();
        if names.contains(&constant) {
            cx.error(written, format!("two relations are called `{name}`"));
        } else if model.fields.iter().any(|field| field.json == name || field.constant == constant) {
            cx.error(written, format!("`{name}` is a field of this model: give the relation another name"));
        } else if !is_identifier(&name) {
            let rule = "use letters, digits and `_`, a letter first";
            cx.error(written, format!("`{name}` is no name for a relation: {rule}"));
        }
        names.push(constant);
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
