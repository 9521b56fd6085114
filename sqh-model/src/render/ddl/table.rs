//! Tables: the whole shape that a model's table must have, and the table as SQL.

use sea_query::{Alias, DynIden, IntoIden as _, PartitionBy, PostgresQueryBuilder, TableBuilder as _};

use super::name::{self, derived, qualified};
use super::options::DdlOptions;
use super::place::Place;
use super::shape::{ColumnShape, ForeignKeyShape, KeyShape, PartitioningShape, TableShape};
use super::statement::{Creates, Statement};
use super::{column, comment, constraint, index, policy, reference, view};
use crate::error::Result;
use crate::schema::ModelDef;

/// What the model says of its table: what the renderer writes, and what a database must show.
///
/// # Errors
/// `Invalid`, naming model and field, for what PostgreSQL cannot do; `Unsupported` for an index
/// that row security would keep the planner from using.
pub fn expected(def: &'static ModelDef, options: &DdlOptions) -> Result<TableShape> {
    let place = Place::of(def, options)?;
    name::check("table", def.table).map_err(|error| error.in_model(def.name))?;
    if def.view.is_some() {
        return view::expected(&place);
    }
    let partitioning = def.layout().partition().map(|position| PartitioningShape {
        strategy: "range".to_owned(),
        columns: vec![def.layout().columns()[position].name.clone()],
    });
    Ok(TableShape {
        name: def.table.to_owned(),
        comment: comment::of(def.doc),
        columns: column::shapes(&place).map_err(|error| error.in_model(def.name))?,
        primary_key: Some(constraint::primary_key(&place)?),
        uniques: constraint::uniques(&place)?,
        checks: constraint::checks(def),
        foreign_keys: reference::shapes(&place, options)?,
        indexes: index::shapes(&place)?,
        // A partitioned table has no storage of its own: its partitions are tuned instead.
        settings: if partitioning.is_none() { settings(def) } else { Vec::new() },
        partitioning,
        row_security: policy::shape(&place),
        enums: column::enums(&place)?,
    })
}

/// Makes a table with its columns, keys, checks and those foreign keys whose tables are there.
pub(super) fn statement(table: &TableShape, inline: &[&ForeignKeyShape], schema: Option<&str>) -> Statement {
    let columns = table.columns.iter().map(|column| column::sql(table, column, schema));
    let foreign_keys = inline.iter().map(|key| reference::sql(key, schema));
    let parts: Vec<String> = columns.chain(constraint::sql(table)).chain(foreign_keys).collect();
    let mut rest = format!("{} (\n    {}\n)", qualified(schema, &table.name), parts.join(",\n    "));
    if let Some(partitioning) = &table.partitioning {
        let columns: Vec<DynIden> =
            partitioning.columns.iter().map(|name| Alias::new(name.clone()).into_iden()).collect();
        rest.push_str(" PARTITION BY ");
        PostgresQueryBuilder.prepare_partition_by(&PartitionBy::Range(columns), &mut rest);
    }
    if !table.settings.is_empty() {
        rest.push_str(&format!(" WITH ({})", index::settings_sql(&table.settings)));
    }
    Statement::new(
        Creates::Table,
        &table.name,
        format!("CREATE TABLE {rest}"),
        format!("CREATE TABLE IF NOT EXISTS {rest}"),
    )
}

/// How a growing table is vacuumed: after a number of new rows and not after a share of all rows,
/// since a share comes ever later, and until then no scan of an index alone is possible.
pub(super) fn settings(def: &ModelDef) -> Vec<(String, String)> {
    if !def.storage.high_volume {
        return Vec::new();
    }
    [
        ("autovacuum_analyze_scale_factor", "0"),
        ("autovacuum_analyze_threshold", "100000"),
        ("autovacuum_vacuum_insert_scale_factor", "0"),
        ("autovacuum_vacuum_insert_threshold", "100000"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Makes a schema.
pub(super) fn schema_statement(schema: &str) -> Statement {
    let name = name::quoted(schema);
    Statement::new(
        Creates::Schema,
        schema,
        format!("CREATE SCHEMA {name}"),
        format!("CREATE SCHEMA IF NOT EXISTS {name}"),
    )
}

/// Makes the table of tenants that row placement refers to, where nobody has made it yet.
pub(super) fn tenants_statement(place: &Place<'_>) -> Option<Statement> {
    let tenant = place.tenant.as_ref()?.column;
    let key = ColumnShape {
        name: tenant.key.clone(),
        type_name: tenant.type_name(),
        collation: tenant.collation(),
        ..ColumnShape::default()
    };
    let tenants = TableShape {
        name: tenant.table.clone(),
        columns: vec![key],
        primary_key: Some(KeyShape {
            name: derived(&tenant.table, &[""; 0], "pkey"),
            columns: vec![tenant.key.clone()],
        }),
        ..TableShape::default()
    };
    Some(statement(&tenants, &[], place.schema))
}
