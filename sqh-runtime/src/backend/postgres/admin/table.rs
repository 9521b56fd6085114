//! Tables and partitions of a database.

use sqh_model::expr::lower::{quoted, type_name};
use sqh_model::render::ddl::TenantColumn;
use sqh_model::{Error, Result};
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
