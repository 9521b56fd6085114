//! `#[index(…)]`

use quote::ToTokens;

use super::fields::find_field;
use super::names::check_identifier;
use crate::ctxt::Ctxt;
use crate::ir::{Index, Model};
use crate::symbol;

pub(super) fn check_indexes_are_postgres(cx: &Ctxt, model: &Model) {
    for index in model.indexes.iter().filter(|_| !model.is_postgres()) {
        cx.error(
            &index.words.at,
            "`#[index(…)]` is for PostgreSQL models: TerminusDB indexes every property by itself",
        );
    }
}

pub(super) fn check_index_has_columns(cx: &Ctxt, model: &Model) {
    for index in &model.indexes {
        if !index.words.means(symbol::COLUMNS) && !index.words.is_unclear {
            cx.error(&index.words.at, format!("the index has no columns: write `{}`", symbol::COLUMNS.usage));
        }
    }
}

pub(super) fn check_index_columns_are_fields(cx: &Ctxt, model: &Model) {
    for index in &model.indexes {
        for (position, column) in index.columns.iter().enumerate() {
            if index.columns[..position].iter().any(|other| other.field == column.field) {
                cx.error(&column.written, format!("`{}` is twice in this index", column.field));
                continue;
            }
            // A path into an embedded value: what comes behind the dot is known to its type only.
            let field = column.field.split('.').next().unwrap_or_default();
            find_field(cx, model, &column.written, field, "columns");
        }
    }
}

pub(super) fn check_index_fits_its_method(cx: &Ctxt, model: &Model) {
    for index in &model.indexes {
        let Some(using) = index.words.text(symbol::USING) else { continue };
        let method = using.value();
        if method == "btree" {
            continue;
        }
        if let Some(unique) = index.words.written(symbol::UNIQUE) {
            cx.error(
                unique,
                format!("only a btree can be unique, and this index is `{method}`: leave `unique` or `using` out"),
            );
        }
        if let Some(column) = index.columns.iter().find(|column| column.descending) {
            cx.error(&column.written, format!("a {method} index has no order: leave `desc` out"));
        }
        if let (Some(second), "hash") = (index.columns.get(1), method.as_str()) {
            cx.error(&second.written, "a hash index has one column: make an index for each");
        }
    }
}

pub(super) fn check_index_works_under_row_security(cx: &Ctxt, model: &Model) {
    let has_rls = model.storage.has(symbol::RLS);
    for index in model.indexes.iter().filter(|_| model.is_postgres()) {
        let insists = index.words.written(symbol::UNDER_RLS);
        let method =
            index.words.text(symbol::USING).filter(|method| ["gin", "gist"].contains(&method.value().as_str()));
        match (insists, method) {
            (Some(written), _) if !has_rls => {
                cx.error(
                    written,
                    "`under_rls` is for models with row-level security, and this one has no `rls`: leave it out",
                );
            }
            (None, Some(method)) if has_rls => {
                let reason = "row-level security keeps the planner from using this index, because its operators are not leakproof";
                cx.error(
                    method,
                    format!("{reason}: leave `rls` out, or add `under_rls` to have the index all the same"),
                );
            }
            _ => {}
        }
    }
}

pub(super) fn check_index_names_differ(cx: &Ctxt, model: &Model) {
    for (position, index) in model.indexes.iter().enumerate() {
        let earlier = &model.indexes[..position];
        let Some(name) = index.words.text(symbol::NAME) else {
            if let Some(column) = index.columns.first().filter(|_| earlier.iter().any(|other| is_same(other, index))) {
                cx.error(
                    &column.written,
                    "this index is there already: remove one, or tell them apart by `name = \"…\"`",
                );
            }
            continue;
        };
        check_identifier(cx, "index", &name.value(), name.to_token_stream(), None);
        let same_name =
            |other: &&Index| other.words.text(symbol::NAME).is_some_and(|other| other.value() == name.value());
        if earlier.iter().any(|other| same_name(&other)) {
            cx.error(name, format!("two indexes are called `{}`", name.value()));
        }
    }
}

/// Whether two unnamed indexes would get one name.
fn is_same(a: &Index, b: &Index) -> bool {
    let columns = |index: &Index| index.columns.iter().map(|column| column.field.clone()).collect::<Vec<_>>();
    !a.words.has(symbol::NAME) && columns(a) == columns(b) && a.words.has(symbol::UNIQUE) == b.words.has(symbol::UNIQUE)
}
