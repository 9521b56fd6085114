//! [`Made`]: what a run has made, and takes away again.

use std::sync::Arc;
use std::time::Duration;

use sqh_model::{Error, Result};

use super::commons::Commons;
use super::lane::Violation;
use crate::platform::Platform;
use crate::scope::{Cx, Fleet, Tenant};
use crate::tenancy::DropConfirmation;

/// How often a tenant is dropped before it is left behind.
const TRIES: u32 = 4;

/// What a run has made.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// The slugs of the tenants.
    pub(super) tenants: Vec<String>,
    /// The shared records, and a scope that may change them.
    pub(super) commons: Option<(Arc<Commons>, Cx<Tenant>)>,
}

impl Made {
    /// Looks at the shared records, while nobody is at work.
    pub(super) async fn settle(&self, platform: &Platform) -> Result<(), Violation> {
        match &self.commons {
            Some((commons, cx)) => commons.settle(platform, cx).await,
            None => Ok(()),
        }
    }

    /// Takes it all away as well as it can be: what came of the run is worth more than what is left.
    pub(super) async fn remove(self, platform: &Platform) {
        if let Some((commons, cx)) = &self.commons
            && let Err(error) = commons.remove(platform, cx).await
        {
            tracing::warn!(%error, "shared records of the isolation test stay");
        }
        let fleet = platform.fleet(&super::principal()).await;
        for slug in &self.tenants {
            let fleet = match &fleet {
                Ok(fleet) => fleet,
                Err(error) => return tracing::warn!(%error, "the tenants of the isolation test stay"),
            };
            let mut dropped = drop_for_good(platform, fleet, slug).await;
            // The connections may be those whose backends the run has ended.
            for _ in 1..TRIES {
                if dropped.as_ref().is_err_and(Error::is_retryable) {
                    dropped = drop_for_good(platform, fleet, slug).await;
                }
            }
            if let Err(error) = dropped {
                tracing::warn!(slug, %error, "a tenant of the isolation test stays");
            }
        }
    }
}

/// Drops one tenant and no others that are due.
async fn drop_for_good(platform: &Platform, fleet: &Cx<Fleet>, slug: &str) -> Result<()> {
    let confirmation = DropConfirmation::new(slug).grace(Duration::ZERO);
    platform.tenants().drop(fleet, slug, confirmation).await?;
    match platform.manager() {
        Some(databases) => databases.purge(slug).await.map(drop),
        None => Ok(()),
    }
}
