//! What is left of a tenant in a database: how much it is, and how it goes.

use sqh_model::render::ddl::{TENANT_SETTING, quoted};
use sqh_model::{Error, Result};
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::{of_admin, sqlstate};
use super::table::{IS_EXACT, inexact};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deleted {
    /// There may be more.
    Some,
    /// There are no more.
    All,
    /// Rows of another table, which is named, refer to them.
    Referred(String),
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

/// What a query has of a table: with the type of its tenant column without a length, which would cut a key
/// to another one.
type Found = (String, String, String, bool);

/// The tables that the ledger or somebody of this process names, those that refer to the table of tenants,
/// and those that inherit from them, partitions or not.
const CARRYING: &str = "WITH RECURSIVE named AS (SELECT name, tenant_column FROM sqh.ledger \
    WHERE kind = 'table' AND schema_name = 'public' AND tenant_column IS NOT NULL UNION SELECT * FROM unnest($1, $2)), \
    carrying (relid, attname) AS (SELECT a.attrelid, a.attname FROM named m JOIN pg_attribute a \
    ON a.attrelid = to_regclass(format('public.%I', m.name)) AND a.attname = m.tenant_column AND a.attnum > 0 \
    UNION SELECT a.attrelid, a.attname FROM pg_constraint f JOIN pg_attribute a \
    ON a.attrelid = f.conrelid AND f.conkey = ARRAY[a.attnum] \
    WHERE f.contype = 'f' AND f.confrelid = to_regclass('public.tenants') \
    UNION SELECT i.inhrelid, carrying.attname FROM carrying JOIN pg_inherits i ON i.inhparent = carrying.relid)";

/// The tables of many tenants: those of some names, and whatever the database itself knows.
///
/// # Errors
/// `Conflict` for a table of which nothing says whose its rows are, or whose tenant column takes two keys
/// for one.
pub(crate) async fn tenant_tables(
    connection: &mut PgConnection,
    tables: &[&str],
    columns: &[&str],
) -> Result<Vec<TenantTable>> {
    let query = format!(
        "{CARRYING} SELECT format('%I.%I', n.nspname, c.relname), format('%I', a.attname), \
         format_type(a.atttypid, -1), {IS_EXACT} FROM carrying JOIN pg_class c ON c.oid = carrying.relid \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = carrying.attname \
         WHERE c.relkind IN ('r', 'f') ORDER BY 1"
    );
    let query = sqlx::query_as(AssertSqlSafe(query)).bind(tables).bind(columns);
    let found: Vec<Found> = query.fetch_all(&mut *connection).await.map_err(of_admin)?;
    if let Some((table, column, type_name, _)) = found.iter().find(|(.., is_exact)| !is_exact) {
        return Err(inexact(table, column, type_name));
    }
    let query = format!(
        "{CARRYING} SELECT l.name FROM sqh.ledger l WHERE l.kind = 'table' AND l.schema_name = 'public' \
         AND to_regclass(format('public.%I', l.name)) IS NOT NULL \
         AND to_regclass(format('public.%I', l.name)) NOT IN (SELECT relid FROM carrying) ORDER BY 1 LIMIT 1"
    );
    let unknown = sqlx::query_scalar(AssertSqlSafe(query)).bind(tables).bind(columns);
    let unknown: Option<String> = unknown.fetch_optional(connection).await.map_err(of_admin)?;
    if let Some(table) = unknown {
        return Err(Error::conflict(format!(
            "nothing says which column of the table `{table}` tells whose its rows are: do this in a process that has \
             its model, or use the model there once"
        )));
    }
    let table = |(table, tenant_column, type_name, _)| TenantTable { table, tenant_column, type_name };
    Ok(found.into_iter().map(table).collect())
}

/// Names the tenant to row security, until the transaction ends.
async fn name_tenant(connection: &mut PgConnection, key: &str) -> Result<()> {
    let query = sqlx::query("SELECT set_config($1, $2, true)").bind(TENANT_SETTING).bind(key);
    query.execute(connection).await.map(drop).map_err(of_admin)
}

impl TenantTable {
    /// The condition that a row is the tenant's, whose key is the first bind.
    fn is_own(&self) -> String {
        format!("{} = CAST($1::text AS {})", self.tenant_column, self.type_name)
    }
}

/// Deletes some of a tenant's rows of a table, in a transaction of its own.
pub(crate) async fn delete_some(connection: &mut PgConnection, table: &TenantTable, key: &str) -> Result<Deleted> {
    let (name, is_own) = (&table.table, table.is_own());
    // Its children, which have rows of the same ctid, have their own turn.
    let sql = format!(
        "DELETE FROM ONLY {name} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ONLY {name} WHERE {is_own} LIMIT {BATCH})) \
         AND {is_own}"
    );
    delete(connection, sql, key).await.map_err(|error| error.context(format!("while deleting rows of {name}")))
}

/// Deletes a tenant's rows of some tables at once, in a transaction of its own: where rows refer to each
/// other in a circle, references are checked when all of them have gone.
pub(crate) async fn delete_together(
    connection: &mut PgConnection,
    tables: &[TenantTable],
    key: &str,
) -> Result<Deleted> {
    let delete_of = |(number, table): (usize, &TenantTable)| {
        format!("d{number} AS (DELETE FROM ONLY {} WHERE {})", table.table, table.is_own())
    };
    let deletes: Vec<_> = tables.iter().enumerate().map(delete_of).collect();
    delete(connection, format!("WITH {} SELECT", deletes.join(", ")), key).await
}

async fn delete(connection: &mut PgConnection, sql: String, key: &str) -> Result<Deleted> {
    name_tenant(connection, key).await?;
    match sqlx::query(AssertSqlSafe(sql)).bind(key).execute(connection).await {
        Ok(done) if done.rows_affected() < BATCH => Ok(Deleted::All),
        Ok(_) => Ok(Deleted::Some),
        Err(error) => match sqlstate(&error).as_deref() {
            Some("23503") => {
                let by = error.as_database_error().and_then(|error| error.table()).unwrap_or_default();
                Ok(Deleted::Referred(by.to_owned()))
            }
            // The key is no value of the column: there can be no such row.
            Some("22P02" | "22003") => Ok(Deleted::All),
            _ => Err(of_admin(error)),
        },
    }
}

/// The rows of a tenant in a table, and their bytes.
pub(crate) async fn rows_of(connection: &mut PgConnection, table: &TenantTable, key: &str) -> Result<(i64, i64)> {
    name_tenant(connection, key).await?;
    let (name, is_own) = (&table.table, table.is_own());
    let sql =
        format!("SELECT count(*), coalesce(sum(pg_column_size(t.*)), 0)::bigint FROM ONLY {name} t WHERE {is_own}");
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
