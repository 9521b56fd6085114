//! [`Catalog`]: which tenants there are, and where. The only maker of [`TenantRecord`]s.

mod servers;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use sqh_model::{Error, Result};
use tokio::sync::Mutex;

use super::manager::Memo;
use super::server::login_code;
use super::tenant::{BELIEVED_FOR, unknown_tenant};
use super::{
    CATALOG_DB_NAME, ConnectionKey, ConnectionStore, NewTenant, Role, Slug, TenantFilter, TenantHandle, TenantRecord,
    TenantStatus,
};
use crate::backend::postgres::admin::servers as admin;
use crate::backend::postgres::admin::transaction::{AdminTransaction, Lock};
use crate::backend::postgres::admin::{fleet, ledger, tenants};
use crate::fast_map::FastMap;

/// Which tenants there are, and where.
#[derive(Debug)]
pub struct Catalog {
    store: ConnectionStore,
    server: Arc<str>,
    known: RwLock<FastMap<String, Known>>,
    /// Held by the one in this process who brings the store's servers up to date.
    learning: Mutex<()>,
    /// What is known of the tables of the servers.
    tables: Arc<Memo>,
}

#[derive(Debug)]
struct Known {
    tenant: Arc<TenantHandle>,
    since: Instant,
    /// False once this process has changed the tenant.
    is_current: bool,
}

impl Catalog {
    /// The catalog on a server.
    pub(super) fn new(store: ConnectionStore, server: Arc<str>, tables: Arc<Memo>) -> Self {
        Self { store, server, known: RwLock::default(), learning: Mutex::default(), tables }
    }

    /// The tenant of a slug, ready for use.
    ///
    /// # Errors
    /// `NotFound` if there is none, `Unavailable` while it is being made, `Denied` if it is suspended.
    pub async fn find(&self, slug: &str) -> Result<Arc<TenantRecord>> {
        Ok(self.handle(slug).await?.record())
    }

    /// [`Catalog::find`], for a scope.
    pub(crate) async fn handle(&self, slug: &str) -> Result<Arc<TenantHandle>> {
        let tenant = match self.remembered(slug) {
            Some(tenant) => tenant,
            None => self.read(slug).await?.ok_or_else(|| unknown_tenant(slug))?,
        };
        tenant.record().check_status()?;
        Ok(tenant)
    }

    /// The tenant of a slug, which is put into the catalog first if there is none.
    pub(super) async fn find_or_add(&self, tenant: &NewTenant<'_>) -> Result<TenantRecord> {
        let mut transaction = self.begin().await?;
        let connection = transaction.connection();
        let mut found = tenants::find(connection, tenant.slug).await?;
        if found.is_none() {
            admin::check_takes_tenants(connection, tenant.server).await?;
            tenants::add(connection, tenant).await?;
            found = tenants::find(connection, tenant.slug).await?;
        }
        transaction.commit().await?;
        if let Some(found) = &found {
            self.know_server(found.server()).await?;
        }
        found
            .ok_or_else(|| Error::conflict(format!("the tenant `{}` was removed while it was being made", tenant.slug)))
    }

    /// A tenant as the catalog knows it now, whatever its status, if there is one.
    pub(super) async fn look_up_if_any(&self, slug: &Slug) -> Result<Option<Arc<TenantRecord>>> {
        Ok(self.read(slug.as_str()).await?.map(|tenant| tenant.record()))
    }

    /// The tenants that a filter leaves, by slug.
    pub(crate) async fn list(&self, filter: &TenantFilter) -> Result<Vec<Arc<TenantRecord>>> {
        let mut transaction = self.begin().await?;
        let tenants = fleet::list(transaction.connection(), filter).await?;
        transaction.commit().await?;
        Ok(tenants.into_iter().map(Arc::new).collect())
    }

    /// How many tenants of each status a server has.
    pub(crate) async fn counts(&self) -> Result<Vec<(String, Option<TenantStatus>, u64)>> {
        let mut transaction = self.begin().await?;
        let counts = fleet::counts(transaction.connection()).await?;
        transaction.commit().await?;
        Ok(counts)
    }

    /// A tenant as the catalog knows it now, whatever its status.
    pub(crate) async fn look_up(&self, slug: &str) -> Result<Arc<TenantRecord>> {
        let tenant = self.read(slug).await?.ok_or_else(|| unknown_tenant(slug))?;
        Ok(tenant.record())
    }

    /// Reads a tenant anew, and all its scopes see what was read. For whoever was told that a route is
    /// stale.
    ///
    /// # Errors
    /// As [`Catalog::find`], and `NotFound` too if it is another tenant than before, of the same slug.
    pub(crate) async fn refresh(&self, stale: &TenantRecord) -> Result<Arc<TenantRecord>> {
        let tenant = self.read(stale.slug()).await?.map(|tenant| tenant.record());
        let tenant =
            tenant.filter(|tenant| tenant.is_same_tenant(stale)).ok_or_else(|| unknown_tenant(stale.slug()))?;
        tenant.check_status()?;
        Ok(tenant)
    }

    /// Lets a tenant in, once its database is there.
    pub(super) async fn activate(&self, slug: &Slug) -> Result<()> {
        let mut transaction = self.begin().await?;
        tenants::activate(transaction.connection(), slug.as_str()).await?;
        transaction.commit().await?;
        self.forget(slug.as_str());
        Ok(())
    }

    /// Makes the catalog's tables, or brings them up to this version, and says what was applied. Its
    /// database is there.
    pub(super) async fn migrate(&self) -> Result<Vec<&'static str>> {
        let mut transaction = self.begin().await?;
        transaction.lock(Lock::Schema).await?;
        let connection = transaction.connection();
        ledger::ensure(connection).await?;
        let applied = ledger::migrate(connection, tenants::SCHEMA, tenants::MIGRATIONS).await?;
        tenants::add_server(connection, &self.server).await?;
        transaction.commit().await?;
        Ok(applied)
    }

    /// Forgets what is known of a tenant, which has changed.
    pub(crate) fn forget(&self, slug: &str) {
        // It stays known to the scopes that hold it, and is read anew by the next one.
        if let Some(known) = self.known.write().unwrap_or_else(PoisonError::into_inner).get_mut(slug) {
            known.is_current = false;
        }
    }

    /// Where the catalog is. It is the migrator's: who reads and writes records never sees it.
    pub(super) fn key(&self) -> ConnectionKey {
        let (server, database) = (Arc::clone(&self.server), Arc::from(CATALOG_DB_NAME));
        ConnectionKey::new(server, database, Role::Migrator)
    }

    fn remembered(&self, slug: &str) -> Option<Arc<TenantHandle>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known
            .get(slug)
            .filter(|known| known.is_current && known.since.elapsed() < BELIEVED_FOR)
            .map(|known| Arc::clone(&known.tenant))
    }

    /// Reads a tenant anew; all scopes of it see what was read.
    async fn read(&self, slug: &str) -> Result<Option<Arc<TenantHandle>>> {
        // No text that is no slug reaches the catalog, or the memory of it.
        let Ok(slug) = Slug::new(slug) else { return Ok(None) };
        let since = Instant::now();
        let mut transaction = self.begin().await?;
        let record = tenants::find(transaction.connection(), slug.as_str()).await?;
        let servers = admin::known(transaction.connection()).await?;
        transaction.commit().await?;
        self.learn_servers(&servers, record.as_ref().map(TenantRecord::server)).await?;
        Ok(self.remember(&slug, record.map(Arc::new), since))
    }

    fn remember(&self, slug: &Slug, record: Option<Arc<TenantRecord>>, since: Instant) -> Option<Arc<TenantHandle>> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let before = known.remove(slug.as_str());
        let Some(record) = record else {
            before.inspect(|known| known.tenant.end());
            return None;
        };
        let tenant = match before {
            Some(known) if known.tenant.record().is_same_tenant(&record) => {
                known.tenant.replace(record);
                known.tenant
            }
            // A later tenant of the same slug: no scope of the old one becomes one of the new.
            before => {
                before.inspect(|known| known.tenant.end());
                Arc::new(TenantHandle::new(record))
            }
        };
        let entry = Known { tenant: Arc::clone(&tenant), since, is_current: true };
        known.insert(slug.as_str().to_owned(), entry);
        Some(tenant)
    }

    /// Opens a transaction on the catalog.
    pub(super) async fn begin(&self) -> Result<AdminTransaction> {
        AdminTransaction::begin(&self.store, self.key()).await.map_err(|error| match login_code(&error) {
            Some(code) if matches!(code.as_str(), "3D000" | "28000") => {
                let remedy =
                    format!("there is no catalog, the database `{CATALOG_DB_NAME}`: `platform.init()` makes it");
                Error::internal(remedy).with_source(error)
            }
            // A wrong password says itself what sets it.
            _ => error,
        })
    }
}
