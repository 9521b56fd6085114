//! Looking after the server's side of a connection.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// The server's process behind a connection. The time tells it from a later one of the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BackendId {
    pid: i32,
    started: DateTime<Utc>,
}

/// What to do with a backend that is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Nothing.
    None,
    /// Cancel its query.
    Cancel,
    /// End it.
    Terminate,
}

/// The backend of a connection.
pub(crate) async fn backend_id(connection: &mut PgConnection) -> sqlx::Result<BackendId> {
    let query = sqlx::query_as("SELECT pid, backend_start FROM pg_stat_get_activity(pg_backend_pid())");
    let (pid, started) = query.persistent(false).fetch_one(connection).await?;
    Ok(BackendId { pid, started })
}

/// Sends a signal to another connection's backend. Whether there was such a backend.
pub(crate) async fn signal(connection: &mut PgConnection, backend: BackendId, signal: Signal) -> sqlx::Result<bool> {
    let query = match signal {
        Signal::None => "SELECT true FROM pg_stat_get_activity($1) WHERE backend_start = $2",
        Signal::Cancel => "SELECT pg_cancel_backend(pid) FROM pg_stat_get_activity($1) WHERE backend_start = $2",
        Signal::Terminate => "SELECT pg_terminate_backend(pid) FROM pg_stat_get_activity($1) WHERE backend_start = $2",
    };
    let query = sqlx::query(query).bind(backend.pid).bind(backend.started);
    Ok(query.fetch_optional(connection).await?.is_some())
}

/// What tells a server from every other one. It stays for the life of the server's files.
pub(crate) async fn system_identifier(connection: &mut PgConnection) -> sqlx::Result<String> {
    let query = sqlx::query_scalar("SELECT system_identifier::text FROM pg_control_system()");
    query.persistent(false).fetch_one(connection).await
}
