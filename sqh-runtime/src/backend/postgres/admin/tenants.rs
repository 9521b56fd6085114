//! The catalog's own tables: servers and tenants.

use sqh_model::{Error, Result};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use super::error::{of_admin, sqlstate};
use super::ledger::Migration;
use sqh_model::schema::Placement;

use crate::tenancy::{POOLED_DB_PREFIX, StoredTenant, TenantRecord, TenantStatus};

/// What the catalog is made of, in order.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "platform/0001_catalog",
    sql: include_str!("../../../../../migrations/platform/0001_catalog.sql"),
}];

/// The schema of the catalog.
pub(crate) const SCHEMA: &str = "sqh";

/// The tenant of a slug.
pub(crate) async fn find(connection: &mut PgConnection, slug: &str) -> Result<Option<TenantRecord>> {
    let query = "SELECT slug, server, database_name, placement, epoch, status FROM sqh.tenants WHERE slug = $1";
    let row = sqlx::query(query).bind(slug).fetch_optional(connection).await.map_err(of_admin)?;
    row.map(|row| record(&row)).transpose()
}

/// A new tenant, unless there is one of this slug.
pub(crate) async fn add(connection: &mut PgConnection, slug: &str, server: &str, database: &str) -> Result<()> {
    let query =
        "INSERT INTO sqh.tenants (slug, server, database_name) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING";
    let query = sqlx::query(query).bind(slug).bind(server).bind(database);
    match query.execute(connection).await {
        Err(error) if sqlstate(&error).as_deref() == Some("23505") => {
            let message = format!("the database `{database}` is another tenant's: choose another slug");
            Err(Error::conflict(message).with_source(error))
        }
        done => done.map(drop).map_err(of_admin),
    }
}

/// Lets a tenant in once its database is there.
pub(crate) async fn activate(connection: &mut PgConnection, slug: &str) -> Result<()> {
    let query = "UPDATE sqh.tenants SET status = 'active' WHERE slug = $1 AND status = 'provisioning'";
    sqlx::query(query).bind(slug).execute(connection).await.map_err(of_admin)?;
    Ok(())
}

/// A server, unless there is one of this name.
pub(crate) async fn add_server(connection: &mut PgConnection, name: &str) -> Result<()> {
    let query = sqlx::query("INSERT INTO sqh.servers (name) VALUES ($1) ON CONFLICT (name) DO NOTHING").bind(name);
    query.execute(connection).await.map_err(of_admin)?;
    Ok(())
}

fn record(row: &PgRow) -> Result<TenantRecord> {
    let text = |column: &str| row.try_get::<String, _>(column).map_err(of_admin);
    let status = text("status")?;
    let placement = text("placement")?;
    let unknown = |what: &str, name: &str| {
        Error::internal(format!("the catalog knows a tenant's {what} `{name}`, this version does not"))
    };
    let (slug, server, database) = (text("slug")?, text("server")?, text("database_name")?);
    Ok(TenantRecord::new(StoredTenant {
        key: slug.clone(),
        pooled_database: format!("{POOLED_DB_PREFIX}{server}"),
        schema: database.clone(),
        slug,
        server,
        database,
        placement: Placement::from_name(&placement).ok_or_else(|| unknown("placement", &placement))?,
        epoch: row.try_get("epoch").map_err(of_admin)?,
        status: TenantStatus::from_name(&status).ok_or_else(|| unknown("status", &status))?,
    }))
}
