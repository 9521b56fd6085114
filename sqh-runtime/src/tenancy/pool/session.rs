//! [`Session`]: a live connection in its place, and how it begins and ends.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use sqh_model::Result;
use sqlx::{Connection as _, PgConnection};
use tokio::runtime::Handle;

use super::keeper::Keeper;
use super::place::Place;
use super::state::Inner;
use super::{ConnectionKey, GOODBYE};
use crate::backend::postgres::admin::session::{BackendId, backend_id};
use crate::observe::Connection;

/// A live connection in its place.
pub(in crate::tenancy) struct Session {
    pub(in crate::tenancy) key: ConnectionKey,
    pub(in crate::tenancy) connection: PgConnection,
    /// Left in the middle of something, or broken.
    pub(in crate::tenancy) dirty: bool,
    /// Between the BEGIN and the reply to its end. The driver knows of its own transactions only.
    pub(in crate::tenancy) in_transaction: bool,
    pub(super) place: Place,
    /// Who sees it off.
    keeper: Arc<Keeper>,
    /// When it began, in the store's own count.
    pub(super) born: u64,
    pub(super) idle_since: Instant,
    pub(super) counted: Connection,
    /// `None` behind a pooler, which sees to its own connections.
    backend: Option<BackendId>,
    runtime: Handle,
}

impl Session {
    pub(super) async fn connect(place: Place, key: ConnectionKey) -> Result<Self> {
        let store = place.store();
        let keeper = store.keeper(&key)?;
        let server = keeper.server();
        let born = store.tick();
        store.identify(server, key.role).await?;
        let options = server.connect_options(&key.database, key.role, key.endpoint)?;
        // `plan_cache_mode` stays `auto`. Measured by prepared statements on PostgreSQL 15: planning anew
        // each time made a get by key take 0.28 ms instead of 0.09, one in a table of 36 partitions 1.46
        // instead of 0.16; one plan for every value made a filter on a skewed column take 79 ms instead
        // of 0.14. The server compares the two by their costs, and takes the better one of each.
        let is_pooled = server.is_behind_pooler(key.role, key.endpoint);
        let timeout = store.config.connect_timeout;
        let login = async {
            let mut connection = PgConnection::connect_with(&options).await?;
            // Behind a pooler the backend is another's as soon as it has answered.
            let backend = if is_pooled { None } else { Some(backend_id(&mut connection).await?) };
            Ok::<_, sqlx::Error>((connection, backend))
        };
        let (connection, backend) = match tokio::time::timeout(timeout, login).await {
            Ok(session) => session.map_err(|error| server.connect_error(&key.database, key.role, error))?,
            Err(_) => return Err(server.too_slow(timeout)),
        };
        let version = connection.server_version_num();
        let checked = server.check_version(version);
        let session = Self {
            counted: store.counts(&key.server).add(),
            key,
            connection,
            dirty: false,
            in_transaction: false,
            born,
            idle_since: Instant::now(),
            backend,
            runtime: Handle::current(),
            place,
            keeper,
        };
        if let Err(error) = checked {
            session.close().await;
            return Err(error);
        }
        Ok(session)
    }

    /// Ends the session and returns the place once the server has let go.
    pub(super) async fn close(self) -> Place {
        let Self { connection, dirty, place, keeper, backend, born, .. } = self;
        // What a goodbye fails with, a closed socket does.
        let _ = tokio::time::timeout(GOODBYE, connection.close()).await;
        if let Some(backend) = backend {
            keeper.wait_until_gone(backend, dirty).await;
        }
        place.store().has_left(born);
        place
    }

    /// Ends the session in a task of its own, after which the place is free.
    pub(super) fn close_in_background(self) -> tokio::task::JoinHandle<()> {
        let runtime = self.runtime.clone();
        runtime.spawn(async move { drop(self.close().await) })
    }

    /// Gives the connection to the next caller, or closes it.
    pub(in crate::tenancy) fn give_back(self) {
        Arc::clone(self.store()).give_back(self);
    }

    /// Whether a pooler is in front of the server.
    pub(in crate::tenancy) fn is_pooled(&self) -> bool {
        self.backend.is_none()
    }

    /// Whether its server is removed, or is another one now.
    pub(super) fn is_of_the_past(&self) -> bool {
        self.keeper.is_retired()
    }

    pub(super) fn store(&self) -> &Arc<Inner> {
        self.place.store()
    }

    pub(super) fn runtime(&self) -> &Handle {
        &self.runtime
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("key", &self.key).field("backend", &self.backend).finish_non_exhaustive()
    }
}
