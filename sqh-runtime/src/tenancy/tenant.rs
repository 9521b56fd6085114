//! [`TenantRecord`]: a tenant as the catalog knows it; [`TenantHandle`], the newest record of one.

use std::sync::{Arc, PoisonError, RwLock};

use sqh_model::schema::Placement;
use sqh_model::types::TypeDef;
use sqh_model::{Error, ErrorKind, Result, Value, ValueKind};

use super::{DEFAULT_SERVER, POOLED_DB_PREFIX, Place, Slug};

/// The schema of tables that are not in a schema of their tenant.
const COMMON_SCHEMA: &str = "public";

/// A tenant as the catalog knows it. Made by the catalog only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRecord {
    slug: Arc<str>,
    key: Arc<str>,
    placement: Placement,
    epoch: i64,
    status: TenantStatus,
    in_database: Arc<Place>,
    in_schema: Arc<Place>,
    in_rows: Arc<Place>,
}

/// What the catalog stores of a tenant.
#[derive(Debug)]
pub(crate) struct StoredTenant {
    pub(crate) slug: String,
    /// What the tenant column of row placement holds.
    pub(crate) key: String,
    pub(crate) server: String,
    pub(crate) placement: Placement,
    /// The database of the tenant alone.
    pub(crate) database: String,
    /// The database of many tenants.
    pub(crate) pooled_database: String,
    /// The schema of the tenant alone, in the database of many.
    pub(crate) schema: String,
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
    pub(crate) fn new(stored: StoredTenant) -> Self {
        let server: Arc<str> = stored.server.into();
        let pooled: Arc<str> = stored.pooled_database.into();
        let place = |database: Arc<str>, schema: &str, placement| {
            Arc::new(Place { server: Arc::clone(&server), database, schema: schema.into(), placement })
        };
        Self {
            slug: stored.slug.into(),
            key: stored.key.into(),
            placement: stored.placement,
            epoch: stored.epoch,
            status: stored.status,
            in_database: place(stored.database.into(), COMMON_SCHEMA, Placement::Database),
            in_schema: place(Arc::clone(&pooled), &stored.schema, Placement::Schema),
            in_rows: place(pooled, COMMON_SCHEMA, Placement::Row),
        }
    }

    /// A tenant of a platform without servers.
    pub(crate) fn in_memory(slug: &Slug) -> Self {
        Self::new(StoredTenant {
            slug: slug.as_str().to_owned(),
            key: slug.as_str().to_owned(),
            server: DEFAULT_SERVER.to_owned(),
            placement: Placement::Database,
            database: slug.database_name(),
            pooled_database: format!("{POOLED_DB_PREFIX}{DEFAULT_SERVER}"),
            schema: slug.database_name(),
            epoch: 1,
            status: TenantStatus::Active,
        })
    }

    /// The slug.
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// What the tenant column of row placement holds, as text: the slug, unless another was given.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The tenant's key as a value of a column's type.
    ///
    /// # Errors
    /// `Invalid` if the key is no value of that type.
    pub(crate) fn key_as(&self, ty: &TypeDef) -> Result<Value> {
        let key = self.key();
        let value = match ty.kind() {
            ValueKind::Text => Some(Value::Text(key.to_owned())),
            ValueKind::I16 => key.parse().ok().map(Value::I16),
            ValueKind::I32 => key.parse().ok().map(Value::I32),
            ValueKind::I64 => key.parse().ok().map(Value::I64),
            ValueKind::Uuid => key.parse().ok().map(Value::Uuid),
            _ => None,
        };
        value.ok_or_else(|| {
            Error::invalid(format!(
                "the key `{key}` of the tenant `{}` is not {}, which the tenant column holds: provision it with another key",
                self.slug,
                ty.name()
            ))
        })
    }

    /// The server's name.
    pub fn server(&self) -> &str {
        &self.in_database.server
    }

    /// How its records are kept apart, where the model does not require another way.
    pub fn placement(&self) -> Placement {
        self.placement
    }

    /// Where the tables of its own placement are.
    pub fn place(&self) -> &Arc<Place> {
        self.place_of(self.placement)
    }

    /// Where its tables are in a placement.
    pub fn place_of(&self, placement: Placement) -> &Arc<Place> {
        match placement {
            Placement::Database => &self.in_database,
            Placement::Schema => &self.in_schema,
            Placement::Row => &self.in_rows,
        }
    }

    /// The database of its own placement, decided once and stored.
    pub fn database(&self) -> &str {
        &self.place().database
    }

    /// The schema of its own placement.
    pub fn schema(&self) -> &str {
        &self.place().schema
    }

    /// Whether its records can be used now.
    ///
    /// # Errors
    /// `Denied` if it is suspended, `Unavailable` while it is made, `NotFound` if it is being dropped.
    pub(crate) fn check_status(&self) -> Result<()> {
        let slug = self.slug();
        match self.status {
            TenantStatus::Active => Ok(()),
            TenantStatus::Provisioning => Err(Error::new(
                ErrorKind::Unavailable,
                format!("the tenant `{slug}` is being made: try again, or provision it again if that was interrupted"),
            )),
            TenantStatus::Suspended => Err(Error::new(ErrorKind::Denied, format!("the tenant `{slug}` is suspended"))),
            TenantStatus::Dropping => Err(unknown_tenant(slug)),
        }
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

/// The error for a tenant that there is not, or that is not the caller's to know of.
pub(crate) fn unknown_tenant(slug: &str) -> Error {
    Error::not_found(format!("there is no tenant {slug:?}: `platform.provision(…)` makes one"))
}

/// A tenant as scopes hold it: all scopes of one tenant see the newest record that the process has.
#[derive(Debug)]
pub(crate) struct TenantHandle(RwLock<Arc<TenantRecord>>);

impl TenantHandle {
    pub(crate) fn new(record: Arc<TenantRecord>) -> Self {
        Self(RwLock::new(record))
    }

    pub(crate) fn record(&self) -> Arc<TenantRecord> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn replace(&self, record: Arc<TenantRecord>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = record;
    }
}
