//! The catalog's own tables: servers and tenants.

use sqh_model::schema::Placement;
use sqh_model::{Error, Result};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::error::{of_admin, sqlstate};
use super::ledger::Migration;
use crate::tenancy::{NewTenant, StoredTenant, TenantRecord, TenantStatus};

/// What the catalog is made of, in order.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "platform/0001_catalog",
        sql: include_str!("../../../../../migrations/platform/0001_catalog.sql"),
    },
    Migration {
        name: "platform/0002_placement",
        sql: include_str!("../../../../../migrations/platform/0002_placement.sql"),
    },
    Migration {
        name: "platform/0003_servers",
        sql: include_str!("../../../../../migrations/platform/0003_servers.sql"),
    },
    Migration { name: "platform/0004_access", sql: include_str!("../../../../../migrations/platform/0004_access.sql") },
];

/// The schema of the catalog.
pub(crate) const SCHEMA: &str = "sqh";

pub(super) const FIND: &str = "SELECT slug, tenant_key, server, placement, database_name, pooled_database_name, schema_name, \
                    first_epoch, epoch, status, created_at, drop_after, \
                    purge_started_at IS NOT NULL AS is_purged FROM sqh.tenants";

/// Of two with as many, the one whose name comes first.
const FEWEST_TENANTS: &str = "SELECT s.name FROM sqh.servers s LEFT JOIN sqh.tenants t ON t.server = s.name \
                              WHERE s.name = ANY($1) GROUP BY s.name ORDER BY count(t.slug), s.name LIMIT 1";

/// The tenant of a slug.
pub(crate) async fn find(connection: &mut PgConnection, slug: &str) -> Result<Option<TenantRecord>> {
    let query = format!("{FIND} WHERE slug = $1");
    let row = sqlx::query(AssertSqlSafe(query)).bind(slug).fetch_optional(connection).await.map_err(of_admin)?;
    row.map(|row| record(&row)).transpose()
}

/// The tenant of a slug, which nobody changes until the transaction ends.
pub(crate) async fn find_unchanging(connection: &mut PgConnection, slug: &str) -> Result<Option<TenantRecord>> {
    let query = format!("{FIND} WHERE slug = $1 FOR SHARE");
    let row = sqlx::query(AssertSqlSafe(query)).bind(slug).fetch_optional(connection).await.map_err(of_admin)?;
    row.map(|row| record(&row)).transpose()
}

/// A new tenant, unless there is one of this slug.
///
/// # Errors
/// `Conflict` if another tenant has its key, or a name that is to be its own.
pub(crate) async fn add(connection: &mut PgConnection, tenant: &NewTenant<'_>) -> Result<()> {
    let query = "WITH next AS (SELECT nextval('sqh.epochs') AS epoch) \
                 INSERT INTO sqh.tenants (slug, tenant_key, server, placement, database_name, pooled_database_name, \
                 schema_name, first_epoch, epoch) SELECT $1, $2, $3, $4, $5, $6, $7, epoch, epoch FROM next \
                 ON CONFLICT (slug) DO NOTHING";
    let query = sqlx::query(query).bind(tenant.slug).bind(tenant.key).bind(tenant.server);
    let query = query.bind(tenant.placement.name()).bind(&tenant.database).bind(&tenant.pooled_database);
    match query.bind(&tenant.schema).execute(connection).await {
        Err(error) if sqlstate(&error).as_deref() == Some("23505") => Err(taken(tenant, error)),
        done => done.map(drop).map_err(of_admin),
    }
}

fn taken(tenant: &NewTenant<'_>, error: sqlx::Error) -> Error {
    let constraint = error.as_database_error().and_then(|error| error.constraint()).unwrap_or_default();
    let message = match constraint {
        "tenants_key_key" => {
            format!(
                "the key `{}` is another tenant's on the server `{}`: choose another key",
                tenant.key, tenant.server
            )
        }
        "tenants_schema_key" => format!("the schema `{}` is another tenant's: choose another slug", tenant.schema),
        _ => format!("the database `{}` is another tenant's: choose another slug", tenant.database),
    };
    Error::conflict(message).with_source(error)
}

/// Lets a tenant in once its place is there.
pub(crate) async fn activate(connection: &mut PgConnection, slug: &str) -> Result<()> {
    let query = "UPDATE sqh.tenants SET status = 'active' WHERE slug = $1 AND status = 'provisioning'";
    sqlx::query(query).bind(slug).execute(connection).await.map_err(of_admin)?;
    Ok(())
}

/// The server of some with the fewest tenants.
pub(crate) async fn least_used_server(connection: &mut PgConnection, among: &[&str]) -> Result<Option<String>> {
    let query = sqlx::query_scalar(FEWEST_TENANTS).bind(among);
    query.fetch_optional(connection).await.map_err(of_admin)
}

/// A server, unless there is one of this name.
pub(crate) async fn add_server(connection: &mut PgConnection, name: &str) -> Result<()> {
    let query = sqlx::query("INSERT INTO sqh.servers (name) VALUES ($1) ON CONFLICT (name) DO NOTHING").bind(name);
    query.execute(connection).await.map_err(of_admin)?;
    Ok(())
}

pub(super) fn record(row: &PgRow) -> Result<TenantRecord> {
    let text = |column: &str| row.try_get::<String, _>(column).map_err(of_admin);
    let (placement, status) = (text("placement")?, text("status")?);
    let unknown = |what: &str, name: &str| {
        Error::internal(format!("the catalog knows a tenant's {what} `{name}`, this version does not"))
    };
    Ok(TenantRecord::new(StoredTenant {
        slug: text("slug")?,
        key: text("tenant_key")?,
        server: text("server")?,
        placement: Placement::from_name(&placement).ok_or_else(|| unknown("placement", &placement))?,
        database: text("database_name")?,
        pooled_database: text("pooled_database_name")?,
        schema: text("schema_name")?,
        first_epoch: row.try_get("first_epoch").map_err(of_admin)?,
        epoch: row.try_get("epoch").map_err(of_admin)?,
        status: TenantStatus::from_name(&status).ok_or_else(|| unknown("status", &status))?,
        created_at: row.try_get("created_at").map_err(of_admin)?,
        drop_after: row.try_get("drop_after").map_err(of_admin)?,
        is_purged: row.try_get("is_purged").map_err(of_admin)?,
    }))
}
