//! [`MemoryTenants`]: the tenants of a platform without servers, known to this process only.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use chrono::{DateTime, Utc};
use sqh_model::schema::Placement;
use sqh_model::{Error, Result};

use super::tenant::unknown_tenant;
use super::{NewTenant, TenantFilter, TenantHandle, TenantRecord, TenantStatus};

/// The tenants of a platform without servers.
#[derive(Debug, Default)]
pub(crate) struct MemoryTenants(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    tenants: BTreeMap<String, Arc<TenantHandle>>,
    /// The last one that was given out.
    epoch: i64,
}

impl Known {
    fn next_epoch(&mut self) -> i64 {
        self.epoch += 1;
        self.epoch
    }

    fn find(&self, slug: &str) -> Result<&Arc<TenantHandle>> {
        self.tenants.get(slug).ok_or_else(|| unknown_tenant(slug))
    }
}

impl MemoryTenants {
    /// The tenant of a slug, in use.
    pub(crate) fn handle(&self, slug: &str) -> Result<Arc<TenantHandle>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let tenant = known.find(slug)?;
        tenant.record().check_status()?;
        Ok(Arc::clone(tenant))
    }

    pub(crate) fn find(&self, slug: &str) -> Result<Arc<TenantRecord>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.find(slug).map(|tenant| tenant.record())
    }

    pub(crate) fn provision(&self, new: NewTenant<'_>) -> Result<Arc<TenantRecord>> {
        if new.placement != Placement::Database {
            let message = "a platform in memory has one placement, a database for each tenant: use a server for others";
            return Err(Error::unsupported(message));
        }
        let mut known = self.write();
        if let Some(tenant) = known.tenants.get(new.slug) {
            return Ok(tenant.record());
        }
        let epoch = known.next_epoch();
        // What an earlier tenant of this slug had is not found again.
        let database = format!("{}.{epoch}", new.database);
        let record = Arc::new(TenantRecord::in_memory(NewTenant { database, ..new.clone() }, epoch));
        known.tenants.insert(new.slug.to_owned(), Arc::new(TenantHandle::new(Arc::clone(&record))));
        Ok(record)
    }

    /// Changes a tenant's status, if it is one of some.
    pub(crate) fn change(
        &self,
        slug: &str,
        from: &[TenantStatus],
        to: TenantStatus,
        drop_after: Option<DateTime<Utc>>,
    ) -> Result<bool> {
        let mut known = self.write();
        let epoch = known.next_epoch();
        let tenant = known.find(slug)?;
        let record = tenant.record();
        if !from.contains(&record.status()) {
            return Ok(false);
        }
        tenant.replace(Arc::new(record.with_status(to, epoch, drop_after)));
        Ok(true)
    }

    /// Drops for good what is due.
    pub(crate) fn purge_due(&self) -> Vec<String> {
        let mut known = self.write();
        let now = Utc::now();
        let is_due = |tenant: &TenantHandle| tenant.record().drop_after().is_some_and(|after| after <= now);
        let due: Vec<String> =
            known.tenants.iter().filter(|(_, tenant)| is_due(tenant)).map(|(slug, _)| slug.clone()).collect();
        for tenant in due.iter().filter_map(|slug| known.tenants.remove(slug)) {
            tenant.end();
        }
        due
    }

    pub(crate) fn list(&self, filter: &TenantFilter) -> Vec<Arc<TenantRecord>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let wanted = |record: &TenantRecord| {
            filter.server.as_ref().is_none_or(|server| server == record.server())
                && filter.status.is_none_or(|status| status == record.status())
                && filter.after.as_deref().is_none_or(|after| record.slug() > after)
        };
        let records = known.tenants.values().map(|tenant| tenant.record()).filter(|record| wanted(record));
        records.take(filter.limit.map_or(usize::MAX, |limit| limit as usize)).collect()
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
