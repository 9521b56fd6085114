//! [`Claim`]: what a caller asks the store for, and in whose name.

use std::sync::Arc;

use crate::tenancy::server::Role;

/// What a connection is for; two keys never share one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConnectionKey {
    /// The server's name.
    pub server: Arc<str>,
    /// Which of the server's places to log in.
    pub endpoint: Endpoint,
    /// The database.
    pub database: Arc<str>,
    /// Who is logged in.
    pub role: Role,
}

/// Which of a server's places to log in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Endpoint {
    /// The one that takes writes.
    #[default]
    Primary,
    /// A copy for reads, by its number.
    Replica(u8),
}

/// In whose name a connection is held. The store is fair between parties: many tenants may share a
/// database, and one of them may be loud.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Party {
    /// A tenant, by its slug.
    Tenant(Arc<str>),
    /// Whoever uses a database of a server and says no more: the platform itself, shared models.
    Database(Arc<str>, Arc<str>),
}

/// A connection that is asked for. A key alone is a claim of its database's party.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(super) key: ConnectionKey,
    pub(super) party: Party,
}

impl ConnectionKey {
    /// A connection that may write.
    pub fn new(server: impl Into<Arc<str>>, database: impl Into<Arc<str>>, role: Role) -> Self {
        Self { server: server.into(), endpoint: Endpoint::Primary, database: database.into(), role }
    }

    /// The same at another endpoint.
    #[must_use]
    pub fn at(self, endpoint: Endpoint) -> Self {
        Self { endpoint, ..self }
    }
}

impl Claim {
    /// The same in another's name.
    #[must_use]
    pub(crate) fn by(self, party: Party) -> Self {
        Self { party, ..self }
    }
}

impl From<ConnectionKey> for Claim {
    fn from(key: ConnectionKey) -> Self {
        let party = Party::Database(Arc::clone(&key.server), Arc::clone(&key.database));
        Self { key, party }
    }
}
