//! [`TenantRecord`]: a tenant as the catalog knows it.

use std::sync::Arc;

use super::{DEFAULT_SERVER, Slug};

/// A tenant as the catalog knows it. Made by the catalog only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRecord {
    pub(crate) slug: String,
    pub(crate) server: Arc<str>,
    pub(crate) database: Arc<str>,
    pub(crate) schema: Arc<str>,
    pub(crate) epoch: i64,
    pub(crate) status: TenantStatus,
}

/// Whether a tenant's records can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TenantStatus {
    /// Its database is being made.
    Provisioning,
    /// They can.
    Active,
    /// An operator has stopped it.
    Suspended,
    /// Its database is being dropped.
    Dropping,
}

impl TenantStatus {
    const ALL: [Self; 4] = [Self::Provisioning, Self::Active, Self::Suspended, Self::Dropping];

    /// The name in the catalog.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Dropping => "dropping",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl TenantRecord {
    /// A tenant of a platform without servers.
    pub(crate) fn in_memory(slug: &Slug) -> Self {
        Self {
            slug: slug.as_str().to_owned(),
            server: Arc::from(DEFAULT_SERVER),
            database: slug.database_name().into(),
            schema: Arc::from("public"),
            epoch: 1,
            status: TenantStatus::Active,
        }
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

    /// The schema of its tables.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// How often its place has changed.
    pub fn epoch(&self) -> i64 {
        self.epoch
    }

    /// Whether its records can be used.
    pub fn status(&self) -> TenantStatus {
        self.status
    }
}
