//! Extensions of a database.

use sqh_model::render::ddl::quoted;
use sqh_model::{Error, ErrorKind, Result};
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::{of_admin, sqlstate};

/// What a database has of an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExtensionState {
    /// The database has it.
    Created,
    /// The server has it.
    Available,
    /// Its files are not on the server.
    Missing,
}

/// What the database has of an extension.
pub(crate) async fn state(connection: &mut PgConnection, name: &str) -> Result<ExtensionState> {
    let query = "SELECT installed_version IS NOT NULL FROM pg_available_extensions WHERE name = $1";
    let created: Option<bool> =
        sqlx::query_scalar(query).bind(name).fetch_optional(connection).await.map_err(of_admin)?;
    Ok(match created {
        Some(true) => ExtensionState::Created,
        Some(false) => ExtensionState::Available,
        None => ExtensionState::Missing,
    })
}

/// Creates an extension. Whoever calls it holds the lock on the database's schema, because
/// PostgreSQL's own check is no match for two at once.
pub(crate) async fn create(connection: &mut PgConnection, name: &str) -> Result<()> {
    let sql = format!("CREATE EXTENSION IF NOT EXISTS {}", quoted(name));
    match sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(connection).await {
        Ok(_) => Ok(()),
        Err(error) if sqlstate(&error).as_deref() == Some("42501") => {
            let message =
                format!("the platform's role may not create the extension `{name}`: run `{sql}` as a superuser");
            Err(Error::new(ErrorKind::Denied, message).with_source(error))
        }
        Err(error) => Err(of_admin(error)),
    }
}
