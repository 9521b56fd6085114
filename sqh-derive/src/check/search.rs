//! `#[model(search(…))]`

use crate::attr::Value;
use crate::ctxt::Ctxt;
use crate::ir::{Field, Model};
use crate::symbol;

pub(super) fn check_search_language_has_fields(cx: &Ctxt, model: &Model) {
    let may_be_searched = |field: &Field| field.words.means(symbol::FIELD_SEARCH) || field.has(symbol::PARENT);
    let has_fields = || model.stored().any(may_be_searched);
    if let Some(language) = language(model).filter(|_| model.is_struct && !has_fields()) {
        cx.error(language, "no field is searched in this language: mark those that are `#[field(search)]`");
    }
}

pub(super) fn check_search_works_under_row_security(cx: &Ctxt, model: &Model) {
    if !model.is_postgres() || !model.storage.has(symbol::RLS) {
        return;
    }
    if let Some(language) = language(model) {
        cx.error(
            language,
            "row-level security keeps the planner from using the index of full-text search, whose operator is not leakproof: leave `rls` out, or `search(…)`",
        );
    }
}

fn language(model: &Model) -> Option<&syn::LitStr> {
    match model.words.value(symbol::SEARCH_OPTIONS)? {
        Value::Words(words) => words.text(symbol::LANGUAGE),
        _ => None,
    }
}
