//! Tables and partitions of a database.

use sqh_model::expr::lower::{quoted, type_name};
use sqh_model::render::ddl::TenantColumn;
use sqh_model::{Error, ErrorKind, Result};
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::{of_admin, sqlstate};

/// Runs a statement that the renderer made.
pub(crate) async fn run(connection: &mut PgConnection, sql: &str) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map_err(of_admin)?;
    Ok(())
}

/// Writes a tenant's key into a table of tenants, unless it is there.
///
/// # Errors
/// `Conflict` if the table wants more than a key: it is somebody else's.
pub(crate) async fn admit(connection: &mut PgConnection, schema: &str, column: &TenantColumn, key: &str) -> Result<()> {
    let table = format!("{}.{}", quoted(schema), quoted(&column.table));
    let (name, ty) = (quoted(&column.key), type_name(&column.ty, column.sql_type, schema));
    let exists = format!("SELECT EXISTS (SELECT FROM {table} WHERE {name} = $1::text::{ty})");
    let exists = sqlx::query_scalar(AssertSqlSafe(exists)).bind(key).fetch_one(&mut *connection);
    if exists.await.map_err(of_admin)? {
        return Ok(());
    }
    let insert = format!("INSERT INTO {table} ({name}) VALUES ($1::text::{ty}) ON CONFLICT DO NOTHING");
    match sqlx::query(AssertSqlSafe(insert)).bind(key).execute(connection).await {
        Err(error) if matches!(sqlstate(&error).as_deref(), Some("23502" | "428C9" | "42501")) => {
            let message = format!(
                "the table `{}` has not the tenant's row, and only its owner can write it: insert the row whose `{}` is the tenant's key",
                column.table, column.key
            );
            Err(Error::conflict(message).with_source(error))
        }
        done => done.map(drop).map_err(of_admin),
    }
}

/// Whether a column `a` takes no two keys for one, as a type or a collation that ignores case does.
pub(super) const IS_EXACT: &str = "EXISTS (SELECT FROM pg_type t LEFT JOIN pg_type b ON b.oid = t.typbasetype \
    WHERE t.oid = a.atttypid AND (coalesce(b.typtype, t.typtype) = 'e' OR coalesce(b.oid, t.oid) IN \
    ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'int2'::regtype, 'int4'::regtype, 'int8'::regtype, \
    'uuid'::regtype))) AND NOT EXISTS (SELECT FROM pg_collation l WHERE l.oid = a.attcollation \
    AND NOT l.collisdeterministic)";

/// The error for a tenant column that takes two keys for one.
pub(super) fn inexact(table: &str, column: &str, type_name: &str) -> Error {
    Error::conflict(format!(
        "the tenant column `{column}` of the table `{table}` is `{type_name}`, and may take the keys of two tenants for \
         one: its type must be a text whose collation is deterministic, an integer or a UUID"
    ))
}

/// Refuses a tenant column that takes two keys for one, of a table that is there.
///
/// # Errors
/// `Conflict` if it does.
pub(crate) async fn check_exact(connection: &mut PgConnection, schema: &str, table: &str, column: &str) -> Result<()> {
    let query = format!(
        "SELECT format_type(a.atttypid, -1) FROM pg_attribute a \
         WHERE a.attrelid = to_regclass(format('%I.%I', $1::text, $2::text)) AND a.attname = $3 AND NOT ({IS_EXACT})"
    );
    let query = sqlx::query_scalar(AssertSqlSafe(query)).bind(schema).bind(table).bind(column);
    match query.fetch_optional(connection).await.map_err(of_admin)? {
        None => Ok(()),
        Some(type_name) => {
            let type_name: String = type_name;
            Err(inexact(&format!("{schema}.{table}"), column, &type_name))
        }
    }
}

/// Asks whether rows can refer to a table of tenants that is there, by whoever is logged in.
///
/// # Errors
/// `Denied` if it is somebody else's who does not let them, with what its owner is to do.
pub(crate) async fn check_may_refer(connection: &mut PgConnection, schema: &str, table: &str) -> Result<()> {
    let query = "SELECT current_user::text FROM pg_class c WHERE c.oid = to_regclass(format('%I.%I', $1::text, $2::text)) \
                 AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'REFERENCES'))";
    let user = sqlx::query_scalar(query).bind(schema).bind(table).fetch_optional(connection).await;
    let user: Option<String> = user.map_err(of_admin)?;
    let Some(user) = user else { return Ok(()) };
    let (named, user) = (format!("{}.{}", quoted(schema), quoted(table)), quoted(&user));
    let message = format!(
        "the tables of many tenants refer to the table `{schema}.{table}`, which is somebody else's: its owner runs \
         `GRANT SELECT, REFERENCES ON {named} TO {user}`"
    );
    Err(Error::new(ErrorKind::Denied, message))
}

/// The names of a table's partitions.
pub(crate) async fn partitions(connection: &mut PgConnection, schema: &str, table: &str) -> Result<Vec<String>> {
    let query = "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
                 JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace n ON n.oid = p.relnamespace \
                 WHERE n.nspname = $1 AND p.relname = $2";
    sqlx::query_scalar(query).bind(schema).bind(table).fetch_all(connection).await.map_err(of_admin)
}

/// Makes a partition. False if rows that belong into it are in the default partition already:
/// PostgreSQL does not move them.
pub(crate) async fn make_partition(connection: &mut PgConnection, statements: &[&str]) -> Result<bool> {
    run(connection, "SAVEPOINT partition").await?;
    for sql in statements {
        match sqlx::raw_sql(AssertSqlSafe(*sql)).execute(&mut *connection).await {
            Ok(_) => {}
            Err(error) if sqlstate(&error).as_deref() == Some("23514") => {
                run(connection, "ROLLBACK TO SAVEPOINT partition; RELEASE SAVEPOINT partition").await?;
                return Ok(false);
            }
            Err(error) => return Err(of_admin(error)),
        }
    }
    run(connection, "RELEASE SAVEPOINT partition").await?;
    Ok(true)
}
