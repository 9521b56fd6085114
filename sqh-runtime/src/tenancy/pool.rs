//! [`ConnectionStore`]: every PostgreSQL connection of the process, under one budget.
//!
//! [`ConnectionStore::acquire`] is the way in, a [`Lease`] what comes out. A caller is admitted
//! before anything connects: to an idle connection of its key, to a free place, or to the place of
//! the least recently used idle connection, which is closed first. The others wait.
//!
//! Whatever becomes free goes to the [party](Party) that holds the fewest connections, then to the
//! one that was served longest ago, and within it to whoever came first. So a loud tenant uses what
//! nobody else wants, and gives it up as soon as somebody does; see [`queue`].
//!
//! A closed connection counts until its server has let go; [`keeper`] sees to that. The rules of
//! who gets what are in [`state`], on the [`books`]. Nothing pings a connection: one that was idle
//! may be dead, which [`Lease::is_fresh`] and [`Lease::renew`] are for.

mod books;
mod claim;
mod keeper;
mod place;
mod queue;
mod session;
mod state;
mod stats;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqh_model::{Error, ErrorKind, Result};
use tokio::sync::oneshot;

pub(crate) use self::claim::{Claim, Party};
pub use self::claim::{ConnectionKey, Endpoint};
use self::place::{Grant, Place};
pub(super) use self::session::Session;
use self::state::{Admission, Inner};
pub use self::stats::StoreStats;
use super::lease::Lease;
use super::server::{Role, Server, Servers};

/// How long a goodbye may take before the socket is just closed.
const GOODBYE: Duration = Duration::from_secs(1);

/// Every PostgreSQL connection of the process. Clones are the same store.
///
/// ```
/// use sqh_runtime::tenancy::{ConnectionStore, Server, Servers, StoreConfig};
///
/// let servers = Servers::single(Server::new("postgres://app:secret@db.example/postgres")?);
/// let store = ConnectionStore::new(servers, StoreConfig::default().budget(16))?;
/// assert!(!format!("{store:?} {:?}", store.servers()).contains("secret"));
/// # Ok::<(), sqh_runtime::Error>(())
/// ```
#[derive(Clone)]
pub struct ConnectionStore(Arc<Inner>);

/// The bounds of a [`ConnectionStore`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct StoreConfig {
    /// How many connections the process may have. One for each server is the store's own.
    pub budget: usize,
    /// How long a caller waits to be admitted.
    pub deadline: Duration,
    /// How long a server may take to log somebody in.
    pub connect_timeout: Duration,
    /// How long a connection may be idle.
    pub max_idle: Duration,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            budget: 32,
            deadline: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(10),
            max_idle: Duration::from_secs(300),
        }
    }
}

impl StoreConfig {
    /// The same with another budget.
    #[must_use]
    pub fn budget(self, budget: usize) -> Self {
        Self { budget, ..self }
    }

    /// The same with another deadline.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// The same with another time to log in.
    #[must_use]
    pub fn connect_timeout(self, connect_timeout: Duration) -> Self {
        Self { connect_timeout, ..self }
    }

    /// The same with another idle time.
    #[must_use]
    pub fn max_idle(self, max_idle: Duration) -> Self {
        Self { max_idle, ..self }
    }
}

impl ConnectionStore {
    /// A store for these servers. It connects to nothing yet.
    ///
    /// # Errors
    /// `Invalid` if the budget leaves no connection for callers.
    pub fn new(servers: Servers, config: StoreConfig) -> Result<Self> {
        let own: usize = servers.all().iter().map(|server| server.endpoints().count()).sum();
        if config.budget <= own {
            return Err(Error::invalid(format!(
                "a budget of {} connections leaves none for callers: one for each of {own} servers is the store's \
                 own, so it must be at least {}",
                config.budget,
                own + 1
            )));
        }
        Ok(Self(Inner::new(servers, config)))
    }

    /// Its bounds.
    pub(crate) fn config(&self) -> &StoreConfig {
        &self.0.config
    }

    /// The servers that it connects to.
    pub fn servers(&self) -> &Servers {
        &self.0.servers
    }

    /// Takes in a server as the catalog has it now, in the place of the one of its name: connections to
    /// that one are not used again.
    ///
    /// # Errors
    /// `Invalid` if the budget leaves no connection for callers then.
    pub(crate) fn put_server(&self, server: Server) -> Result<()> {
        self.0.put_server(server)
    }

    /// Forgets a server: connections to it are not used again, and its part of the budget is free once
    /// they have gone.
    pub(crate) fn remove_server(&self, name: &str) {
        self.0.remove_server(name);
    }

    /// A connection, held until the lease is dropped.
    ///
    /// It is cancel-safe: a caller that goes leaves neither a place nor a connection behind.
    ///
    /// # Errors
    /// `Overloaded` if nothing became free within the deadline, `Unavailable` if the server does
    /// not answer or the store is closed, and what [`Server`](super::Server) says of a failed login.
    pub(crate) async fn acquire(&self, claim: impl Into<Claim>) -> Result<Lease> {
        let claim = claim.into();
        self.0.servers.find(&claim.key.server)?;
        let admission = self.0.admit(&claim)?;
        if let Admission::Granted(Grant::Lease(lease)) = admission {
            return Ok(lease);
        }
        let since = Instant::now();
        let grant = match admission {
            Admission::Granted(grant) => grant,
            Admission::Wait(ticket) => {
                let deadline = self.0.config.deadline;
                let waited = tokio::time::timeout(deadline, ticket).await;
                waited.map_err(|_| self.overloaded(&claim.key, deadline))??
            }
        };
        let lease = match grant {
            Grant::Lease(lease) => lease,
            Grant::Place(place) => connect(std::future::ready(place), claim.key).await?,
        };
        Ok(lease.after(since.elapsed()))
    }

    /// For whoever holds a connection and may need another, for as long as that takes. Of some who hold all
    /// that there are, one is told so at once, instead of all of them at their deadlines.
    ///
    /// # Errors
    /// `Overloaded` if everybody else who holds one waits for another.
    pub(crate) fn wait_while_holding(&self) -> Result<WaitWhileHolding> {
        self.0.wait_while_holding()?;
        Ok(WaitWhileHolding(Arc::clone(&self.0)))
    }

    /// Has a server tell who it is, which [`Server::connect_options`] of a role needs.
    ///
    /// # Errors
    /// `Unavailable` if it does not answer, and what [`Server`](super::Server) says of a failed login.
    pub(crate) async fn identify(&self, server: &Server, role: Role) -> Result<()> {
        self.0.identify(server, role).await
    }

    /// What the connections are used for right now.
    pub fn stats(&self) -> StoreStats {
        self.0.stats()
    }

    /// Closes the idle connections to a database, and has the lent ones closed when they come
    /// back. Returns once the server has let go of the idle ones; then the database can be dropped
    /// `WITH (FORCE)`.
    pub(crate) async fn evict(&self, server: &str, database: &str) {
        self.0.evict(server, database).await;
    }

    /// Returns once nothing can happen any more that a caller began who has gone before this.
    #[cfg(feature = "test-util")]
    pub(crate) async fn let_go(&self) {
        self.0.let_go().await;
    }

    /// Closes all connections and waits, for no longer than the deadline, until their servers have
    /// let go. Lent ones are closed when they come back. Whoever asks from now on is refused.
    pub async fn close_all(&self) {
        self.0.close_all().await;
    }

    fn overloaded(&self, key: &ConnectionKey, deadline: Duration) -> Error {
        let (database, budget) = (&key.database, self.0.config.budget);
        Error::new(
            ErrorKind::Overloaded,
            format!(
                "no connection to `{database}` became free within {deadline:?}: all {budget} of the budget are in \
                 use; try again later, or raise the budget"
            ),
        )
    }
}

impl fmt::Debug for ConnectionStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionStore").field("config", &self.0.config).finish_non_exhaustive()
    }
}

/// The holder of a connection waits for another; it does no more once this is dropped.
#[derive(Debug)]
pub(crate) struct WaitWhileHolding(Arc<Inner>);

impl Drop for WaitWhileHolding {
    fn drop(&mut self) {
        self.0.waits_no_more();
    }
}

/// A new connection in the place of a dead one.
pub(super) async fn renew(dead: Session) -> Result<Lease> {
    let key = dead.key.clone();
    dead.store().distrust_idle(&key.server, key.endpoint);
    let store = ConnectionStore(Arc::clone(dead.store()));
    match connect(dead.close(), key.clone()).await {
        // Reads may go anywhere.
        Err(error) if key.endpoint != Endpoint::Primary => {
            store.0.servers.find(&key.server)?.leave_alone(key.endpoint);
            tracing::warn!(server = &*key.server, endpoint = ?key.endpoint, %error, "a replica has gone: the primary reads");
            store.acquire(key.at(Endpoint::Primary)).await
        }
        renewed => renewed,
    }
}

/// Connects in a task of its own, so that a caller who goes leaves an idle connection and never a
/// login that nobody counts.
async fn connect(place: impl Future<Output = Place> + Send + 'static, key: ConnectionKey) -> Result<Lease> {
    let (sender, receiver) = oneshot::channel();
    tokio::spawn(async move {
        let session = Session::connect(place.await, key).await;
        // A receiver that is gone drops the lease, which gives the connection to the next one.
        let _ = sender.send(session.map(Lease::fresh));
    });
    receiver.await.unwrap_or_else(|_| Err(Error::internal("the task that connects has ended early")))
}
