//! [`Keeper`]: the store's own connection to a server, which sees closed connections off.
//!
//! A server lets go of a closed connection when it likes: a query whose caller has gone runs to its
//! end first. So the keeper cancels it, watches until its backend is gone, and ends the backend if
//! that takes too long. Its own connection is a part of the budget.
//!
//! A server that is removed, or is another one now, has its keeper for as long as a connection to it
//! is left, each of which knows its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use sqh_model::Result;
use sqlx::{Connection as _, PgConnection};
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::state::Inner;
use super::{Endpoint, GOODBYE};
use crate::backend::postgres::admin::session::{BackendId, Signal, signal, system_identifier};
use crate::tenancy::server::{Role, Server};

/// How long a backend may take to leave by itself.
const PATIENCE: Duration = Duration::from_secs(1);

/// Between two looks, at least and at most.
const PAUSE: (Duration, Duration) = (Duration::from_micros(500), Duration::from_millis(100));

/// A server, and how to log in to it.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) server: Arc<Server>,
    pub(super) endpoint: Endpoint,
    pub(super) timeout: Duration,
}

/// The store's own connection to a server, made when it is first needed.
#[derive(Debug)]
pub(super) struct Keeper {
    door: Door,
    connection: Mutex<Option<PgConnection>>,
    is_retired: AtomicBool,
    own: OwnPlace,
}

/// The keeper's connection's worth of the budget. Dropped, it is the callers' again.
#[derive(Debug, Default)]
struct OwnPlace(Weak<Inner>);

impl Door {
    /// A connection of the owner's.
    async fn open(&self) -> Result<PgConnection, sqlx::Error> {
        let options = self.server.connect_options(self.server.maintenance_database(), Role::Owner, self.endpoint);
        let options = options.map_err(|error| sqlx::Error::Configuration(error.into()))?;
        PgConnection::connect_with(&options).await
    }
}

impl Keeper {
    pub(super) fn new(door: Door, store: Weak<Inner>) -> Self {
        Self { door, connection: Mutex::default(), is_retired: AtomicBool::new(false), own: OwnPlace(store) }
    }

    /// The server, as it was when the keeper began.
    pub(super) fn server(&self) -> &Arc<Server> {
        &self.door.server
    }

    /// The server is removed, or is another one now: nobody uses a connection to it again.
    pub(super) fn retire(&self) {
        self.is_retired.store(true, Ordering::Release);
    }

    pub(super) fn is_retired(&self) -> bool {
        self.is_retired.load(Ordering::Acquire)
    }

    /// Returns once a server has let go of a session that was closed. A server that does not
    /// answer has let go as far as anybody can tell.
    pub(super) async fn wait_until_gone(&self, backend: BackendId, busy: bool) {
        let since = Instant::now();
        let mut step = if busy { Signal::Cancel } else { Signal::None };
        let mut pause = PAUSE.0;
        loop {
            let is_there = tokio::time::timeout(self.door.timeout, self.ask(backend, step)).await;
            if !matches!(is_there, Ok(Ok(true))) {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE.1);
            step = if since.elapsed() > PATIENCE { Signal::Terminate } else { Signal::None };
        }
    }

    /// What tells the server from every other one.
    ///
    /// # Errors
    /// `Unavailable` if it does not answer, and what [`Server`] says of a failed login.
    pub(super) async fn identify(&self) -> Result<String> {
        let Door { server, timeout, .. } = &self.door;
        let asked = tokio::time::timeout(*timeout, self.ask_identifier()).await;
        let asked = asked.map_err(|_| server.too_slow(*timeout))?;
        asked.map_err(|error| server.connect_error(server.maintenance_database(), Role::Owner, error))
    }

    pub(super) async fn close(&self) {
        if let Some(connection) = self.connection.lock().await.take() {
            // What a goodbye fails with, a closed socket does.
            let _ = connection.close().await;
        }
    }

    /// Whether the backend is there, after the signal. The connection is out of its slot
    /// meanwhile, so that a dropped future leaves no half-used one in it.
    async fn ask(&self, backend: BackendId, step: Signal) -> Result<bool, sqlx::Error> {
        let mut slot = self.connection.lock().await;
        if let Some(mut connection) = slot.take()
            && let Ok(is_there) = signal(&mut connection, backend, step).await
        {
            *slot = Some(connection);
            return Ok(is_there);
        }
        let mut connection = self.door.open().await?;
        let is_there = signal(&mut connection, backend, step).await?;
        *slot = Some(connection);
        Ok(is_there)
    }

    async fn ask_identifier(&self) -> Result<String, sqlx::Error> {
        let mut slot = self.connection.lock().await;
        if let Some(mut connection) = slot.take()
            && let Ok(identifier) = system_identifier(&mut connection).await
        {
            *slot = Some(connection);
            return Ok(identifier);
        }
        let mut connection = self.door.open().await?;
        let identifier = system_identifier(&mut connection).await?;
        *slot = Some(connection);
        Ok(identifier)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let own = std::mem::take(&mut self.own);
        if let (Some(connection), Ok(runtime)) = (self.connection.get_mut().take(), Handle::try_current()) {
            runtime.spawn(async move {
                let _ = tokio::time::timeout(GOODBYE, connection.close()).await;
                drop(own);
            });
        }
    }
}

impl Drop for OwnPlace {
    fn drop(&mut self) {
        if let Some(store) = self.0.upgrade() {
            store.give_back_own();
        }
    }
}
