//! [`ServerService`]: the servers of a fleet, looked after by administrators.

use std::sync::Arc;

use sqh_model::{Error, Result};

use crate::scope::{Cx, Fleet};
use crate::tenancy::{NewServer, ServerRecord, ServerStatus, TenantDatabaseManager};

/// The servers of a fleet, looked after by administrators. Get one from
/// [`Platform::servers`](crate::Platform::servers), and its scope from
/// [`Platform::fleet`](crate::Platform::fleet).
///
/// A platform in memory has none: `Unsupported`.
#[derive(Debug, Clone)]
pub struct ServerService {
    manager: Option<Arc<TenantDatabaseManager>>,
}

impl ServerService {
    pub(crate) fn new(manager: Option<Arc<TenantDatabaseManager>>) -> Self {
        Self { manager }
    }

    /// Adds a server to the catalog, once it lets the platform in, and makes the roles there. The same
    /// one again changes nothing. Other processes of the platform know it as soon as a tenant leads
    /// there.
    ///
    /// # Errors
    /// `Conflict` if another server has the name; `Unavailable`, `Denied` or `Internal` if it does not
    /// answer or does not let the owner in; `Invalid` if the variable of its password is not set.
    pub async fn add(&self, _cx: &Cx<Fleet>, server: &NewServer) -> Result<ServerRecord> {
        self.manager()?.add_server(server).await
    }

    /// The servers, by name.
    ///
    /// # Errors
    /// `Unavailable` if the catalog is down.
    pub async fn list(&self, _cx: &Cx<Fleet>) -> Result<Vec<ServerRecord>> {
        self.manager()?.list_servers().await
    }

    /// Places no new tenants on a server. Those that are there stay, and work, until they are moved.
    ///
    /// # Errors
    /// `NotFound` if there is no such server.
    pub async fn drain(&self, _cx: &Cx<Fleet>, name: &str) -> Result<ServerRecord> {
        self.manager()?.set_server_status(name, ServerStatus::Draining).await
    }

    /// Places tenants on a server again.
    ///
    /// # Errors
    /// `NotFound` if there is no such server.
    pub async fn undrain(&self, _cx: &Cx<Fleet>, name: &str) -> Result<ServerRecord> {
        self.manager()?.set_server_status(name, ServerStatus::Active).await
    }

    /// Removes a server from the catalog. Nothing is changed on it.
    ///
    /// # Errors
    /// `Conflict` while it has tenants, `NotFound` if there is no such server, `Invalid` for the one that
    /// the platform starts with.
    pub async fn remove(&self, _cx: &Cx<Fleet>, name: &str) -> Result<()> {
        self.manager()?.remove_server(name).await
    }

    fn manager(&self) -> Result<&TenantDatabaseManager> {
        self.manager.as_deref().ok_or_else(|| Error::unsupported("a platform in memory has no servers"))
    }
}
