//! The servers that the store knows, kept as the catalog has them: others add, move and remove them.

use std::sync::Arc;

use sqh_model::Result;

use super::Catalog;
use crate::backend::postgres::admin::servers;
use crate::tenancy::{Server, ServerRecord};

impl Catalog {
    /// A server as it is now, which somebody may have added meanwhile.
    pub(crate) async fn server(&self, name: &str) -> Result<Arc<Server>> {
        self.know_server(name).await?;
        self.store.servers().find(name)
    }

    /// Sees to it that the store knows a server as it is now.
    pub(super) async fn know_server(&self, name: &str) -> Result<()> {
        // The one that the platform starts with is not from the catalog, which may be out of reach.
        if self.store.servers().find(name).is_ok_and(|server| server.record().is_none()) {
            return Ok(());
        }
        let servers = self.read_servers().await?;
        self.learn_servers(&servers, Some(name)).await
    }

    /// Brings the servers that the store knows up to what was read of the catalog. The others it learns
    /// of once somebody wants one: each takes a part of the budget.
    ///
    /// # Errors
    /// `NotFound` if there is no such server as the wanted one, `Invalid` if the budget has no room for it.
    pub(in crate::tenancy) async fn learn_servers(&self, read: &[ServerRecord], wanted: Option<&str>) -> Result<()> {
        let is_unknown = || wanted.is_some_and(|wanted| self.store.servers().find(wanted).is_err());
        if self.outdated(read).is_empty() && !is_unknown() {
            return Ok(());
        }
        // What was read may be older than what somebody else here has learnt meanwhile.
        let _learning = self.learning.lock().await;
        let now = self.read_servers().await?;
        for server in self.outdated(&now) {
            let name = server.name();
            match self.put_server(&now, name) {
                // Behind it: whatever was learnt of the tables until now may be of the old one.
                Ok(true) => self.tables.forget_server(name),
                Ok(false) => self.forget_server(name),
                Err(error) => {
                    tracing::warn!(server = &**name, %error, "a server that has changed cannot be used");
                    self.forget_server(name);
                }
            }
        }
        match wanted {
            Some(wanted) if is_unknown() => {
                self.put_server(&now, wanted)?;
                self.store.servers().find(wanted).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Forgets a server that is removed, or is another one now, with all that is known of its tables.
    pub(in crate::tenancy) fn forget_server(&self, name: &str) {
        self.store.remove_server(name);
        self.tables.forget_server(name);
    }

    /// Puts a server into the store as it was read, if it was.
    fn put_server(&self, read: &[ServerRecord], name: &str) -> Result<bool> {
        let record = read.iter().find(|record| record.name == name);
        match record.map(ServerRecord::server).transpose()?.flatten() {
            Some(server) => self.store.put_server(server).map(|()| true),
            None => Ok(false),
        }
    }

    /// The servers that the store knows from the catalog, and that are not there any more, or not so.
    fn outdated(&self, read: &[ServerRecord]) -> Vec<Arc<Server>> {
        let is_as_read = |known: &ServerRecord| read.iter().any(|read| read.is_same_server(known));
        let mut servers = self.store.servers().all();
        servers.retain(|server| server.record().is_some_and(|known| !is_as_read(known)));
        servers
    }

    async fn read_servers(&self) -> Result<Vec<ServerRecord>> {
        let mut transaction = self.begin().await?;
        let servers = servers::known(transaction.connection()).await?;
        transaction.commit().await?;
        Ok(servers)
    }
}
