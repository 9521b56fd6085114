//! [`Servers`]: the servers of a platform. They become more while it runs.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use sqh_model::{Error, Result};

use super::Server;

/// The servers of a platform, by name. Clones are the same servers.
#[derive(Debug, Clone)]
pub struct Servers(Arc<RwLock<BTreeMap<Arc<str>, Arc<Server>>>>);

impl Servers {
    /// A platform on one server.
    pub fn single(server: Server) -> Self {
        Self(Arc::new(RwLock::new(BTreeMap::from([(Arc::clone(server.name()), Arc::new(server))]))))
    }

    /// The server with this name.
    ///
    /// # Errors
    /// `NotFound`, which names the ones there are.
    pub fn find(&self, name: &str) -> Result<Arc<Server>> {
        let servers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        servers.get(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = servers.keys().map(|name| &**name).collect();
            Error::not_found(format!("there is no server `{name}`: the servers are `{}`", known.join("`, `")))
        })
    }

    pub(crate) fn all(&self) -> Vec<Arc<Server>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Adds a server, or puts another in the place of the one of its name.
    pub(in crate::tenancy) fn put(&self, server: Arc<Server>) {
        let name = Arc::clone(server.name());
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name, server);
    }

    pub(in crate::tenancy) fn remove(&self, name: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}
