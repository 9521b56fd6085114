//! The servers of a fleet: added, drained and removed while the platform runs.

use sqh_model::{Error, Result};

use super::TenantDatabaseManager;
use crate::backend::postgres::admin::servers;
use crate::tenancy::{DEFAULT_SERVER, NewServer, ServerRecord, ServerStatus, roles};

impl TenantDatabaseManager {
    /// The servers of the catalog, by name. The one that the platform starts with is shown as this process
    /// was given it.
    pub(crate) async fn list_servers(&self) -> Result<Vec<ServerRecord>> {
        let mut transaction = self.catalog.begin().await?;
        let mut servers = servers::list(transaction.connection()).await?;
        transaction.commit().await?;
        self.catalog.learn_servers(&servers, None).await?;
        for record in servers.iter_mut().filter(|record| record.url.is_none()) {
            (record.replicas, record.direct_url) = self.store.servers().find(&record.name)?.places();
        }
        Ok(servers)
    }

    /// Adds a server to the catalog once it lets the platform in, and makes the roles there. The same
    /// one again changes nothing.
    pub(crate) async fn add_server(&self, new: &NewServer) -> Result<ServerRecord> {
        let doing = |error: Error| error.context(format!("while adding the server `{}`", new.name));
        let wanted = new.record();
        let is_known =
            self.find_server(&new.name).await?.map(|known| check_same(known, &wanted)).transpose()?.is_some();
        if self.store.servers().find(&new.name).is_err() {
            self.store.put_server(new.server()?).map_err(doing)?;
        }
        let done = self.log_in_and_add(&wanted, is_known).await.map_err(doing);
        if done.is_err() && !is_known {
            self.catalog.forget_server(&new.name);
        }
        done?;
        let added = self.server_record(&new.name).await?;
        if let (false, Some(server)) = (is_known, added.server()?) {
            // As the catalog has it, so that whatever becomes of it there is seen.
            self.store.put_server(server).map_err(doing)?;
        }
        Ok(added)
    }

    async fn log_in_and_add(&self, server: &ServerRecord, is_known: bool) -> Result<()> {
        roles::ensure(&self.store, &server.name).await?;
        if is_known {
            return Ok(());
        }
        let mut transaction = self.catalog.begin().await?;
        let is_added = servers::add(transaction.connection(), server).await?;
        transaction.commit().await?;
        if is_added { Ok(()) } else { check_same(self.server_record(&server.name).await?, server).map(drop) }
    }

    /// Says whether new tenants are placed on a server.
    pub(crate) async fn set_server_status(&self, name: &str, status: ServerStatus) -> Result<ServerRecord> {
        let mut transaction = self.catalog.begin().await?;
        let is_there = servers::set_status(transaction.connection(), name, status).await?;
        transaction.commit().await?;
        if is_there { self.server_record(name).await } else { Err(unknown_server(name)) }
    }

    /// Removes a server that has no tenants from the catalog. Nothing is changed on the server.
    pub(crate) async fn remove_server(&self, name: &str) -> Result<()> {
        if name == DEFAULT_SERVER {
            let message = format!("the server `{DEFAULT_SERVER}` has the catalog and the shared data: it stays");
            return Err(Error::invalid(message));
        }
        let mut transaction = self.catalog.begin().await?;
        let is_there = servers::remove(transaction.connection(), name).await?;
        transaction.commit().await?;
        self.catalog.forget_server(name);
        if is_there { Ok(()) } else { Err(unknown_server(name)) }
    }

    async fn find_server(&self, name: &str) -> Result<Option<ServerRecord>> {
        Ok(self.list_servers().await?.into_iter().find(|server| server.name == name))
    }

    async fn server_record(&self, name: &str) -> Result<ServerRecord> {
        self.find_server(name).await?.ok_or_else(|| unknown_server(name))
    }
}

fn check_same(known: ServerRecord, wanted: &ServerRecord) -> Result<ServerRecord> {
    if known.is_same_place(wanted) {
        return Ok(known);
    }
    let message = format!("there is another server `{}`: choose another name, or remove it first", known.name);
    Err(Error::conflict(message))
}

fn unknown_server(name: &str) -> Error {
    Error::not_found(format!(
        "there is no server {name:?} in the catalog: `sqh server list` names those that there are"
    ))
}
