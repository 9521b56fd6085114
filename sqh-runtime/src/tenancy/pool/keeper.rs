//! [`Keeper`]: the store's own connection to a server, which sees closed connections off.
//!
//! A server lets go of a closed connection when it likes: a query whose caller has gone runs to its
//! end first. So the keeper cancels it, watches until its backend is gone, and ends the backend if
//! that takes too long. Its own connection is a part of the budget.

use std::time::{Duration, Instant};

use sqlx::{Connection as _, PgConnection};
use tokio::sync::Mutex;

use super::Endpoint;
use crate::backend::postgres::admin::session::{BackendId, Signal, signal};
use crate::tenancy::server::{Role, Server};

/// How long a backend may take to leave by itself.
const PATIENCE: Duration = Duration::from_secs(1);

/// Between two looks, at least and at most.
const PAUSE: (Duration, Duration) = (Duration::from_micros(500), Duration::from_millis(100));

/// A server, and how to log in to it.
#[derive(Debug)]
pub(super) struct Door<'a> {
    pub(super) server: &'a Server,
    pub(super) endpoint: Endpoint,
    pub(super) timeout: Duration,
}

/// The store's own connection to a server, made when it is first needed.
#[derive(Debug, Default)]
pub(super) struct Keeper(Mutex<Option<PgConnection>>);

impl Keeper {
    /// Returns once a server has let go of a session that was closed. A server that does not
    /// answer has let go as far as anybody can tell.
    pub(super) async fn wait_until_gone(&self, door: &Door<'_>, backend: BackendId, busy: bool) {
        let since = Instant::now();
        let mut step = if busy { Signal::Cancel } else { Signal::None };
        let mut pause = PAUSE.0;
        loop {
            let is_there = tokio::time::timeout(door.timeout, self.ask(door, backend, step)).await;
            if !matches!(is_there, Ok(Ok(true))) {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE.1);
            step = if since.elapsed() > PATIENCE { Signal::Terminate } else { Signal::None };
        }
    }

    pub(super) async fn close(&self) {
        if let Some(connection) = self.0.lock().await.take() {
            // What a goodbye fails with, a closed socket does.
            let _ = connection.close().await;
        }
    }

    /// Whether the backend is there, after the signal. The connection is out of its slot
    /// meanwhile, so that a dropped future leaves no half-used one in it.
    async fn ask(&self, door: &Door<'_>, backend: BackendId, step: Signal) -> Result<bool, sqlx::Error> {
        let mut slot = self.0.lock().await;
        if let Some(mut connection) = slot.take()
            && let Ok(is_there) = signal(&mut connection, backend, step).await
        {
            *slot = Some(connection);
            return Ok(is_there);
        }
        let Door { server, endpoint, .. } = *door;
        let options = server.connect_options(server.maintenance_database(), Role::Owner, endpoint);
        let options = options.map_err(|error| sqlx::Error::Configuration(error.into()))?;
        let mut connection = PgConnection::connect_with(&options).await?;
        let is_there = signal(&mut connection, backend, step).await?;
        *slot = Some(connection);
        Ok(is_there)
    }
}
