//! The index of full-text search: on the expression that a search asks, `to_tsvector` of the search fields.
//!
//! On the expression and not on a generated column: what a record is stays the model's fields alone, for every
//! writer and reader of the table; a model gets its search without its table being written anew; and the words
//! are kept once, in the index. What it costs is that the words of a record that was found are read again from
//! its text, to rank it.
//!
//! In row placement the tenant's column is not in it, as in no other inverted index: that would take the
//! extension `btree_gin`. The records of a word are those of all tenants, of which the tenant's are kept.

use super::name::{self, derived, unused};
use super::place::Place;
use super::policy;
use super::shape::{IndexColumnShape, IndexShape};
use crate::error::Result;
use crate::expr::lower::search_vector;

/// The index of a model with full-text search. A name that is taken it leaves to others.
///
/// # Errors
/// `Unsupported` where row security would keep the planner from using it.
pub(super) fn shape(place: &Place<'_>, taken: &[String]) -> Result<Option<IndexShape>> {
    let def = place.def;
    let Some(expression) = search_vector(def, "") else {
        return Ok(None);
    };
    policy::check_search_under_row_security(place).map_err(|error| error.in_model(def.name))?;
    let name = unused(derived(def.table, &["search"], "idx"), taken);
    name::check("index", &name).map_err(|error| error.in_model(def.name))?;
    let column = IndexColumnShape {
        name: expression,
        is_expression: true,
        is_default_class: true,
        ..IndexColumnShape::default()
    };
    Ok(Some(IndexShape { name, method: "gin".to_owned(), columns: vec![column], ..IndexShape::default() }))
}
