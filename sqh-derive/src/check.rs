//! The rules that can be told from the syntax alone, each a function named for it.
//!
//! What needs a type is left to the type checker: see `expand::require`. Every check of a model runs,
//! whatever the others found.

use crate::ctxt::Ctxt;
use crate::ir::{Embedded, EmbeddedShape, Enum, Field, Model};

mod fields;
mod graph;
mod index;
mod names;
mod partition;
mod policy;
mod relation;
mod search;
mod storage;
mod view;

pub(crate) use self::fields::MAX_KEY_FIELDS;

/// The longest identifier of PostgreSQL in bytes; it cuts longer ones without an error.
const MAX_IDENTIFIER_BYTES: usize = 63;

const MODEL_CHECKS: &[fn(&Ctxt, &Model)] = &[
    names::check_group_is_a_slug,
    names::check_model_name_is_an_identifier,
    names::check_table_fits,
    names::check_names_differ,
    names::check_columns_fit,
    storage::check_one_backend,
    storage::check_words_belong_to_the_backend,
    storage::check_shared_models_have_no_tenant,
    storage::check_row_security_has_rows_to_separate,
    partition::check_partition_words_have_a_partition_column,
    partition::check_partition_column_is_a_field,
    partition::check_partition_column_is_the_callers,
    partition::check_retention_is_a_duration,
    partition::check_unique_field_is_the_partition_column,
    partition::check_unique_index_holds_partition_column,
    graph::check_graph_model_has_an_id,
    graph::check_key_names_fields,
    fields::check_fields_are_there,
    fields::check_primary_key_is_there,
    fields::check_primary_key_is_not_too_wide,
    fields::check_each_role_is_played_once,
    fields::check_words_belong_to_the_backend,
    fields::check_words_do_not_exclude_each_other,
    fields::check_parent_and_skip_stand_alone,
    fields::check_on_delete_has_a_reference,
    index::check_indexes_are_postgres,
    index::check_index_has_columns,
    index::check_index_columns_are_fields,
    index::check_index_fits_its_method,
    index::check_index_works_under_row_security,
    index::check_index_names_differ,
    search::check_search_language_has_fields,
    search::check_search_works_under_row_security,
    relation::check_relation_is_complete,
    relation::check_relation_names_differ,
    policy::check_policies_name_fields,
    policy::check_policies_have_owner_and_team,
    policy::check_list_has_a_read,
    policy::check_policies_differ,
    policy::check_subdocuments_have_no_policies,
];

/// Checks a model.
pub(crate) fn model(cx: &Ctxt, model: &Model) {
    for check in MODEL_CHECKS {
        check(cx, model);
    }
}

const VIEW_CHECKS: &[fn(&Ctxt, &Model)] = &[
    view::check_view_is_complete,
    view::check_key_is_there,
    view::check_indexes_are_not_unique,
    view::check_policies_are_about_reading,
];

/// Checks a view.
pub(crate) fn view(cx: &Ctxt, view: &Model) {
    for check in MODEL_CHECKS.iter().chain(VIEW_CHECKS) {
        check(cx, view);
    }
}

/// Checks an enum.
pub(crate) fn platform_enum(cx: &Ctxt, input: &Enum) {
    names::check_variant_names_differ(cx, input);
    names::check_variant_names_fit(cx, input);
}

/// Checks an embedded value.
pub(crate) fn platform_value(cx: &Ctxt, input: &Embedded) {
    if let EmbeddedShape::Record { fields, .. } = &input.shape {
        let stored: Vec<&Field> = fields.iter().filter(|field| !field.has(crate::symbol::SKIP)).collect();
        names::check_field_names_differ(cx, &stored);
        names::check_field_columns_fit(cx, &stored);
        fields.iter().for_each(|field| fields::check_skip_stands_alone(cx, field));
        if stored.is_empty() && !fields.is_empty() {
            cx.error(&input.ident, "every field of this embedded value is skipped: leave one that is stored");
        }
    }
}
