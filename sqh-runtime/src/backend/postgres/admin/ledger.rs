//! The ledger: what has been done to a database, in the database itself.

use std::collections::HashMap;

use sqh_model::{Error, Result};
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::of_admin;

const LEDGER: &str = include_str!("../../../../../migrations/ledger/0001_ledger.sql");

/// A migration of the project's own, as a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

/// What a row of the ledger is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) kind: Kind,
    pub(crate) schema: &'a str,
    pub(crate) name: &'a str,
    pub(crate) model: Option<&'a str>,
    /// The column that says whose a row is, in a table of many tenants.
    pub(crate) tenant_column: Option<&'a str>,
    /// What was done, of which the ledger keeps a checksum.
    pub(crate) sql: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Migration,
    Table,
    View,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Migration => "migration",
            Self::Table => "table",
            Self::View => "view",
        }
    }
}

/// Makes the ledger unless it is there, under the lock on the database's schema.
pub(crate) async fn ensure(connection: &mut PgConnection) -> Result<()> {
    if !exists(connection).await? {
        sqlx::raw_sql(AssertSqlSafe(LEDGER)).execute(connection).await.map_err(of_admin)?;
    }
    Ok(())
}

/// Whether it is there, as this version has it.
pub(crate) async fn exists(connection: &mut PgConnection) -> Result<bool> {
    let query = "SELECT EXISTS (SELECT FROM pg_attribute \
                 WHERE attrelid = to_regclass('sqh.ledger') AND attname = 'refresh_took')";
    let query = sqlx::query_scalar(query);
    query.fetch_one(connection).await.map_err(of_admin)
}

/// The tables of a schema that have a row, with their tenant columns.
pub(crate) async fn tables(connection: &mut PgConnection, schema: &str) -> Result<HashMap<String, Option<String>>> {
    let query = "SELECT name, tenant_column FROM sqh.ledger WHERE kind = 'table' AND schema_name = $1";
    let tables: Vec<_> = sqlx::query_as(query).bind(schema).fetch_all(connection).await.map_err(of_admin)?;
    Ok(tables.into_iter().collect())
}

/// Writes a row, in the transaction of the work that it tells of. What was done again, because
/// somebody had undone it, has a new one.
pub(crate) async fn record(connection: &mut PgConnection, entry: Entry<'_>) -> Result<()> {
    let query = "INSERT INTO sqh.ledger (kind, schema_name, name, model, tenant_column, checksum) \
                 VALUES ($1, $2, $3, $4, $5, encode(sha256(convert_to($6, 'UTF8')), 'hex')) \
                 ON CONFLICT (kind, schema_name, name) DO UPDATE SET model = EXCLUDED.model, \
                 tenant_column = EXCLUDED.tenant_column, checksum = EXCLUDED.checksum, applied_at = EXCLUDED.applied_at, \
                 refresh_started_at = NULL, refresh_took = NULL";
    let query = sqlx::query(query).bind(entry.kind.name()).bind(entry.schema).bind(entry.name);
    query.bind(entry.model).bind(entry.tenant_column).bind(entry.sql).execute(connection).await.map_err(of_admin)?;
    Ok(())
}

/// The migrations that the ledger has no row for.
pub(crate) async fn pending(
    connection: &mut PgConnection,
    schema: &str,
    migrations: &[Migration],
) -> Result<Vec<&'static str>> {
    let query = "SELECT name FROM sqh.ledger WHERE kind = 'migration' AND schema_name = $1";
    let applied: Vec<String> = sqlx::query_scalar(query).bind(schema).fetch_all(connection).await.map_err(of_admin)?;
    let names = migrations.iter().map(|migration| migration.name);
    Ok(names.filter(|name| !applied.iter().any(|applied| applied == name)).collect())
}

/// Applies the migrations that the ledger has no row for, under the lock on the database's schema, and
/// names them.
///
/// # Errors
/// `Conflict` if one was changed after it had been applied.
pub(crate) async fn migrate(
    connection: &mut PgConnection,
    schema: &str,
    migrations: &[Migration],
) -> Result<Vec<&'static str>> {
    let mut applied = Vec::new();
    for migration in migrations {
        let query = "SELECT checksum = encode(sha256(convert_to($3, 'UTF8')), 'hex') FROM sqh.ledger \
                     WHERE kind = 'migration' AND schema_name = $1 AND name = $2";
        let query = sqlx::query_scalar(query).bind(schema).bind(migration.name).bind(migration.sql);
        match query.fetch_optional(&mut *connection).await.map_err(of_admin)? {
            Some(true) => {}
            Some(false) => {
                return Err(Error::conflict(format!(
                    "the migration `{}` is another than the one that was applied: upgrade, or restore the database",
                    migration.name
                )));
            }
            None => {
                sqlx::raw_sql(AssertSqlSafe(migration.sql)).execute(&mut *connection).await.map_err(of_admin)?;
                let Migration { name, sql } = *migration;
                let entry = Entry { kind: Kind::Migration, schema, name, model: None, tenant_column: None, sql };
                record(connection, entry).await?;
                applied.push(migration.name);
            }
        }
    }
    Ok(applied)
}
