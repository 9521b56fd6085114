//! Whose records may be written in a database, and by which route: `sqh.placements`.

use sqh_model::Result;
use sqh_model::render::ddl::quoted;
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::of_admin;
use super::ledger::{self, Migration};
use super::table;

/// What every database with records of tenants has, in order.
const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "tenant/0001_placements",
        sql: include_str!("../../../../../migrations/tenant/0001_placements.sql"),
    },
    Migration {
        name: "tenant/0002_check_in_place",
        sql: include_str!("../../../../../migrations/tenant/0002_check_in_place.sql"),
    },
];

const SCHEMA: &str = "sqh";

/// Makes what is missing, under the lock on the database's schema.
pub(crate) async fn migrate(connection: &mut PgConnection) -> Result<()> {
    ledger::ensure(connection).await?;
    ledger::migrate(connection, SCHEMA, MIGRATIONS).await.map(drop)
}

/// Whether there is anything to be asked here.
pub(crate) async fn exists(connection: &mut PgConnection) -> Result<bool> {
    let query = sqlx::query_scalar("SELECT to_regclass('sqh.placements') IS NOT NULL");
    query.fetch_one(connection).await.map_err(of_admin)
}

/// The epoch that a tenant's writers must know; none if it has no records here.
pub(crate) async fn epoch(connection: &mut PgConnection, tenant: &str) -> Result<Option<i64>> {
    let query = sqlx::query_scalar("SELECT epoch FROM sqh.placements WHERE tenant = $1").bind(tenant);
    query.fetch_optional(connection).await.map_err(of_admin)
}

/// Lets a tenant's writers of an epoch in. It never goes back to an older one.
pub(crate) async fn open(connection: &mut PgConnection, tenant: &str, epoch: i64) -> Result<()> {
    let query = "INSERT INTO sqh.placements AS p (tenant, epoch) VALUES ($1, $2) \
                 ON CONFLICT (tenant) DO UPDATE SET epoch = EXCLUDED.epoch WHERE p.epoch < EXCLUDED.epoch";
    sqlx::query(query).bind(tenant).bind(epoch).execute(connection).await.map(drop).map_err(of_admin)
}

/// Waits for the writes of a tenant, and refuses those of older epochs once the transaction is
/// committed. False if there is nothing to refuse.
pub(crate) async fn fence(connection: &mut PgConnection, tenant: &str, epoch: i64) -> Result<bool> {
    let query = sqlx::query_scalar("SELECT sqh.fence($1, $2)").bind(tenant).bind(epoch);
    query.fetch_one(connection).await.map_err(of_admin)
}

/// Refuses every write of a tenant once the transaction is committed.
pub(crate) async fn close(connection: &mut PgConnection, tenant: &str) -> Result<()> {
    let query = "SELECT sqh.fence($1, 9223372036854775807)";
    sqlx::query(query).bind(tenant).execute(&mut *connection).await.map_err(of_admin)?;
    let query = sqlx::query("DELETE FROM sqh.placements WHERE tenant = $1").bind(tenant);
    query.execute(connection).await.map(drop).map_err(of_admin)
}

/// Makes the table of tenants that row placement refers to, under the lock on the database's schema. It
/// is what a table that refers to it would bring along. The application's role may not write it, whatever
/// the schema's default privileges are.
pub(crate) async fn make_tenants(connection: &mut PgConnection, application: &str) -> Result<()> {
    let sql = "CREATE TABLE IF NOT EXISTS public.tenants \
               (id text COLLATE \"C\" NOT NULL CONSTRAINT tenants_pkey PRIMARY KEY)";
    sqlx::raw_sql(sql).execute(&mut *connection).await.map_err(of_admin)?;
    table::check_may_refer(connection, "public", "tenants").await?;
    let writes = "SELECT $1 <> current_user AND has_table_privilege($1, c.oid, 'INSERT, UPDATE, DELETE') \
                  FROM pg_class c WHERE c.oid = 'public.tenants'::regclass AND pg_has_role(c.relowner, 'USAGE')";
    let writes = sqlx::query_scalar::<_, bool>(writes).bind(application);
    let writes = writes.fetch_optional(&mut *connection).await.map_err(of_admin)?;
    if writes != Some(true) {
        return Ok(());
    }
    let sql = format!("REVOKE INSERT, UPDATE, DELETE ON public.tenants FROM {}", quoted(application));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop).map_err(of_admin)
}

/// Whether rows can refer to a tenant.
pub(crate) async fn has_tenant(connection: &mut PgConnection, key: &str) -> Result<bool> {
    let query = sqlx::query_scalar("SELECT to_regclass('public.tenants') IS NOT NULL");
    if !query.fetch_one(&mut *connection).await.map_err(of_admin)? {
        return Ok(false);
    }
    let query = sqlx::query_scalar("SELECT EXISTS (SELECT FROM public.tenants WHERE id = $1)").bind(key);
    query.fetch_one(connection).await.map_err(of_admin)
}
