//! Dropping for good what is due: everything of the tenant first, the catalog's row last.
//!
//! Each step is idempotent: whoever is interrupted purges again. The name stays taken until all is gone.

use std::sync::Arc;

use sqh_model::schema::Placement;
use sqh_model::{Error, Result};

use super::TenantDatabaseManager;
use super::table::tenant_column;
use crate::backend::postgres::admin::purge::{self, Deleted, TenantTable};
use crate::backend::postgres::admin::transaction::{AdminTransaction, Lock, lock_for_session};
use crate::backend::postgres::admin::{fleet, ledger, placements};
use crate::tenancy::step::{Step, reach};
use crate::tenancy::{Place, TenantRecord, TenantSize};

impl TenantDatabaseManager {
    /// Drops all tenants for good whose time of grace is over, tells of each, and names them.
    pub(crate) async fn purge_due(&self, mut told: impl FnMut(&str) + Send) -> Result<Vec<String>> {
        let mut transaction = self.catalog.begin().await?;
        let due = fleet::due(transaction.connection()).await?;
        transaction.commit().await?;
        let mut purged = Vec::new();
        for slug in due {
            let doing = |error: Error| error.context(format!("while dropping the tenant `{slug}` for good"));
            if self.purge(&slug).await.map_err(doing)? {
                told(&slug);
                purged.push(slug);
            }
        }
        Ok(purged)
    }

    /// Drops a tenant for good, if it is due.
    pub(crate) async fn purge(&self, slug: &str) -> Result<bool> {
        // One at a time: a later tenant of the slug must not meet what is left of a purge.
        let mut purging = self.catalog.begin().await?;
        fleet::lock_for_purge(purging.connection(), slug).await?;
        let mut transaction = self.catalog.begin().await?;
        let is_due = fleet::start_purge(transaction.connection(), slug).await?;
        transaction.commit().await?;
        if !is_due {
            return Ok(false);
        }
        let tenant = self.catalog.look_up(slug).await?;
        reach(Step::PurgeStarted);
        self.fence(&tenant).await?;
        self.drop_own_database(tenant.place_of(Placement::Database)).await?;
        reach(Step::DatabaseDropped);
        self.leave_pooled_database(&tenant).await?;
        reach(Step::PooledLeft);
        let mut transaction = self.catalog.begin().await?;
        fleet::remove(transaction.connection(), &tenant).await?;
        transaction.commit().await?;
        // Its scopes see that there is no such tenant.
        self.catalog.look_up_if_any(&crate::tenancy::Slug::new(slug)?).await?;
        purging.commit().await?;
        Ok(true)
    }

    async fn drop_own_database(&self, place: &Place) -> Result<()> {
        self.forget_database(&place.server, &place.database).await;
        let maintenance = self.store.servers().find(&place.server)?.maintenance_database().clone();
        let maintenance = self.key(&place.server, &maintenance);
        let mut lease = lock_for_session(&self.store, maintenance, Lock::Databases).await?;
        purge::drop_database(lease.connection(), &place.database).await
    }

    async fn leave_pooled_database(&self, tenant: &TenantRecord) -> Result<()> {
        let (rows, schema) = (tenant.place_of(Placement::Row), tenant.place_of(Placement::Schema));
        let Some(mut transaction) = self.begin_if_placed(rows).await? else { return Ok(()) };
        placements::close(transaction.connection(), tenant.slug()).await?;
        transaction.commit().await?;
        reach(Step::PlaceClosed);

        let mut transaction = self.begin_in(rows).await?;
        transaction.lock(Lock::Schema).await?;
        purge::drop_schema(transaction.connection(), &schema.schema).await?;
        transaction.commit().await?;
        self.tables.forget_place(schema);
        reach(Step::SchemaDropped);

        self.delete_rows(tenant, rows).await?;
        self.refresh_all_views(rows).await?;
        if self.keeps_tenants() {
            let mut transaction = self.begin_in(rows).await?;
            if placements::has_tenant(transaction.connection(), tenant.key()).await? {
                purge::remove_tenant(transaction.connection(), tenant.key()).await?;
            }
            transaction.commit().await?;
        }
        Ok(())
    }

    /// Deletes a tenant's rows of all tables in batches. A table whose rows others refer to waits until
    /// those have gone; those that refer to each other go at once.
    async fn delete_rows(&self, tenant: &TenantRecord, place: &Place) -> Result<()> {
        let mut tables = self.tenant_tables(place).await?;
        while !tables.is_empty() {
            let mut referred = Vec::new();
            let before = tables.len();
            for table in tables {
                if !self.delete_all(tenant, place, &table).await? {
                    referred.push(table);
                }
            }
            if referred.len() == before {
                return self.delete_together(tenant, place, &referred).await;
            }
            tables = referred;
        }
        Ok(())
    }

    async fn delete_all(&self, tenant: &TenantRecord, place: &Place, table: &TenantTable) -> Result<bool> {
        loop {
            let mut transaction = self.begin_in(place).await?;
            let deleted = purge::delete_some(transaction.connection(), table, tenant.key()).await?;
            // One that was refused comes to nothing.
            transaction.commit().await?;
            reach(Step::RowsDeleted);
            match deleted {
                Deleted::Some => {}
                Deleted::All => return Ok(true),
                Deleted::Referred(_) => return Ok(false),
            }
        }
    }

    async fn delete_together(&self, tenant: &TenantRecord, place: &Place, tables: &[TenantTable]) -> Result<()> {
        let mut transaction = self.begin_in(place).await?;
        let deleted = purge::delete_together(transaction.connection(), tables, tenant.key()).await?;
        transaction.commit().await?;
        match deleted {
            Deleted::Some | Deleted::All => Ok(()),
            Deleted::Referred(by) => Err(Error::conflict(format!(
                "rows of the table `{by}` refer to the tenant's, and nothing says that they are the tenant's too: \
                 delete those rows, or have that table refer to the table of tenants"
            ))),
        }
    }

    async fn tenant_tables(&self, place: &Place) -> Result<Vec<TenantTable>> {
        let may_be_here = |placement: Option<Placement>| placement.is_none_or(|placement| placement == Placement::Row);
        let models = self.models.iter().filter(|model| model.is_postgres() && !model.storage.shared);
        let (tables, columns): (Vec<&str>, Vec<&str>) = models
            .filter(|model| may_be_here(model.storage.placement))
            .map(|model| (model.table, tenant_column(&self.tenants, model)))
            .unzip();
        let mut transaction = self.begin_in(place).await?;
        if !ledger::exists(transaction.connection()).await? {
            transaction.lock(Lock::Schema).await?;
            ledger::ensure(transaction.connection()).await?;
        }
        let found = purge::tenant_tables(transaction.connection(), &tables, &columns).await?;
        transaction.commit().await?;
        Ok(found)
    }

    /// How much a tenant's records are, in each placement.
    pub(crate) async fn size(&self, slug: &str) -> Result<TenantSize> {
        let tenant = self.catalog.look_up(slug).await?;
        let maintenance = self.store.servers().find(tenant.server())?.maintenance_database().clone();
        let mut look = AdminTransaction::begin(&self.store, self.key(tenant.server(), &maintenance)).await?;
        let own = &tenant.place_of(Placement::Database).database;
        let mut size =
            TenantSize { tenant: Arc::clone(&tenant), database_bytes: 0, schema_bytes: 0, row_bytes: 0, rows: 0 };
        size.database_bytes = purge::database_bytes(look.connection(), own).await?.unsigned_abs();
        look.commit().await?;
        let place = tenant.place_of(Placement::Row);
        let Some(mut transaction) = self.begin_if_placed(place).await? else { return Ok(size) };
        let schema = &tenant.place_of(Placement::Schema).schema;
        size.schema_bytes = purge::schema_bytes(transaction.connection(), schema).await?.unsigned_abs();
        transaction.commit().await?;
        for table in self.tenant_tables(place).await? {
            let mut transaction = self.begin_in(place).await?;
            let (rows, bytes) = purge::rows_of(transaction.connection(), &table, tenant.key()).await?;
            transaction.commit().await?;
            size.rows += rows.unsigned_abs();
            size.row_bytes += bytes.unsigned_abs();
        }
        Ok(size)
    }
}
