//! [`Place`]: a schema of a database of a server, where tables are.

use std::sync::{Arc, LazyLock};

use sqh_model::schema::{Placement, SHARED_REFERENCE_DB_NAME};

use super::DEFAULT_SERVER;

/// Where tables are, and how the tenants in them are kept apart. Tables are made for a place,
/// statements are rendered for one, and in row placement many tenants have the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The server's name in the catalog.
    pub server: Arc<str>,
    /// The database.
    pub database: Arc<str>,
    /// The schema; generated SQL names it in full.
    pub schema: Arc<str>,
    /// How tenants are kept apart there. Shared tables have the database for themselves.
    pub placement: Placement,
    /// The first epoch of the tenant that is alone there. A later tenant of the same slug is somewhere else,
    /// though all names are the same.
    pub first_epoch: Option<i64>,
}

impl Place {
    /// Where shared models are.
    pub(crate) fn shared() -> &'static Arc<Self> {
        static SHARED: LazyLock<Arc<Place>> = LazyLock::new(|| {
            Arc::new(Place {
                server: Arc::from(DEFAULT_SERVER),
                database: Arc::from(SHARED_REFERENCE_DB_NAME),
                schema: Arc::from("public"),
                placement: Placement::Database,
                first_epoch: None,
            })
        });
        &SHARED
    }
}
