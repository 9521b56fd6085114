//! What is left of a tenant in a database: how much it is, and how it goes.

use sqh_model::Result;
use sqh_model::render::ddl::{TENANT_SETTING, quoted};
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::{of_admin, sqlstate};

/// So many rows go in one transaction.
const BATCH: u64 = 10_000;

/// A table of many tenants, or a partition of one, with the column that says whose a row is.
#[derive(Debug, Clone)]
pub(crate) struct TenantTable {
    /// Quoted, with its schema.
    table: String,
    /// Quoted.
    tenant_column: String,
    /// As PostgreSQL writes it.
    type_name: String,
}

/// How many rows went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deleted {
    /// There may be more.
    Some,
    /// There are no more.
    All,
    /// Rows of another table refer to them.
    Referred,
}

/// Ends the connections to a database, and drops it. One that has gone is as good.
pub(crate) async fn drop_database(connection: &mut PgConnection, name: &str) -> Result<()> {
    let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(name));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop).map_err(of_admin)
}

/// Drops a schema with all that is in it, and what the ledger knows of it.
pub(crate) async fn drop_schema(connection: &mut PgConnection, name: &str) -> Result<()> {
    let sql = format!("DROP SCHEMA IF EXISTS {} CASCADE", quoted(name));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await.map_err(of_admin)?;
    let query = sqlx::query("DELETE FROM sqh.ledger WHERE schema_name = $1").bind(name);
    query.execute(connection).await.map(drop).map_err(of_admin)
}

/// The tables of many tenants, with the types of their tenant columns without a length, which would cut
/// a key to another one: those that refer to the table of tenants, and those of some names.
pub(crate) async fn tenant_tables(
    connection: &mut PgConnection,
    tables: &[&str],
    columns: &[&str],
) -> Result<Vec<TenantTable>> {
    let query = "SELECT format('%I.%I', n.nspname, c.relname) AS table, format('%I', a.attname) AS tenant_column, \
                 format_type(a.atttypid, -1) AS type_name \
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public' \
                 JOIN pg_class r ON r.oid = coalesce(pg_partition_root(c.oid), c.oid) \
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
                 WHERE c.relkind = 'r' AND ((r.relname::text, a.attname::text) IN (SELECT * FROM unnest($1, $2)) \
                 OR EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = c.oid \
                 AND f.confrelid = to_regclass('public.tenants') AND f.conkey = ARRAY[a.attnum])) ORDER BY 1";
    let query = sqlx::query_as(query).bind(tables).bind(columns);
    let found: Vec<(String, String, String)> = query.fetch_all(connection).await.map_err(of_admin)?;
    let table = |(table, tenant_column, type_name)| TenantTable { table, tenant_column, type_name };
    Ok(found.into_iter().map(table).collect())
}

/// Names the tenant to row security, until the transaction ends.
async fn name_tenant(connection: &mut PgConnection, key: &str) -> Result<()> {
    let query = sqlx::query("SELECT set_config($1, $2, true)").bind(TENANT_SETTING).bind(key);
    query.execute(connection).await.map(drop).map_err(of_admin)
}

/// Deletes some of a tenant's rows of a table, in a transaction of its own.
pub(crate) async fn delete_some(connection: &mut PgConnection, table: &TenantTable, key: &str) -> Result<Deleted> {
    name_tenant(connection, key).await?;
    let TenantTable { table, tenant_column, type_name } = table;
    let sql = format!(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} \
         WHERE {tenant_column} = CAST($1::text AS {type_name}) LIMIT {BATCH}))"
    );
    match sqlx::query(AssertSqlSafe(sql)).bind(key).execute(connection).await {
        Ok(done) if done.rows_affected() < BATCH => Ok(Deleted::All),
        Ok(_) => Ok(Deleted::Some),
        Err(error) => match sqlstate(&error).as_deref() {
            Some("23503") => Ok(Deleted::Referred),
            // The key is no value of the column: there can be no such row.
            Some("22P02" | "22003") => Ok(Deleted::All),
            _ => Err(of_admin(error)),
        },
    }
}

/// The rows of a tenant in a table, and their bytes.
pub(crate) async fn rows_of(connection: &mut PgConnection, table: &TenantTable, key: &str) -> Result<(i64, i64)> {
    name_tenant(connection, key).await?;
    let TenantTable { table, tenant_column, type_name } = table;
    let sql = format!(
        "SELECT count(*), coalesce(sum(pg_column_size(t.*)), 0)::bigint FROM {table} t \
         WHERE t.{tenant_column} = CAST($1::text AS {type_name})"
    );
    match sqlx::query_as(AssertSqlSafe(sql)).bind(key).fetch_one(connection).await {
        Err(error) if matches!(sqlstate(&error).as_deref(), Some("22P02" | "22003")) => Ok((0, 0)),
        rows => rows.map_err(of_admin),
    }
}

/// The bytes of a database; none if it is not there.
pub(crate) async fn database_bytes(connection: &mut PgConnection, name: &str) -> Result<i64> {
    let query = sqlx::query_scalar("SELECT pg_database_size(oid) FROM pg_database WHERE datname = $1").bind(name);
    Ok(query.fetch_optional(connection).await.map_err(of_admin)?.unwrap_or_default())
}

/// The bytes of all that is in a schema.
pub(crate) async fn schema_bytes(connection: &mut PgConnection, name: &str) -> Result<i64> {
    let query = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c \
                 JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'm')";
    sqlx::query_scalar(query).bind(name).fetch_one(connection).await.map_err(of_admin)
}

/// Removes the tenant that rows refer to, where the platform keeps such a table.
pub(crate) async fn remove_tenant(connection: &mut PgConnection, key: &str) -> Result<()> {
    let query = sqlx::query("DELETE FROM public.tenants WHERE id = $1").bind(key);
    query.execute(connection).await.map(drop).map_err(of_admin)
}
