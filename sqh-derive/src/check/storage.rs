//! `#[storage(…)]`: which words belong together.

use crate::ctxt::Ctxt;
use crate::ir::Model;
use crate::symbol;

pub(super) fn check_one_backend(cx: &Ctxt, model: &Model) {
    let words = &model.storage.words;
    if let (true, Some(postgres)) = (words.has(symbol::TERMINUSDB), words.written(symbol::POSTGRES)) {
        cx.error(postgres, "a model is kept in one system: either `terminusdb` or `postgres`");
    }
}

pub(super) fn check_words_belong_to_the_backend(cx: &Ctxt, model: &Model) {
    let storage = &model.storage;
    if storage.has(symbol::TERMINUSDB) && storage.has(symbol::POSTGRES) {
        return;
    }
    let (foreign, home) = if model.is_postgres() {
        (symbol::TERMINUSDB_ONLY, "TerminusDB")
    } else {
        (symbol::POSTGRES_ONLY, "PostgreSQL")
    };
    for word in foreign {
        let Some(written) = storage.words.written(*word) else { continue };
        let name = word.name;
        let advice = if model.is_postgres() {
            format!("leave `{name}` out, or write `#[storage(terminusdb, …)]`")
        } else if name == symbol::SHARED.name {
            "shared reference data lives in PostgreSQL: write `#[storage(postgres, shared)]`".to_owned()
        } else if storage.has(symbol::TERMINUSDB) {
            format!("leave `{name}` out, or write `#[storage(postgres, …)]`")
        } else {
            format!("write `#[storage(postgres, {}, …)]`", word.usage)
        };
        cx.error(written, format!("`{name}` is a word for {home} models: {advice}"));
    }
}

pub(super) fn check_shared_models_have_no_tenant(cx: &Ctxt, model: &Model) {
    if !model.is_postgres() || !model.storage.has(symbol::SHARED) {
        return;
    }
    let reason = "a shared model lives once in the shared database, without tenants";
    for word in [symbol::PLACEMENT, symbol::RLS] {
        if let Some(written) = model.storage.words.written(word) {
            cx.error(written, format!("{reason}: leave `{}` out, or leave `shared` out", word.name));
        }
    }
    for field in model.stored() {
        if let Some(written) = field.words.written(symbol::TENANT) {
            cx.error(written, format!("{reason}: it has no tenant column"));
        }
    }
}

/// Row-level security separates the tenants in one table; elsewhere there is one tenant in it.
pub(super) fn check_row_security_has_rows_to_separate(cx: &Ctxt, model: &Model) {
    let words = &model.storage.words;
    let Some(placement) = words.text(symbol::PLACEMENT).filter(|placement| placement.value() != "row") else {
        return;
    };
    let value = placement.value();
    let reason = format!("with `placement = \"{value}\"` a table holds the rows of one tenant");
    if let Some(rls) = words.written(symbol::RLS) {
        cx.error(rls, format!("{reason}: leave `rls` out, or write `placement = \"row\"`"));
    }
    for field in model.stored() {
        if let Some(tenant) = field.words.written(symbol::TENANT) {
            cx.error(
                tenant,
                format!("{reason} and no tenant column: remove the field, or write `placement = \"row\"`"),
            );
        }
    }
}
