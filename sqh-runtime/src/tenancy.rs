//! Tenants: the catalog that names them, and the databases that hold their records.

pub(crate) mod lease;
mod pool;
mod server;

use std::sync::Arc;

pub use self::pool::{ConnectionKey, ConnectionStore, StoreConfig};
pub(crate) use self::server::is_connection_lost;
pub use self::server::{APPLICATION_NAME, MINIMUM_POSTGRES_MAJOR, Role, Server, Servers};

/// The name of the server that a platform starts with.
pub const DEFAULT_SERVER: &str = "default";

/// The catalog database.
pub const CATALOG_DB_NAME: &str = "sqh_platform";

/// A tenant as the catalog knows it. Made by the catalog only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRecord {
    pub(crate) slug: String,
    pub(crate) server: Arc<str>,
    pub(crate) database: Arc<str>,
}

impl TenantRecord {
    pub(crate) fn in_memory(slug: &str) -> Self {
        Self { slug: slug.to_owned(), server: Arc::from(DEFAULT_SERVER), database: format!("sqh_tenant_{slug}").into() }
    }

    /// The slug.
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// The server's name.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The database, decided once and stored.
    pub fn database(&self) -> &str {
        &self.database
    }
}
