//! Row security: the tenant's rows and no others, where a model asks for it with `rls`.
//!
//! Opt-in, because row security makes operators that are not leakproof useless to indexes: `ILIKE`
//! with a trigram index took 1.9 ms without and 502 ms with it, on a million rows.

use super::name::{derived, literal, qualified, quoted};
use super::place::Place;
use super::shape::{PolicyShape, RowSecurityShape, TableShape};
use super::statement::{Creates, Statement};
use super::type_name;
use crate::error::{Error, Result};
use crate::schema::{ColumnDef, IndexDef, IndexMethod};

/// The setting that names the tenant of a transaction.
pub const TENANT_SETTING: &str = "sqh.tenant";

/// The row security of a table: in row placement, of a model with `rls`.
pub(super) fn shape(place: &Place<'_>) -> Option<RowSecurityShape> {
    let lead = place.tenant.as_ref().filter(|_| place.def.storage.rls)?;
    let column = quoted(lead.name);
    let type_name = lead.column.type_name();
    // The subquery is evaluated once for a statement, not once for a row. A setting that was made by
    // SET LOCAL is empty after the transaction, not unset: the empty tenant is nobody.
    let condition =
        format!("{column} = (SELECT NULLIF(current_setting({}, true), '')::{type_name})", literal(TENANT_SETTING));
    Some(RowSecurityShape {
        forced: true,
        policies: vec![PolicyShape {
            name: derived(place.def.table, &[lead.name], "policy"),
            using: condition.clone(),
            with_check: condition,
        }],
    })
}

/// Turns row security on and makes the policies.
pub(super) fn statements(table: &TableShape, schema: Option<&str>) -> Vec<Statement> {
    let Some(security) = &table.row_security else {
        return Vec::new();
    };
    let name = qualified(schema, &table.name);
    let mut statements = vec![enable(&table.name, schema)];
    if security.forced {
        // The owner of a table is above its policies otherwise.
        let sql = format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY");
        statements.push(Statement::repeatable(Creates::RowSecurity, &table.name, sql));
    }
    statements.extend(security.policies.iter().map(|policy| {
        let sql = format!(
            "CREATE POLICY {} ON {name} USING ({}) WITH CHECK ({})",
            quoted(&policy.name),
            policy.using,
            policy.with_check
        );
        Statement::unless_exists(Creates::RowSecurity, &policy.name, sql)
    }));
    statements
}

/// Turns row security on. On a partition, without a policy, it refuses whoever goes around the parent.
pub(super) fn enable(table: &str, schema: Option<&str>) -> Statement {
    let sql = format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY", qualified(schema, table));
    Statement::repeatable(Creates::RowSecurity, table, sql)
}

/// Refuses an index that row security would keep the planner from using.
///
/// # Errors
/// `Unsupported`, naming the field and the ways out.
pub(super) fn check_index_under_row_security(place: &Place<'_>, index: &IndexDef, column: &ColumnDef) -> Result<()> {
    if place.tenant.is_none() || !place.def.storage.rls || index.under_rls {
        return Ok(());
    }
    let searches = index.is_of_trigrams();
    let is_spatial = type_name::is_spatial(&type_name::of_column(column));
    let is_inverted = matches!(index.using, IndexMethod::Gin | IndexMethod::Gist);
    let what = match (searches, is_spatial, is_inverted) {
        (true, ..) => "a trigram index",
        (_, true, _) => "a spatial index",
        (_, _, true) => "an index of this method",
        _ => return Ok(()),
    };
    Err(Error::unsupported(format!(
        "row-level security keeps PostgreSQL from using {what}, whose operators are not leakproof: leave out `rls`, or insist with `#[index(…, under_rls)]`"
    ))
    .in_field(&column.path))
}

/// Refuses full-text search where row security would keep the planner from using its index.
///
/// # Errors
/// `Unsupported`, naming the ways out.
pub(super) fn check_search_under_row_security(place: &Place<'_>) -> Result<()> {
    if place.tenant.is_none() || !place.def.storage.rls {
        return Ok(());
    }
    Err(Error::unsupported(
        "row-level security keeps PostgreSQL from using the index of full-text search, whose operator is not leakproof: leave out `rls`, or `search(language = \"…\")`",
    ))
}
