//! [`Tenants`]: where tenants are known.

use std::sync::Arc;

use sqh_model::Result;

use super::{MemoryTenants, TenantDatabaseManager, TenantHandle};

/// Where tenants are known: in the catalog of a server, or in this process alone.
#[derive(Debug, Clone)]
pub(crate) enum Tenants {
    Catalog(Arc<TenantDatabaseManager>),
    Memory(Arc<MemoryTenants>),
}

impl Tenants {
    /// The tenant of a slug, in use.
    pub(crate) async fn handle(&self, slug: &str) -> Result<Arc<TenantHandle>> {
        match self {
            Self::Catalog(manager) => manager.catalog().handle(slug).await,
            Self::Memory(tenants) => tenants.handle(slug),
        }
    }
}
