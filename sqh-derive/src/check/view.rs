//! `#[platform_view(…)]`, and what else is another for a view.

use quote::ToTokens;

use crate::ctxt::Ctxt;
use crate::ir::Model;
use crate::symbol;

/// The verbs that are about records which are written.
const WRITING: &[&str] = &["create", "update", "delete"];

pub(super) fn check_view_is_complete(cx: &Ctxt, model: &Model) {
    let words = &model.storage.words;
    for word in [symbol::SOURCE, symbol::DEFINITION] {
        if words.means(word) || words.is_unclear {
            continue;
        }
        let at = if words.at.is_empty() { model.ident.to_token_stream() } else { words.at.clone() };
        let message = match words.at.is_empty() {
            true => "the view is computed of nothing: write `#[platform_view(source = Model, definition = function)]`",
            false if word.name == symbol::SOURCE.name => {
                "the view has no `source`: add the model that it is computed of, `source = Model`"
            }
            false => {
                "the view has no `definition`: add the function that says what is computed, `definition = function`"
            }
        };
        cx.error(at, message);
        if words.at.is_empty() {
            return;
        }
    }
}

pub(super) fn check_key_is_there(cx: &Ctxt, model: &Model) {
    if model.is_struct && model.key().is_empty() {
        let message = format!(
            "`{}` has no key: write `#[field(primary_key)]` above each field that its definition groups by",
            model.ident
        );
        cx.error(&model.ident, message);
    }
}

/// Records are told apart by what they are grouped by, and nothing else is known to be unique.
pub(super) fn check_indexes_are_not_unique(cx: &Ctxt, model: &Model) {
    for written in model.indexes.iter().filter_map(|index| index.words.written(symbol::UNIQUE)) {
        cx.error(written, "only the key of a view is unique, by what it is computed of: leave `unique` out");
    }
}

pub(super) fn check_policies_are_about_reading(cx: &Ctxt, model: &Model) {
    for verb in model.policies.iter().flat_map(|policy| &policy.verbs) {
        if WRITING.iter().any(|writing| verb == writing) {
            cx.error(verb, format!("a view is only read, and nobody can {verb} in it: leave `{verb}` out"));
        }
    }
}
