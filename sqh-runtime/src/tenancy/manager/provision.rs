//! Provisioning: the catalog's row first, then everything that it promises, then the tenant is let in.
//!
//! Each step is idempotent, and nothing but the catalog says how far it has come: whoever provisions
//! again does all of it again and finds it done.

use std::sync::Arc;

use sqh_model::schema::Placement;
use sqh_model::{Error, Result};

use super::TenantDatabaseManager;
use super::state::not_now;
use crate::backend::postgres::admin::tenants;
use crate::tenancy::step::{Step, reach};
use crate::tenancy::{
    NewTenant, ServerRecord, ServerStatus, Slug, TenantKey, TenantOptions, TenantRecord, TenantStatus,
};

impl TenantDatabaseManager {
    /// Makes a tenant as it was asked for, unless it is there. One that was interrupted is completed.
    ///
    /// # Errors
    /// `Invalid` for a slug or a key that breaks its grammar, or a server that there is not;
    /// `Conflict` if the tenant is there and not as it was asked for, or another tenant has its key;
    /// `Denied` if the role may not create databases, or the tenant is suspended.
    pub async fn provision_with(&self, slug: &str, options: &TenantOptions) -> Result<Arc<TenantRecord>> {
        let slug = Slug::new(slug)?;
        self.ensure_catalog().await?;
        self.complete(&slug, options).await
    }

    /// Puts a tenant into the catalog and makes what is its own, unless it is there.
    pub(super) async fn complete(&self, slug: &Slug, options: &TenantOptions) -> Result<Arc<TenantRecord>> {
        self.make_tenant(slug, options)
            .await
            .map_err(|error| error.context(format!("while making the tenant `{slug}`")))
    }

    async fn make_tenant(&self, slug: &Slug, options: &TenantOptions) -> Result<Arc<TenantRecord>> {
        let record = match self.catalog.look_up_if_any(slug).await? {
            Some(record) => record,
            None => {
                let record = self.add_tenant(slug, options).await?;
                reach(Step::TenantAdded);
                record
            }
        };
        check_as_asked(&record, options)?;
        if matches!(record.status(), TenantStatus::Provisioning | TenantStatus::Active) {
            self.open(&record, record.placement()).await?;
        }
        match record.status() {
            TenantStatus::Provisioning => self.catalog.activate(slug).await?,
            TenantStatus::Dropping => return Err(not_now(&record, "made")),
            TenantStatus::Active | TenantStatus::Suspended => {}
        }
        self.catalog.find(slug.as_str()).await
    }

    async fn add_tenant(&self, slug: &Slug, options: &TenantOptions) -> Result<Arc<TenantRecord>> {
        let key = TenantKey::new(options.key.as_deref().unwrap_or(slug.as_str()))?;
        let server = match &options.server {
            Some(server) => self.catalog.server(server).await?.name().to_string(),
            None => self.least_used_server().await?,
        };
        let placement = options.placement.unwrap_or(Placement::Database);
        self.catalog.find_or_add(&NewTenant::new(slug, key.as_str(), &server, placement)).await.map(Arc::new)
    }

    async fn least_used_server(&self) -> Result<String> {
        let servers = self.list_servers().await?;
        let takes_tenants = |server: &&ServerRecord| server.status == ServerStatus::Active;
        let servers: Vec<&str> = servers.iter().filter(takes_tenants).map(|server| server.name.as_str()).collect();
        let mut transaction = self.catalog.begin().await?;
        let server = tenants::least_used_server(transaction.connection(), &servers).await?;
        transaction.commit().await?;
        server.ok_or_else(|| Error::conflict("no server takes new tenants: add one, or end the draining of one"))
    }
}

/// # Errors
/// `Conflict` if a tenant is not as it was asked for.
pub(crate) fn check_as_asked(tenant: &TenantRecord, options: &TenantOptions) -> Result<()> {
    let placement = options.placement.map(Placement::name);
    let asked = [
        ("placement", placement, tenant.placement().name()),
        ("server", options.server.as_deref(), tenant.server()),
        ("key", options.key.as_deref(), tenant.key()),
    ];
    match asked.into_iter().find(|(_, asked, is)| asked.is_some_and(|asked| asked != *is)) {
        None => Ok(()),
        Some((what, asked, is)) => Err(Error::conflict(format!(
            "the tenant `{}` is there already, and its {what} is `{is}`, not {:?}",
            tenant.slug(),
            asked.unwrap_or_default()
        ))),
    }
}
