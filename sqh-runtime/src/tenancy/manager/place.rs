//! Opening a place for a tenant: its database, its schema, and the row that lets its writers in.
//!
//! A tenant's own place is opened when it is provisioned, that of a model which requires another
//! placement on first use.

use sqh_model::render::ddl::TenantColumn;
use sqh_model::schema::Placement;
use sqh_model::{Error, Result};

use super::TenantDatabaseManager;
use crate::backend::postgres::admin::transaction::{AdminTransaction, Lock};
use crate::backend::postgres::admin::{placements, table, tenants};
use crate::tenancy::server::is_not_made_yet;
use crate::tenancy::step::{Step, reach};
use crate::tenancy::tenant::unknown_tenant;
use crate::tenancy::{Place, Role, TenantRecord, TenantStatus, roles};

impl TenantDatabaseManager {
    /// Makes a tenant's place in a placement, and lets the writers of the record's epoch in. What was
    /// opened before costs a look.
    pub(super) async fn open(&self, tenant: &TenantRecord, placement: Placement) -> Result<()> {
        let place = tenant.place_of(placement);
        let is_open = match self.is_open(tenant, placement).await {
            Err(error) if is_not_made_yet(&error) => false,
            is_open => is_open?,
        };
        if !is_open {
            self.check_is_current(tenant).await?;
            self.make_database(&place.server, &place.database).await?;
            reach(Step::DatabaseMade);
            self.make_place(place).await?;
            reach(Step::PlaceMade);
            self.let_in(tenant, placement).await?;
            reach(Step::WritersLetIn);
        }
        tenant.set_open(placement);
        Ok(())
    }

    /// A process that knows a tenant of the past makes no database for it.
    async fn check_is_current(&self, tenant: &TenantRecord) -> Result<()> {
        let mut catalog = self.catalog.begin().await?;
        let now = tenants::find(catalog.connection(), tenant.slug()).await?;
        catalog.commit().await?;
        match now.is_some_and(|now| now.is_same_tenant(tenant) && !now.is_purged()) {
            true => Ok(()),
            false => Err(unknown_tenant(tenant.slug())),
        }
    }

    /// Whether a place knows the tenant, by this epoch or a later one.
    async fn is_open(&self, tenant: &TenantRecord, placement: Placement) -> Result<bool> {
        // Schema and row placement have one database, and a schema is not made by a look.
        let in_rows = placement == Placement::Row;
        let place = if placement == Placement::Schema { Placement::Row } else { placement };
        let mut transaction = self.begin_in(tenant.place_of(place)).await?;
        let connection = transaction.connection();
        let epoch = match placements::exists(connection).await? {
            true => placements::epoch(connection, tenant.slug()).await?,
            false => None,
        };
        let is_open = epoch.is_some_and(|epoch| epoch >= tenant.epoch())
            && (!in_rows || !self.keeps_tenants() || placements::has_tenant(connection, tenant.key()).await?);
        transaction.commit().await?;
        Ok(is_open)
    }

    /// Whether the table of tenants is the platform's own. Another is the application's, in a schema
    /// that was there before.
    pub(super) fn keeps_tenants(&self) -> bool {
        let own = TenantColumn::default();
        let is_own = |column: &TenantColumn| {
            let is_text = column.sql_type.is_none() && column.ty.name() == own.ty.name();
            is_text && (&column.table, &column.key) == (&own.table, &own.key)
        };
        self.models.is_empty() || self.models.iter().any(|model| is_own(self.tenants.of(model.group)))
    }

    async fn make_place(&self, place: &Place) -> Result<()> {
        let mut transaction = self.begin_in(place).await?;
        transaction.lock(Lock::Schema).await?;
        placements::migrate(transaction.connection()).await?;
        if place.placement == Placement::Row && self.keeps_tenants() {
            let server = self.store.servers().find(&place.server)?;
            placements::make_tenants(transaction.connection(), server.user(Role::Application)).await?;
        }
        transaction.commit().await
    }

    /// Writes the row of a tenant's writers, while the catalog's row cannot change: a process that
    /// knows an old place never opens it again.
    async fn let_in(&self, tenant: &TenantRecord, placement: Placement) -> Result<()> {
        // Each holds one connection and waits for another.
        let _opening = self.opening.lock().await;
        let mut catalog = self.catalog.begin().await?;
        let now = tenants::find_unchanging(catalog.connection(), tenant.slug()).await?;
        let now = now.filter(|now| now.is_same_tenant(tenant)).ok_or_else(|| unknown_tenant(tenant.slug()))?;
        if now.status() != TenantStatus::Provisioning {
            now.check_status()?;
        }
        let place = now.place_of(placement);
        if place != tenant.place_of(placement) {
            return Err(Error::conflict(format!("the tenant `{}` has moved meanwhile: try again", tenant.slug())));
        }
        let waiting = self.store.wait_while_holding()?;
        let mut transaction = self.begin_in(place).await?;
        drop(waiting);
        if placement == Placement::Row && self.keeps_tenants() {
            table::admit(transaction.connection(), &place.schema, &TenantColumn::default(), now.key()).await?;
        }
        placements::open(transaction.connection(), now.slug(), now.epoch()).await?;
        transaction.commit().await?;
        catalog.commit().await
    }

    /// The schema is there, and the roles have their rights in it.
    pub(super) async fn begin_in(&self, place: &Place) -> Result<AdminTransaction> {
        roles::begin_as_migrator(&self.store, place, &[]).await
    }
}
