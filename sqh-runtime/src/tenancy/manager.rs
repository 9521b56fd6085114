//! [`TenantDatabaseManager`]: makes what is missing, once, whoever asks and however many at once.
//!
//! Everything here is idempotent, and safe between processes: databases are made under a lock in the
//! database for administration, what is in a database under a lock in that database.
//! [`table`] makes tables when they are first used.

mod doctor;
mod extension;
mod memo;
mod partition;
mod place;
mod provision;
mod purge;
mod servers;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use sqh_model::render::ddl::TenantColumns;
use sqh_model::schema::{ModelDef, Placement, SHARED_REFERENCE_DB_NAME};
use sqh_model::{Error, Result};
use tokio::sync::Mutex;

pub use self::extension::MissingExtension;
use self::extension::SHARED_EXTENSIONS;
pub(super) use self::memo::Memo;
pub use self::partition::PartitionReport;
pub(crate) use self::provision::check_as_asked;
pub(crate) use self::state::{end_of_grace, not_now};
use super::catalog::Catalog;
use super::tenant::COMMON_SCHEMA;
use super::{
    CATALOG_DB_NAME, ConnectionKey, ConnectionStore, DEFAULT_SERVER, Place, Role, Slug, TenantOptions, TenantRecord,
    roles,
};
use crate::backend::postgres::admin::database;
use crate::backend::postgres::admin::transaction::{AdminTransaction, Lock, lock_for_session};

/// Makes the databases, extensions and tables of tenants, and knows where they are.
///
/// A [`Platform`](crate::Platform) has one: [`Platform::databases`](crate::Platform::databases).
///
/// ```
/// use sqh_runtime::tenancy::{ConnectionStore, Server, Servers, Slug, StoreConfig, TenantDatabaseManager};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = sqh_dev_postgres::shared().await;
/// let servers = Servers::single(Server::new(&server.admin_url())?);
/// let manager = TenantDatabaseManager::new(ConnectionStore::new(servers, StoreConfig::default())?, &[]);
///
/// let tenant = manager.provision("doc-example").await?;
/// assert_eq!(tenant.database(), "sqh_tenant_doc_example");
/// manager.ensure_extension(&Slug::new("doc-example")?, "pg_trgm").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TenantDatabaseManager {
    store: ConnectionStore,
    catalog: Catalog,
    models: Vec<&'static ModelDef>,
    /// The tenant columns of row placement.
    tenants: Arc<TenantColumns>,
    tables: Arc<Memo>,
    /// Held by the one in this process who has a connection and waits for another.
    opening: Mutex<()>,
}

/// What setting a platform up has come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InitReport {
    /// What was made now; nothing if all was there.
    pub made: Vec<Made>,
    /// The extensions of the shared database that the server has not got. Models that need one are
    /// `Unsupported`.
    pub missing: Vec<MissingExtension>,
}

/// A thing that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Made {
    /// What it is, such as `database`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

impl Made {
    pub(super) fn new(kind: &'static str, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl TenantDatabaseManager {
    /// A manager of the store's servers, for the models of a platform. The catalog is on the first
    /// server.
    pub fn new(store: ConnectionStore, models: &[&'static ModelDef]) -> Self {
        let tables = Arc::<Memo>::default();
        let catalog = Catalog::new(store.clone(), Arc::from(DEFAULT_SERVER), Arc::clone(&tables));
        Self { store, catalog, models: models.to_vec(), tenants: Arc::default(), tables, opening: Mutex::default() }
    }

    /// The same with other tenant columns in row placement.
    #[must_use]
    pub fn with_tenant_columns(self, tenants: Arc<TenantColumns>) -> Self {
        Self { tenants, ..self }
    }

    /// The catalog.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The connections.
    pub fn store(&self) -> &ConnectionStore {
        &self.store
    }

    /// Logs in to each server, which tells whether it is there, lets the platform in, and is new
    /// enough; and whether the roles that read and write records, where they are made, have no more rights
    /// than they need.
    ///
    /// # Errors
    /// `Unavailable` if one does not answer, `Unsupported` if one is too old, `Internal` if a password
    /// or a role is wrong, `Denied` if a role that reads or writes records owns tables, gets around row
    /// security or may become one that may more. The message names the server, and no password.
    pub async fn check_servers(&self) -> Result<()> {
        for server in self.store.servers().all() {
            roles::check(&self.store, &server).await?;
        }
        Ok(())
    }

    /// Makes the roles, the catalog and the shared reference database, or brings them up to this
    /// version.
    ///
    /// # Errors
    /// As [`ensure_catalog`](Self::ensure_catalog) and
    /// [`ensure_shared_database_exists`](Self::ensure_shared_database_exists).
    pub async fn init(&self) -> Result<InitReport> {
        let mut made = self.ensure_roles(DEFAULT_SERVER).await?;
        made.extend(self.ensure_catalog().await?);
        let shared = self.ensure_shared_database_exists().await?;
        made.extend(shared.made);
        Ok(InitReport { made, missing: shared.missing })
    }

    /// Makes the catalog, or brings it up to this version, and says what it made.
    ///
    /// # Errors
    /// `Denied` if the role may not create databases; `Conflict` if the catalog is of another version.
    pub async fn ensure_catalog(&self) -> Result<Vec<Made>> {
        let key = self.catalog.key();
        let mut made = Vec::new();
        if self.make_database(&key.server, CATALOG_DB_NAME).await? {
            made.push(Made::new("database", CATALOG_DB_NAME));
        }
        let applied = self.catalog.migrate().await.map_err(|error| error.context("while making the catalog"))?;
        made.extend(applied.into_iter().map(|name| Made::new("migration", name)));
        Ok(made)
    }

    /// Makes the roles of a server, and says which it made. A password that has changed with the
    /// owner's is set anew.
    ///
    /// # Errors
    /// `Denied` if the owner may not make roles, or if one that reads or writes records has too many
    /// rights.
    pub async fn ensure_roles(&self, server: &str) -> Result<Vec<Made>> {
        let made = roles::ensure(&self.store, server).await?;
        Ok(made.into_iter().map(|name| Made::new("role", name)).collect())
    }

    /// Makes a tenant with a database of its own, unless it is there. One that was interrupted is
    /// completed.
    ///
    /// # Errors
    /// As [`provision_with`](Self::provision_with).
    pub async fn provision(&self, slug: &str) -> Result<Arc<TenantRecord>> {
        self.provision_with(slug, &TenantOptions::default()).await
    }

    /// Puts a tenant into the catalog and makes its database, unless they are there.
    ///
    /// # Errors
    /// `Denied` if the role may not create databases, or the tenant is suspended.
    pub async fn ensure_database_exists(&self, tenant: &Slug) -> Result<Arc<TenantRecord>> {
        self.complete(tenant, &TenantOptions::default()).await
    }

    /// Makes the shared reference database with the extensions that reference data wants.
    ///
    /// # Errors
    /// `Denied` if the role may not create the database. An extension that cannot be had is reported,
    /// and is no error.
    pub async fn ensure_shared_database_exists(&self) -> Result<InitReport> {
        let doing = |error: Error| error.context("while making the shared reference database");
        let mut made = Vec::new();
        if self.make_database(DEFAULT_SERVER, SHARED_REFERENCE_DB_NAME).await.map_err(doing)? {
            made.push(Made::new("database", SHARED_REFERENCE_DB_NAME));
        }
        let key = self.key(DEFAULT_SERVER, SHARED_REFERENCE_DB_NAME);
        let extensions = extension::ensure_those_there_are(&self.store, key, SHARED_EXTENSIONS).await.map_err(doing)?;
        made.extend(extensions.made.into_iter().map(|name| Made::new("extension", name)));
        Ok(InitReport { made, missing: extensions.missing })
    }

    /// Makes an extension in a tenant's database.
    ///
    /// # Errors
    /// `Invalid` for one that is not on the list of known ones, `Unsupported` with the command to
    /// install it if the server has not got it, `Denied` if only a superuser may create it.
    pub async fn ensure_extension(&self, tenant: &Slug, name: &str) -> Result<()> {
        let record = self.catalog.find(tenant.as_str()).await?;
        extension::ensure(&self.store, self.key(record.server(), record.database()), name).await.map(drop)
    }

    /// Makes a database, and says whether it was this that made it.
    async fn make_database(&self, server: &str, name: &str) -> Result<bool> {
        let maintenance = self.key(server, self.store.servers().find(server)?.maintenance_database());
        let mut look = AdminTransaction::begin(&self.store, maintenance.clone()).await?;
        let mut exists = database::exists(look.connection(), name).await?;
        let has_roles = roles::are_there(&mut look, &*self.store.servers().find(server)?).await?;
        look.commit().await?;
        if !has_roles {
            self.ensure_roles(server).await?;
        }
        if !exists {
            let mut lease = lock_for_session(&self.store, maintenance, Lock::Databases).await?;
            exists = database::exists(lease.connection(), name).await?;
            if !exists {
                database::create(lease.connection(), name).await?;
            }
        }
        if exists {
            // One of an earlier version, or of somebody who was interrupted, is brought up.
            let (server, database, schema) = (Arc::from(server), Arc::from(name), Arc::from(COMMON_SCHEMA));
            let place = Place { server, database, schema, placement: Placement::Database, first_epoch: None };
            roles::begin_as_migrator(&self.store, &place, &[]).await?.commit().await?;
        } else {
            roles::prepare(&self.store, server, name, COMMON_SCHEMA).await?;
        }
        Ok(!exists)
    }

    /// A database for its owner.
    fn key(&self, server: &str, database: &str) -> ConnectionKey {
        ConnectionKey::new(server, database, Role::Owner)
    }
}
