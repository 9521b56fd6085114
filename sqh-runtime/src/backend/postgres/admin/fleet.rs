//! Many tenants at once, and the changes of one's state, in the catalog.

use chrono::{DateTime, Utc};
use sqh_model::Result;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::error::of_admin;
use super::tenants::{FIND, record};
use crate::tenancy::{TenantFilter, TenantRecord, TenantStatus};

/// The tenants that a filter leaves, by slug.
pub(crate) async fn list(connection: &mut PgConnection, filter: &TenantFilter) -> Result<Vec<TenantRecord>> {
    let query = format!(
        "{FIND} WHERE ($1::text IS NULL OR server = $1) AND ($2::text IS NULL OR status = $2) \
         AND ($3::text IS NULL OR slug > $3) ORDER BY slug LIMIT $4"
    );
    let query = sqlx::query(AssertSqlSafe(query)).bind(&filter.server).bind(filter.status.map(TenantStatus::name));
    let query = query.bind(&filter.after).bind(filter.limit.map(i64::from));
    query.fetch_all(connection).await.map_err(of_admin)?.iter().map(record).collect()
}

/// How many tenants of each status a server has. A server without any has a row too.
pub(crate) async fn counts(connection: &mut PgConnection) -> Result<Vec<(String, Option<TenantStatus>, u64)>> {
    let query = "SELECT s.name, t.status, count(t.slug) FROM sqh.servers s \
                 LEFT JOIN sqh.tenants t ON t.server = s.name GROUP BY s.name, t.status ORDER BY s.name, t.status";
    let rows = sqlx::query(query).fetch_all(connection).await.map_err(of_admin)?;
    let count = |row: &sqlx::postgres::PgRow| {
        let status: Option<String> = row.try_get(1)?;
        let count: i64 = row.try_get(2)?;
        Ok((row.try_get(0)?, status.as_deref().and_then(TenantStatus::from_name), count.unsigned_abs()))
    };
    rows.iter().map(count).collect::<sqlx::Result<_>>().map_err(of_admin)
}

/// Stops a tenant that is in use, by an epoch of its own. False if it is not.
pub(crate) async fn suspend(connection: &mut PgConnection, slug: &str) -> Result<bool> {
    let query = "UPDATE sqh.tenants SET status = 'suspended', epoch = nextval('sqh.epochs') \
                 WHERE slug = $1 AND status = 'active'";
    Ok(sqlx::query(query).bind(slug).execute(connection).await.map_err(of_admin)?.rows_affected() > 0)
}

/// Brings a tenant back that is suspended or to be dropped, and is as it was when it was looked at.
pub(crate) async fn resume(connection: &mut PgConnection, tenant: &TenantRecord) -> Result<bool> {
    let query = "UPDATE sqh.tenants SET status = 'active', drop_after = NULL WHERE slug = $1 AND epoch = $2 \
                 AND status IN ('suspended', 'dropping') AND purge_started_at IS NULL";
    let query = sqlx::query(query).bind(tenant.slug()).bind(tenant.epoch());
    Ok(query.execute(connection).await.map_err(of_admin)?.rows_affected() > 0)
}

/// Has a tenant dropped from a time on. One that is to be dropped already keeps its epoch.
pub(crate) async fn drop_later(connection: &mut PgConnection, slug: &str, at: DateTime<Utc>) -> Result<bool> {
    let query = "UPDATE sqh.tenants SET drop_after = $2, \
                 epoch = CASE status WHEN 'dropping' THEN epoch ELSE nextval('sqh.epochs') END, status = 'dropping' \
                 WHERE slug = $1 AND purge_started_at IS NULL";
    Ok(sqlx::query(query).bind(slug).bind(at).execute(connection).await.map_err(of_admin)?.rows_affected() > 0)
}

/// The tenants that are due to be dropped for good.
pub(crate) async fn due(connection: &mut PgConnection) -> Result<Vec<String>> {
    let query = "SELECT slug FROM sqh.tenants WHERE status = 'dropping' AND drop_after <= now() ORDER BY slug";
    sqlx::query_scalar(query).fetch_all(connection).await.map_err(of_admin)
}

/// What the locks on purges share: "sqhd" in ASCII.
const PURGE_LOCKS: i32 = 0x7371_6864;

/// Waits until nobody else purges the tenant of a slug. It is held until the transaction ends.
pub(crate) async fn lock_for_purge(connection: &mut PgConnection, slug: &str) -> Result<()> {
    let query = sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext($2))").bind(PURGE_LOCKS).bind(slug);
    query.execute(connection).await.map(drop).map_err(of_admin)
}

/// Says that a tenant that is due is being dropped for good, or was before. False if it is not due.
pub(crate) async fn start_purge(connection: &mut PgConnection, slug: &str) -> Result<bool> {
    let query = "UPDATE sqh.tenants SET purge_started_at = coalesce(purge_started_at, now()), \
                 epoch = CASE WHEN purge_started_at IS NULL THEN nextval('sqh.epochs') ELSE epoch END \
                 WHERE slug = $1 AND status = 'dropping' AND drop_after <= now()";
    Ok(sqlx::query(query).bind(slug).execute(connection).await.map_err(of_admin)?.rows_affected() > 0)
}

/// Forgets a tenant of which nothing is left.
pub(crate) async fn remove(connection: &mut PgConnection, tenant: &TenantRecord) -> Result<()> {
    let query = "DELETE FROM sqh.tenants WHERE slug = $1 AND epoch = $2 AND purge_started_at IS NOT NULL";
    let query = sqlx::query(query).bind(tenant.slug()).bind(tenant.epoch());
    query.execute(connection).await.map(drop).map_err(of_admin)
}
