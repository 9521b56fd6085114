//! Tenants: the catalog that names them, and the databases that hold their records.

mod access;
mod catalog;
mod doctor;
mod key;
pub(crate) mod lease;
mod manager;
mod memory;
mod options;
mod place;
mod pool;
mod roles;
mod server;
mod slug;
mod step;
mod tenant;
mod tenants;

pub use self::access::{CatalogAccess, Member, RoleRecord};
pub use self::catalog::Catalog;
pub use self::doctor::{Finding, Report, Severity};
pub use self::key::{MAX_KEY_BYTES, TenantKey};
pub(crate) use self::lease::Lease;
pub use self::manager::{InitReport, Made, MissingExtension, PartitionReport, TenantDatabaseManager};
pub(crate) use self::manager::{check_as_asked, end_of_grace, not_now};
pub(crate) use self::memory::MemoryTenants;
pub use self::options::{DROP_GRACE, DropConfirmation, TenantFilter, TenantOptions, TenantSize};
pub use self::place::Place;
pub(crate) use self::pool::{Claim, Party};
pub use self::pool::{ConnectionKey, ConnectionStore, Endpoint, StoreConfig, StoreStats};
pub use self::server::{
    APPLICATION_NAME, MINIMUM_POSTGRES_MAJOR, NewServer, PasswordReference, Role, Server, ServerRecord, ServerStatus,
    Servers,
};
#[cfg(feature = "cli")]
pub(crate) use self::server::{DIRECT_URL, REPLICA_URLS, login_variables};
pub(crate) use self::server::{is_connection_lost, login_code};
pub use self::slug::{MAX_SLUG_BYTES, Slug, TENANT_DB_PREFIX};
pub(crate) use self::tenant::{NewTenant, StoredTenant, TenantHandle, unknown_tenant};
pub use self::tenant::{TenantRecord, TenantStatus};
pub(crate) use self::tenants::Tenants;

/// The message of a backend to which a row of another tenant came back: a statement lacked the tenant's
/// condition.
pub(crate) const FOREIGN_ROW: &str = "a row of another tenant came back: the operation fails closed";

/// The name of the server that a platform starts with.
pub const DEFAULT_SERVER: &str = "default";

/// What the names of the databases of many tenants begin with; the server's name follows.
pub const POOLED_DB_PREFIX: &str = "sqh_pooled_";

/// The catalog database.
pub const CATALOG_DB_NAME: &str = "sqh_platform";
