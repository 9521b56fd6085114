//! What may happen to a server while it is used: for the isolation test.

use sqh_model::Result;
use sqh_model::expr::lower::quoted;
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::of_admin;

/// The backends of the platform in a database, those at work first, the caller's own left out.
pub(crate) async fn backends(connection: &mut PgConnection, database: &str, name: &str) -> Result<Vec<i32>> {
    let query = "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND application_name = $2 \
                 AND pid <> pg_backend_pid() ORDER BY state = 'idle', pid";
    sqlx::query_scalar(query).bind(database).bind(name).fetch_all(connection).await.map_err(of_admin)
}

/// Ends a backend, if it is still there.
pub(crate) async fn end(connection: &mut PgConnection, backend: i32) -> Result<()> {
    sqlx::query("SELECT pg_terminate_backend($1)").bind(backend).execute(connection).await.map_err(of_admin)?;
    Ok(())
}

/// A change that statements of a table do not see, but their plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Analyze,
    AddColumn,
    DropColumn,
}

/// Changes a table, unless that takes longer than a moment.
pub(crate) async fn change(connection: &mut PgConnection, schema: &str, table: &str, change: Change) -> Result<()> {
    let table = format!("{}.{}", quoted(schema), quoted(table));
    let sql = match change {
        Change::Analyze => format!("ANALYZE {table}"),
        Change::AddColumn => format!("ALTER TABLE {table} ADD COLUMN IF NOT EXISTS sqh_unrest integer DEFAULT 7"),
        Change::DropColumn => format!("ALTER TABLE {table} DROP COLUMN IF EXISTS sqh_unrest"),
    };
    let sql = format!("SET LOCAL lock_timeout = '100ms'; {sql}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map_err(of_admin)?;
    Ok(())
}
