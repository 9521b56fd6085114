//! PostgreSQL DDL: what a model's table must be, as SQL and as data.
//!
//! [`render`] gives the statements for some models, in an order in which they can be applied;
//! [`Ddl::to_script`] makes a script of them that can be applied again without harm. [`expected`] is
//! the same as data, for comparing with a database ([`diff`]). Everything is pure: no clock, no
//! connection, the same definition gives the same bytes.
//!
//! ```
//! use sqh_derive::PlatformModel;
//! use sqh_model::render::ddl::{self, DdlOptions};
//! use sqh_model::schema::PlatformModel;
//!
//! #[derive(PlatformModel)]
//! #[model(group = "clinic", crate = "sqh_model")]
//! #[storage(postgres)]
//! struct AppVisit {
//!     #[field(primary_key)]
//!     id: i64,
//! }
//!
//! let ddl = ddl::render(&[AppVisit::def()], &DdlOptions::default()).unwrap();
//! assert_eq!(
//!     ddl.statements[0].sql,
//!     r#"CREATE TABLE "app_visit" (
//!     "id" bigint NOT NULL,
//!     CONSTRAINT "app_visit_pkey" PRIMARY KEY ("id")
//! )"#
//! );
//! assert!(ddl.to_script().contains(r#"CREATE TABLE IF NOT EXISTS "app_visit""#));
//! ```
//!
//! Text is declared `COLLATE "C"`, so that comparisons, orders and indexes agree with each other and
//! with the other backends whatever the database's collation is. Times are stamped by the engine:
//! there are no triggers.

mod column;
mod comment;
mod constraint;
mod diff;
mod expression;
mod extension;
mod index;
mod literal;
mod name;
mod options;
mod order;
mod partition;
mod place;
mod policy;
mod reference;
mod retention;
mod search_index;
mod shape;
mod statement;
mod table;
mod type_name;
mod view;

pub use self::diff::{Difference, DifferenceKind, diff};
pub use self::extension::extensions;
pub use self::name::{qualified, quoted};
pub use self::options::{DdlOptions, TenantColumn, TenantColumns};
pub use self::order::with_referenced;
pub use self::partition::{Partition, PartitionWindow, default_name, partition_statements, partitions};
pub use self::policy::TENANT_SETTING;
pub use self::retention::{Retention, Retire, parse_partition, retention_statements};
pub use self::shape::{
    CheckShape, ColumnShape, EnumShape, ForeignKeyShape, IndexColumnShape, IndexShape, KeyShape, PartitioningShape,
    PolicyShape, RowSecurityShape, TableShape,
};
pub use self::statement::{Creates, Ddl, Statement};
pub use self::table::expected;

use self::place::Place;
use crate::error::{Error, Result};
use crate::schema::ModelDef;

/// The DDL of some models: schema, extensions, enum types and tables, in an order that works.
///
/// Tables that refer to each other in a circle get the last constraint after both are there. A
/// table that is referred to and is not among the models must exist: see [`with_referenced`].
///
/// # Errors
/// As [`expected`]; `Invalid` also for two indexes or two different enums of one name.
pub fn render(models: &[&'static ModelDef], options: &DdlOptions) -> Result<Ddl> {
    let models = order::sorted(models, options)?;
    let mut tables = Vec::with_capacity(models.len());
    for &def in &models {
        tables.push((Place::of(def, options)?, expected(def, options)?));
    }
    let mut statements = shared_statements(&tables)?;
    let mut later = Vec::new();
    for (i, (place, table)) in tables.iter().enumerate() {
        // A constraint on a table that comes later waits for it.
        let comes_later =
            |target: &str| tables[i + 1..].iter().any(|(other, table)| table.name == target && other.is_beside(place));
        let (waiting, inline): (Vec<_>, Vec<_>) = table.foreign_keys.iter().partition(|key| comes_later(&key.target));
        let mut made = vec![match place.def.view {
            Some(_) => view::statement(place, table, options)?,
            None => table::statement(table, &inline, place.schema),
        }];
        if table.partitioning.is_some() {
            made.extend(partition::default_statements(place));
            if let Some(window) = options.partitions {
                made.extend(partition_statements(place.def, options, window)?);
            }
        }
        made.extend(table.indexes.iter().map(|index| index::statement(table, index, place.schema)));
        made.extend(policy::statements(table, place.schema));
        let kind = if place.def.view.is_some() { "MATERIALIZED VIEW" } else { "TABLE" };
        made.extend(comment::statements(table, kind, place.schema));
        let foreign = waiting.into_iter().map(|key| reference::statement(table, key, place.schema));
        let of_model = |mut statement: Statement| {
            statement.model = Some(place.def);
            statement
        };
        later.extend(foreign.map(of_model));
        statements.extend(made.into_iter().map(of_model));
    }
    statements.extend(later);
    Ok(Ddl { statements })
}

/// What several tables share: schemas, extensions, enum types, the table of tenants.
fn shared_statements(tables: &[(Place<'_>, TableShape)]) -> Result<Vec<Statement>> {
    check_names_are_unique(tables)?;
    let mut schemas: Vec<&str> = tables.iter().filter_map(|(place, _)| place.schema).collect();
    schemas.sort_unstable();
    schemas.dedup();
    let mut extensions: Vec<&str> = tables.iter().flat_map(|(place, _)| extensions(place.def)).collect();
    extensions.sort_unstable();
    extensions.dedup();
    let mut enums: Vec<_> =
        tables.iter().flat_map(|(place, table)| table.enums.iter().map(|def| (place.schema, def))).collect();
    enums.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
    enums.dedup();
    let mut tenants: Vec<Statement> = tables.iter().filter_map(|(place, _)| table::tenants_statement(place)).collect();
    tenants.dedup();

    let mut statements: Vec<Statement> =
        schemas.into_iter().filter(|schema| *schema != "public").map(table::schema_statement).collect();
    statements.extend(extensions.into_iter().map(extension::statement));
    statements.extend(enums.into_iter().map(|(schema, def)| column::enum_statement(def, schema)));
    statements.extend(tenants);
    Ok(statements)
}

/// Indexes share their names across a schema, and `IF NOT EXISTS` would pass over the second in
/// silence; so would the guard of an enum type, and each table is a type of its own as well.
fn check_names_are_unique(tables: &[(Place<'_>, TableShape)]) -> Result<()> {
    for (i, (place, table)) in tables.iter().enumerate() {
        check_enums_are_no_tables(place, table, &tables[..=i])?;
        for (other_place, other) in tables[..i].iter().filter(|(other, _)| other.is_beside(place)) {
            if let Some(name) = table.relation_names().find(|name| other.relation_names().any(|taken| taken == *name)) {
                return Err(Error::invalid(format!(
                    "`{name}` is also the name of a table or an index of `{}`: give one a `name = \"…\"`",
                    other_place.def.name
                ))
                .in_model(place.def.name));
            }
            let differs = |def: &&EnumShape| other.enums.iter().any(|taken| taken.name == def.name && taken != *def);
            if let Some(def) = table.enums.iter().find(differs) {
                return Err(Error::invalid(format!(
                    "`{}` uses another enum of the name `{}`: rename one of the two",
                    other_place.def.name, def.name
                ))
                .in_model(place.def.name));
            }
        }
    }
    Ok(())
}

fn check_enums_are_no_tables(place: &Place<'_>, table: &TableShape, tables: &[(Place<'_>, TableShape)]) -> Result<()> {
    for (other_place, other) in tables.iter().filter(|(other, _)| other.is_beside(place)) {
        let clash = |(enums, named): (&TableShape, &TableShape)| enums.enums.iter().any(|def| def.name == named.name);
        if clash((table, other)) || clash((other, table)) {
            let name = if clash((table, other)) { &other.name } else { &table.name };
            return Err(Error::invalid(format!(
                "`{name}` is both a table and an enum type (of `{}` and `{}`): rename one of the two",
                place.def.name, other_place.def.name
            ))
            .in_model(place.def.name));
        }
    }
    Ok(())
}
