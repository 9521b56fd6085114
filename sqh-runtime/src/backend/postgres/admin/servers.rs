//! The servers in the catalog.

use sqh_model::{Error, Result};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use super::error::{of_admin, sqlstate};
use crate::tenancy::{PasswordReference, ServerRecord, ServerStatus};

/// Every server, by name, with the number of its tenants.
pub(crate) async fn list(connection: &mut PgConnection) -> Result<Vec<ServerRecord>> {
    let query = "SELECT s.name, s.url, s.password, s.replica_urls, s.direct_url, s.status, s.created_at, \
                 (SELECT count(*) FROM sqh.tenants t WHERE t.server = s.name) AS tenants \
                 FROM sqh.servers s ORDER BY s.name";
    let rows = sqlx::query(query).fetch_all(connection).await.map_err(of_admin)?;
    rows.iter().map(record).collect()
}

/// Every server, whose tenants are not counted.
pub(crate) async fn known(connection: &mut PgConnection) -> Result<Vec<ServerRecord>> {
    let query = "SELECT name, url, password, replica_urls, direct_url, status, created_at, 0::bigint AS tenants \
                 FROM sqh.servers";
    let rows = sqlx::query(query).fetch_all(connection).await.map_err(of_admin)?;
    rows.iter().map(record).collect()
}

/// Adds a server. False if there is one of this name.
pub(crate) async fn add(connection: &mut PgConnection, server: &ServerRecord) -> Result<bool> {
    let query = "INSERT INTO sqh.servers (name, url, password, replica_urls, direct_url) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (name) DO NOTHING";
    let password = server.password.as_ref().map(ToString::to_string);
    let query = sqlx::query(query).bind(&server.name).bind(&server.url).bind(password);
    let done = query.bind(&server.replicas).bind(&server.direct_url).execute(connection).await.map_err(of_admin)?;
    Ok(done.rows_affected() == 1)
}

/// Says whether new tenants are placed on a server. False if there is none of this name.
pub(crate) async fn set_status(connection: &mut PgConnection, name: &str, status: ServerStatus) -> Result<bool> {
    let query = sqlx::query("UPDATE sqh.servers SET status = $2 WHERE name = $1").bind(name).bind(status.name());
    Ok(query.execute(connection).await.map_err(of_admin)?.rows_affected() == 1)
}

/// Removes a server. False if there is none of this name.
///
/// # Errors
/// `Conflict` while it has tenants.
pub(crate) async fn remove(connection: &mut PgConnection, name: &str) -> Result<bool> {
    match sqlx::query("DELETE FROM sqh.servers WHERE name = $1").bind(name).execute(connection).await {
        Err(error) if sqlstate(&error).as_deref() == Some("23503") => {
            Err(Error::conflict(format!("the server `{name}` has tenants: move or drop them first")).with_source(error))
        }
        done => Ok(done.map_err(of_admin)?.rows_affected() == 1),
    }
}

/// Refuses a server on which no new tenants are placed. What it says holds until the transaction ends.
///
/// # Errors
/// `NotFound` if there is none of this name, `Conflict` if it is draining.
pub(crate) async fn check_takes_tenants(connection: &mut PgConnection, name: &str) -> Result<()> {
    let query = sqlx::query_scalar("SELECT status FROM sqh.servers WHERE name = $1 FOR SHARE").bind(name);
    let status: Option<String> = query.fetch_optional(connection).await.map_err(of_admin)?;
    match status.as_deref().map(ServerStatus::from_name) {
        Some(Some(ServerStatus::Active)) => Ok(()),
        Some(_) => Err(Error::conflict(format!("no new tenants are placed on the server `{name}`, which is draining"))),
        None => Err(Error::not_found(format!("there is no server `{name}`: `sqh server add` makes it known"))),
    }
}

fn record(row: &PgRow) -> Result<ServerRecord> {
    let status: String = row.try_get("status").map_err(of_admin)?;
    let name: String = row.try_get("name").map_err(of_admin)?;
    let password: Option<String> = row.try_get("password").map_err(of_admin)?;
    let tenants: i64 = row.try_get("tenants").map_err(of_admin)?;
    Ok(ServerRecord {
        url: row.try_get("url").map_err(of_admin)?,
        password: password.as_deref().map(PasswordReference::new).transpose()?,
        replicas: row.try_get("replica_urls").map_err(of_admin)?,
        direct_url: row.try_get("direct_url").map_err(of_admin)?,
        added_at: row.try_get("created_at").map_err(of_admin)?,
        status: ServerStatus::from_name(&status).ok_or_else(|| {
            Error::internal(format!(
                "the catalog knows the status `{status}` of the server `{name}`, this version does not"
            ))
        })?,
        tenants: u64::try_from(tenants).unwrap_or_default(),
        name,
    })
}
