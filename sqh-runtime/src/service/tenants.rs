//! [`TenantService`]: tenants, made and looked after by administrators.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqh_model::{Error, Result};

use crate::scope::{Cx, Fleet};
use crate::tenancy::{
    DEFAULT_SERVER, DropConfirmation, NewTenant, Slug, TenantFilter, TenantKey, TenantOptions, TenantRecord,
    TenantSize, TenantStatus, Tenants, check_as_asked, end_of_grace, not_now,
};

/// Tenants, made and looked after by administrators. Get one from
/// [`Platform::tenants`](crate::Platform::tenants), and its scope from
/// [`Platform::fleet`](crate::Platform::fleet).
///
/// ```
/// # use sqh_runtime::Platform;
/// # use sqh_runtime::prelude::*;
/// use sqh_runtime::tenancy::{DropConfirmation, TenantFilter, TenantStatus};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let platform = Platform::builder().models(models![]).build_in_memory()?;
/// let fleet = platform.fleet(&Principal::system("the example")).await?;
/// let tenants = platform.tenants();
/// tenants.provision(&fleet, "acme").await?;
/// tenants.drop(&fleet, "acme", DropConfirmation::new("acme")).await?;
/// assert!(platform.tenant(fleet.principal(), "acme").await.is_err());
/// assert_eq!(tenants.resume(&fleet, "acme").await?.status(), TenantStatus::Active);
/// assert_eq!(tenants.list(&fleet, &TenantFilter::default()).await?.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct TenantService {
    tenants: Tenants,
}

/// How many tenants a server has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerTenants {
    /// The server's name.
    pub server: String,
    /// How many it has of each status, by the status's name.
    pub by_status: BTreeMap<&'static str, u64>,
}

impl ServerTenants {
    /// How many it has.
    pub fn total(&self) -> u64 {
        self.by_status.values().sum()
    }
}

impl TenantService {
    pub(crate) fn new(tenants: Tenants) -> Self {
        Self { tenants }
    }

    /// Makes a tenant with a database of its own, unless it is there. One whose making was interrupted
    /// is completed.
    ///
    /// # Errors
    /// As [`provision_with`](Self::provision_with).
    pub async fn provision(&self, cx: &Cx<Fleet>, slug: &str) -> Result<Arc<TenantRecord>> {
        self.provision_with(cx, slug, &TenantOptions::default()).await
    }

    /// Makes a tenant as the options say, unless it is there. One whose making was interrupted is
    /// completed.
    ///
    /// # Errors
    /// `Invalid` for a slug or a key that breaks its grammar, or a server that there is not; `Conflict`
    /// if the tenant is there and not as it was asked for, or another one has its key.
    pub async fn provision_with(
        &self,
        _cx: &Cx<Fleet>,
        slug: &str,
        options: &TenantOptions,
    ) -> Result<Arc<TenantRecord>> {
        let tenants = match &self.tenants {
            Tenants::Catalog(manager) => return manager.provision_with(slug, options).await,
            Tenants::Memory(tenants) => tenants,
        };
        let slug = Slug::new(slug)?;
        let key = TenantKey::new(options.key.as_deref().unwrap_or(slug.as_str()))?;
        let placement = options.placement.unwrap_or(sqh_model::schema::Placement::Database);
        if options.server.as_deref().is_some_and(|server| server != DEFAULT_SERVER) {
            return Err(Error::invalid(format!("a platform in memory has one server, `{DEFAULT_SERVER}`")));
        }
        let tenant = tenants.provision(NewTenant::new(&slug, key.as_str(), DEFAULT_SERVER, placement))?;
        check_as_asked(&tenant, options)?;
        match tenant.status() {
            TenantStatus::Dropping => Err(not_now(&tenant, "made")),
            _ => tenant.check_status().map(|()| tenant),
        }
    }

    /// A tenant, whatever its status.
    ///
    /// # Errors
    /// `NotFound` if there is none.
    pub async fn find(&self, _cx: &Cx<Fleet>, slug: &str) -> Result<Arc<TenantRecord>> {
        match &self.tenants {
            Tenants::Catalog(manager) => manager.catalog().look_up(slug).await,
            Tenants::Memory(tenants) => tenants.find(slug),
        }
    }

    /// The tenants that a filter leaves, by slug. For pages, the filter has a limit, and starts after
    /// the last slug of the page before.
    ///
    /// # Errors
    /// `Unavailable` if the catalog is down.
    pub async fn list(&self, _cx: &Cx<Fleet>, filter: &TenantFilter) -> Result<Vec<Arc<TenantRecord>>> {
        match &self.tenants {
            Tenants::Catalog(manager) => manager.catalog().list(filter).await,
            Tenants::Memory(tenants) => Ok(tenants.list(filter)),
        }
    }

    /// How many tenants each server has.
    ///
    /// # Errors
    /// `Unavailable` if the catalog is down.
    pub async fn count_by_server(&self, _cx: &Cx<Fleet>) -> Result<Vec<ServerTenants>> {
        let counts = match &self.tenants {
            Tenants::Catalog(manager) => manager.catalog().counts().await?,
            Tenants::Memory(tenants) => {
                let all = tenants.list(&TenantFilter::default()).into_iter();
                all.map(|tenant| (DEFAULT_SERVER.to_owned(), Some(tenant.status()), 1)).collect()
            }
        };
        let mut servers: BTreeMap<String, ServerTenants> = BTreeMap::new();
        for (server, status, count) in counts {
            let of = servers.entry(server.clone()).or_insert_with(|| ServerTenants { server, ..Default::default() });
            if let Some(status) = status {
                *of.by_status.entry(status.name()).or_default() += count;
            }
        }
        Ok(servers.into_values().collect())
    }

    /// Stops a tenant. Its writers are refused from now on, wherever they are; its scopes in this
    /// process too, and those of other processes when they look into the catalog again, within half a
    /// minute.
    ///
    /// # Errors
    /// `NotFound` if there is none, `Conflict` if it is being made or is to be dropped.
    pub async fn suspend(&self, _cx: &Cx<Fleet>, slug: &str) -> Result<Arc<TenantRecord>> {
        match &self.tenants {
            Tenants::Catalog(manager) => manager.suspend(slug).await,
            Tenants::Memory(tenants) => {
                let tenant = tenants.find(slug)?;
                let done = tenant.status() == TenantStatus::Suspended
                    || tenants.change(slug, &[TenantStatus::Active], TenantStatus::Suspended, None)?;
                if done { tenants.find(slug) } else { Err(not_now(&tenant, "suspended")) }
            }
        }
    }

    /// Brings a tenant back that is suspended, or is to be dropped.
    ///
    /// # Errors
    /// `NotFound` if there is none, `Conflict` if it is being made, or dropped for good.
    pub async fn resume(&self, _cx: &Cx<Fleet>, slug: &str) -> Result<Arc<TenantRecord>> {
        match &self.tenants {
            Tenants::Catalog(manager) => manager.resume(slug).await,
            Tenants::Memory(tenants) => {
                let stopped = [TenantStatus::Suspended, TenantStatus::Dropping];
                tenants.change(slug, &stopped, TenantStatus::Active, None)?;
                tenants.find(slug)
            }
        }
    }

    /// Stops a tenant as [`suspend`](Self::suspend) does, and has it dropped for good once the time of
    /// grace is over and [`purge_due`](Self::purge_due) is called. Until then
    /// [`resume`](Self::resume) brings it back.
    ///
    /// # Errors
    /// `Invalid` if the confirmation does not spell out this slug, `NotFound` if there is no such
    /// tenant, `Conflict` if it is being dropped for good already.
    pub async fn drop(&self, _cx: &Cx<Fleet>, slug: &str, confirmation: DropConfirmation) -> Result<Arc<TenantRecord>> {
        match &self.tenants {
            Tenants::Catalog(manager) => manager.drop_later(slug, &confirmation).await,
            Tenants::Memory(tenants) => {
                confirmation.check(slug)?;
                let any = TenantStatus::ALL;
                tenants.change(slug, &any, TenantStatus::Dropping, Some(end_of_grace(&confirmation)))?;
                tenants.find(slug)
            }
        }
    }

    /// Drops for good what is due, and names it: its databases, its schemas, its rows. Interrupted, it
    /// is completed by the next call. A slug that has become free can be used again.
    ///
    /// # Errors
    /// `Denied` if the role may not drop databases, `Unavailable` if a server is down. What is left then
    /// goes with the next call.
    pub async fn purge_due(&self, cx: &Cx<Fleet>) -> Result<Vec<String>> {
        self.purge_due_telling(cx, |_| {}).await
    }

    /// [`purge_due`](Self::purge_due) that tells of each tenant as soon as it is dropped: a database may
    /// take long, and an error leaves no list of what went before it.
    ///
    /// # Errors
    /// As [`purge_due`](Self::purge_due).
    pub async fn purge_due_telling(&self, _cx: &Cx<Fleet>, told: impl FnMut(&str) + Send) -> Result<Vec<String>> {
        match &self.tenants {
            Tenants::Catalog(manager) => manager.purge_due(told).await,
            Tenants::Memory(tenants) => {
                let purged = tenants.purge_due();
                purged.iter().map(String::as_str).for_each(told);
                Ok(purged)
            }
        }
    }

    /// How much a tenant's records are. Rows in tables of many are counted one by one.
    ///
    /// # Errors
    /// `NotFound` if there is no such tenant, `Unsupported` in memory.
    pub async fn size(&self, _cx: &Cx<Fleet>, slug: &str) -> Result<TenantSize> {
        match &self.tenants {
            Tenants::Catalog(manager) => manager.size(slug).await,
            Tenants::Memory(_) => Err(Error::unsupported("records in memory have no size")),
        }
    }
}
