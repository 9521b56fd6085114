//! What a server says of itself.

use sqh_model::Result;
use sqlx::PgConnection;

use super::error::of_admin;

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Health {
    pub(crate) version: String,
    /// Connections for everybody but superusers.
    pub(crate) connections: i32,
    /// It is a copy, which takes no writes.
    pub(crate) is_replica: bool,
}

/// Asks a server.
pub(crate) async fn health(connection: &mut PgConnection) -> Result<Health> {
    let query = "SELECT current_setting('server_version'), current_setting('max_connections')::int4 \
                 - current_setting('superuser_reserved_connections')::int4, pg_is_in_recovery()";
    let (version, connections, is_replica) = sqlx::query_as(query).fetch_one(connection).await.map_err(of_admin)?;
    Ok(Health { version, connections, is_replica })
}

/// Whether a schema is there.
pub(crate) async fn has_schema(connection: &mut PgConnection, name: &str) -> Result<bool> {
    let query = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)").bind(name);
    query.fetch_one(connection).await.map_err(of_admin)
}
