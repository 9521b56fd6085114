//! What an administrator asks for: [`TenantOptions`], [`TenantFilter`], [`DropConfirmation`].

use std::sync::Arc;
use std::time::Duration;

use sqh_model::schema::Placement;
use sqh_model::{Error, Result};

use super::{TenantRecord, TenantStatus};

/// How long a tenant that is to be dropped can be brought back, unless it is said.
pub const DROP_GRACE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The longest time of grace: a century.
const LONGEST_GRACE: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// What a new tenant is to be like. What is not said is chosen.
///
/// ```
/// use sqh_runtime::schema::Placement;
/// use sqh_runtime::tenancy::TenantOptions;
///
/// let options = TenantOptions::default().placement(Placement::Schema).server("default");
/// assert_eq!(options.server.as_deref(), Some("default"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TenantOptions {
    /// How its records are kept apart; a database of its own unless it is said.
    pub placement: Option<Placement>,
    /// Where it is; the server with the fewest tenants unless it is said.
    pub server: Option<String>,
    /// What the tenant column of row placement holds; the slug unless it is said.
    pub key: Option<String>,
}

impl TenantOptions {
    /// The same in a placement.
    #[must_use]
    pub fn placement(self, placement: Placement) -> Self {
        Self { placement: Some(placement), ..self }
    }

    /// The same on a server.
    #[must_use]
    pub fn server(self, server: impl Into<String>) -> Self {
        Self { server: Some(server.into()), ..self }
    }

    /// The same with a key, which existing tables may have already.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }
}

/// Which tenants to list. All of them, unless it is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TenantFilter {
    /// Those of a server.
    pub server: Option<String>,
    /// Those of a status.
    pub status: Option<TenantStatus>,
    /// Those whose slug comes after this one, such as the last one of the page before.
    pub after: Option<String>,
    /// No more than these.
    pub limit: Option<u32>,
}

impl TenantFilter {
    /// Those of a server.
    #[must_use]
    pub fn server(self, server: impl Into<String>) -> Self {
        Self { server: Some(server.into()), ..self }
    }

    /// Those of a status.
    #[must_use]
    pub fn status(self, status: TenantStatus) -> Self {
        Self { status: Some(status), ..self }
    }

    /// The page after a slug.
    #[must_use]
    pub fn after(self, slug: impl Into<String>) -> Self {
        Self { after: Some(slug.into()), ..self }
    }

    /// No more than these.
    #[must_use]
    pub fn limit(self, limit: u32) -> Self {
        Self { limit: Some(limit), ..self }
    }
}

/// How much a tenant's records are. A model that requires another placement has them elsewhere than the
/// tenant itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TenantSize {
    /// The tenant.
    pub tenant: Arc<TenantRecord>,
    /// The database of its own, with indexes.
    pub database_bytes: u64,
    /// The schema of its own, with indexes.
    pub schema_bytes: u64,
    /// Its rows in tables of many, without indexes.
    pub row_bytes: u64,
    /// The number of these rows.
    pub rows: u64,
}

impl TenantSize {
    /// All of it.
    pub fn bytes(&self) -> u64 {
        self.database_bytes + self.schema_bytes + self.row_bytes
    }
}

/// The slug of a tenant that is to be dropped, spelt out once more, and the time in which it can be
/// brought back.
///
/// ```
/// use sqh_runtime::tenancy::{DROP_GRACE, DropConfirmation};
///
/// assert_eq!(DropConfirmation::new("acme").grace, DROP_GRACE);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DropConfirmation {
    /// The slug, as somebody typed it.
    pub slug: String,
    /// How long it can be brought back; a week unless it is said.
    pub grace: Duration,
}

impl DropConfirmation {
    /// A confirmation, by the slug of the tenant.
    pub fn new(slug: impl Into<String>) -> Self {
        Self { slug: slug.into(), grace: DROP_GRACE }
    }

    /// The same with another time of grace.
    #[must_use]
    pub fn grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// # Errors
    /// `Invalid` if it is another tenant's, or the time too long.
    pub(crate) fn check(&self, slug: &str) -> Result<()> {
        if self.slug != slug {
            let message = format!(
                "the confirmation names {:?}, not the tenant {slug:?} that is to be dropped: spell its slug out",
                self.slug
            );
            return Err(Error::invalid(message));
        }
        match self.grace > LONGEST_GRACE {
            true => Err(Error::invalid("a grace of more than a hundred years is too long: suspend the tenant")),
            false => Ok(()),
        }
    }
}
