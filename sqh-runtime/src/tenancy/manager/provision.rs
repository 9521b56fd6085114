//! Provisioning: the catalog's row first, then everything that it promises, then the tenant is let in.
//!
//! Each step is idempotent, and nothing but the catalog says how far it has come: whoever provisions
//! again does all of it again and finds it done.

use std::sync::Arc;

use sqh_model::{Error, Result};

use super::TenantDatabaseManager;
use crate::tenancy::{NewTenant, Slug, TenantRecord, TenantStatus};

impl TenantDatabaseManager {
    /// Puts a tenant into the catalog and makes what is its own, unless it is there.
    pub(super) async fn complete(&self, new: &NewTenant<'_>) -> Result<Arc<TenantRecord>> {
        let doing = |error: Error| error.context(format!("while making the tenant `{}`", new.slug));
        let record = self.catalog.find_or_add(new).await.map_err(doing)?;
        if matches!(record.status(), TenantStatus::Provisioning | TenantStatus::Active) {
            self.open(&record, record.placement()).await.map_err(doing)?;
        }
        if record.status() == TenantStatus::Provisioning {
            self.catalog.activate(&Slug::new(new.slug)?).await.map_err(doing)?;
        }
        self.catalog.find(new.slug).await
    }
}
