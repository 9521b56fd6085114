//! Stopping a tenant, bringing it back, and having it dropped.
//!
//! The catalog changes first, by a new epoch, then the databases are fenced. Interrupted in between, the
//! same call again completes it; nobody is let in again before the fences stand.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sqh_model::schema::Placement;
use sqh_model::{Error, ErrorKind, Result};

use super::TenantDatabaseManager;
use crate::backend::postgres::admin::transaction::AdminTransaction;
use crate::backend::postgres::admin::{fleet, placements};
use crate::tenancy::server::login_code;
use crate::tenancy::{DropConfirmation, Place, TenantRecord, TenantStatus};

/// PostgreSQL's code for a login to a database that there is not.
const NO_SUCH_DATABASE: &str = "3D000";

impl TenantDatabaseManager {
    /// Stops a tenant. Writers with an old route are refused from now on, reads of other processes once
    /// they look into the catalog again, within half a minute.
    ///
    /// # Errors
    /// `NotFound` if there is none, `Conflict` if it is being made or is to be dropped.
    pub(crate) async fn suspend(&self, slug: &str) -> Result<Arc<TenantRecord>> {
        let tenant = self.catalog.look_up(slug).await?;
        if !matches!(tenant.status(), TenantStatus::Active | TenantStatus::Suspended) {
            return Err(not_now(&tenant, "suspended"));
        }
        let mut transaction = self.catalog.begin().await?;
        fleet::suspend(transaction.connection(), slug).await?;
        transaction.commit().await?;
        self.fence_at_catalog(slug).await
    }

    /// Brings a tenant back that is suspended, or is to be dropped.
    ///
    /// # Errors
    /// `NotFound` if there is none, `Conflict` if it is being made, or dropped for good.
    pub(crate) async fn resume(&self, slug: &str) -> Result<Arc<TenantRecord>> {
        let tenant = self.catalog.look_up(slug).await?;
        match tenant.status() {
            TenantStatus::Active => return Ok(tenant),
            TenantStatus::Suspended => {}
            TenantStatus::Dropping if !tenant.is_purged() => {}
            _ => return Err(not_now(&tenant, "resumed")),
        }
        // Its writers come with this epoch, so the databases must know it, whoever was interrupted.
        self.fence(&tenant).await?;
        let mut transaction = self.catalog.begin().await?;
        let is_done = fleet::resume(transaction.connection(), &tenant).await?;
        transaction.commit().await?;
        let tenant = self.catalog.look_up(slug).await?;
        match is_done || tenant.status() == TenantStatus::Active {
            true => Ok(tenant),
            false => {
                Err(Error::conflict(format!("the tenant `{slug}` was changed meanwhile: look at it, and try again")))
            }
        }
    }

    /// Stops a tenant, and has it dropped for good once the time of grace is over.
    ///
    /// # Errors
    /// `Invalid` if the confirmation is not this tenant's, `NotFound` if there is none, `Conflict` if it
    /// is being dropped for good already.
    pub(crate) async fn drop_later(&self, slug: &str, confirmation: &DropConfirmation) -> Result<Arc<TenantRecord>> {
        confirmation.check(slug)?;
        let tenant = self.catalog.look_up(slug).await?;
        let mut transaction = self.catalog.begin().await?;
        let is_done = fleet::drop_later(transaction.connection(), slug, end_of_grace(confirmation)).await?;
        transaction.commit().await?;
        if !is_done {
            return Err(not_now(&tenant, "dropped once more"));
        }
        self.fence_at_catalog(slug).await
    }

    /// Shows this process's scopes what the catalog says, then fences.
    async fn fence_at_catalog(&self, slug: &str) -> Result<Arc<TenantRecord>> {
        let tenant = self.catalog.look_up(slug).await?;
        let doing = "its status is changed already, its writers are not stopped everywhere yet: do it again";
        self.fence(&tenant).await.map_err(|error| error.context(doing))?;
        Ok(tenant)
    }

    /// Refuses the writers of older epochs wherever the tenant has records.
    pub(super) async fn fence(&self, tenant: &TenantRecord) -> Result<()> {
        // Schema and row placement have one database, and a schema is not made for this.
        for placement in [Placement::Database, Placement::Row] {
            if let Some(mut transaction) = self.begin_if_placed(tenant.place_of(placement)).await? {
                placements::fence(transaction.connection(), tenant.slug(), tenant.epoch()).await?;
                transaction.commit().await?;
            }
        }
        Ok(())
    }

    /// A transaction in a place's database, if there is one and it has ever held a tenant's records.
    pub(super) async fn begin_if_placed(&self, place: &Place) -> Result<Option<AdminTransaction>> {
        let mut transaction = match self.begin_in(place).await {
            Err(error) if login_code(&error).as_deref() == Some(NO_SUCH_DATABASE) => return Ok(None),
            transaction => transaction?,
        };
        if placements::exists(transaction.connection()).await? {
            return Ok(Some(transaction));
        }
        transaction.commit().await?;
        Ok(None)
    }
}

pub(crate) fn end_of_grace(confirmation: &DropConfirmation) -> DateTime<Utc> {
    let grace = TimeDelta::from_std(confirmation.grace).unwrap_or(TimeDelta::MAX);
    Utc::now().checked_add_signed(grace).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The error for a change that a tenant's status does not allow.
pub(crate) fn not_now(tenant: &TenantRecord, change: &str) -> Error {
    let (slug, status) = (tenant.slug(), tenant.status().name());
    let what = match tenant.status() {
        TenantStatus::Provisioning => "provision it again, if that was interrupted",
        TenantStatus::Dropping if tenant.is_purged() => "it is being dropped for good",
        TenantStatus::Dropping => "resume it, if it is to stay",
        TenantStatus::Active | TenantStatus::Suspended => "it was changed meanwhile",
    };
    Error::new(ErrorKind::Conflict, format!("the tenant `{slug}` is {status}, and cannot be {change}: {what}"))
}
