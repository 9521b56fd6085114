//! Materialised views of a database: what there is, and computing one anew.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqh_model::expr::lower::quoted;
use sqh_model::{Error, ErrorKind, Result};
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::{of_admin, sqlstate};
use crate::op::Freshness;

/// How long a refresh waits for others, which may take long themselves.
const PATIENCE: &str = "SET LOCAL lock_timeout = '10min'";

/// What stands under a view's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// Whether it is a view.
    pub(crate) is_view: bool,
    /// Whether it is the one that the ledger knows by this SQL.
    pub(crate) is_current: bool,
    /// Whether it was ever computed.
    pub(crate) is_populated: bool,
}

/// What stands under a name, if anything does; and whether it was made by this SQL.
pub(crate) async fn find(connection: &mut PgConnection, schema: &str, name: &str, sql: &str) -> Result<Option<Found>> {
    let query = "SELECT c.relkind = 'm', c.relispopulated, \
                 coalesce(l.checksum = encode(sha256(convert_to($3, 'UTF8')), 'hex'), false) \
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 LEFT JOIN sqh.ledger l ON l.kind = 'view' AND l.schema_name = n.nspname AND l.name = c.relname \
                 WHERE n.nspname = $1 AND c.relname = $2";
    let query = sqlx::query_as::<_, (bool, bool, bool)>(query).bind(schema).bind(name).bind(sql);
    let found = query.fetch_optional(connection).await.map_err(of_admin)?;
    Ok(found.map(|(is_view, is_populated, is_current)| Found { is_view, is_current, is_populated }))
}

/// Drops a view, which holds nothing of its own.
pub(crate) async fn drop_view(connection: &mut PgConnection, schema: &str, name: &str) -> Result<()> {
    let sql = format!("DROP MATERIALIZED VIEW {}.{}", quoted(schema), quoted(name));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop).map_err(of_admin)
}

/// The views of a schema that the ledger knows, and that are there.
pub(crate) async fn names(connection: &mut PgConnection, schema: &str) -> Result<Vec<String>> {
    let query = "SELECT l.name FROM sqh.ledger l JOIN pg_class c ON c.relname = l.name AND c.relkind = 'm' \
                 JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = l.schema_name \
                 WHERE l.kind = 'view' AND l.schema_name = $1 ORDER BY 1";
    sqlx::query_scalar(query).bind(schema).fetch_all(connection).await.map_err(of_admin)
}

/// When a view was last computed; `None` if it never was.
pub(crate) async fn freshness(connection: &mut PgConnection, schema: &str, name: &str) -> Result<Option<Freshness>> {
    let query = "SELECT refresh_started_at, extract(epoch FROM refresh_took)::float8 FROM sqh.ledger \
                 WHERE kind = 'view' AND schema_name = $1 AND name = $2 AND refresh_started_at IS NOT NULL";
    let query = sqlx::query_as::<_, (DateTime<Utc>, f64)>(query).bind(schema).bind(name);
    let found = query.fetch_optional(connection).await.map_err(of_admin)?;
    Ok(found.map(|(as_of, seconds)| Freshness { as_of, took: Duration::from_secs_f64(seconds.max(0.0)) }))
}

/// The server's time.
pub(crate) async fn now(connection: &mut PgConnection) -> Result<DateTime<Utc>> {
    sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(connection).await.map_err(of_admin)
}

/// Has the transaction wait for others as long as a refresh may.
pub(crate) async fn be_patient(connection: &mut PgConnection) -> Result<()> {
    sqlx::raw_sql(PATIENCE).execute(connection).await.map(drop).map_err(of_admin)
}

/// Computes a view anew, beside its readers if it was computed before, and notes when.
///
/// # Errors
/// As PostgreSQL says, without its words: they may quote a value of any tenant's.
pub(crate) async fn refresh(connection: &mut PgConnection, schema: &str, name: &str) -> Result<Freshness> {
    let started = now(connection).await?;
    let query = "SELECT c.relispopulated FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'm'";
    let populated = sqlx::query_scalar(query).bind(schema).bind(name);
    let populated: Option<bool> = populated.fetch_optional(&mut *connection).await.map_err(of_admin)?;
    let beside = match populated {
        None => return Err(Error::conflict(format!("the view `{schema}.{name}` has gone: use it once more"))),
        Some(true) => "CONCURRENTLY ",
        Some(false) => "",
    };
    let sql = format!("REFRESH MATERIALIZED VIEW {beside}{}.{}", quoted(schema), quoted(name));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await.map_err(of_refresh)?;
    let query = "UPDATE sqh.ledger SET refresh_started_at = $3, refresh_took = clock_timestamp() - $3 \
                 WHERE kind = 'view' AND schema_name = $1 AND name = $2";
    let query = sqlx::query(query).bind(schema).bind(name).bind(started);
    query.execute(&mut *connection).await.map_err(of_admin)?;
    let freshness = freshness(connection, schema, name).await?;
    freshness.ok_or_else(|| Error::internal(format!("the ledger has no row for the view `{schema}.{name}`")))
}

fn of_refresh(error: sqlx::Error) -> Error {
    match sqlstate(&error) {
        None => of_admin(error),
        Some(code) if code.starts_with("22") => Error::new(
            ErrorKind::Invalid,
            format!(
                "what the view computes fails for some record (SQLSTATE {code}): filter such records out in its definition"
            ),
        ),
        Some(code) => Error::new(of_admin(error).kind(), format!("the view cannot be computed: SQLSTATE {code}")),
    }
}
