//! [`TenantRecord`]: a tenant as the catalog knows it; [`TenantHandle`], the newest record of one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sqh_model::schema::Placement;
use sqh_model::types::TypeDef;
use sqh_model::{Error, ErrorKind, Result, Value, ValueKind};

use super::{POOLED_DB_PREFIX, Place, Slug};

/// The schema of tables that are not in a schema of their tenant.
pub(super) const COMMON_SCHEMA: &str = "public";

/// A tenant as the catalog knows it. Made by the catalog only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRecord {
    slug: Arc<str>,
    key: Arc<str>,
    placement: Placement,
    first_epoch: i64,
    epoch: i64,
    status: TenantStatus,
    created_at: DateTime<Utc>,
    drop_after: Option<DateTime<Utc>>,
    is_purged: bool,
    in_database: Arc<Place>,
    in_schema: Arc<Place>,
    in_rows: Arc<Place>,
    opened: Opened,
    read_at: ReadAt,
}

/// How long what was read of a tenant is believed. What this process changes it knows at once; this is
/// for what others change.
pub(super) const BELIEVED_FOR: Duration = Duration::from_secs(30);

/// When it was read, which is nothing of the tenant.
#[derive(Debug, Clone)]
struct ReadAt(Instant);

impl PartialEq for ReadAt {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for ReadAt {}

/// The placements whose place is known to let this epoch's writers in.
#[derive(Debug, Clone, Default)]
struct Opened(Arc<[AtomicBool; 3]>, Arc<RwLock<Vec<&'static str>>>);

/// It is what this process knows, and nothing of the tenant.
impl PartialEq for Opened {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Opened {}

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
    /// The epoch that it was made with.
    pub(crate) first_epoch: i64,
    pub(crate) epoch: i64,
    pub(crate) status: TenantStatus,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) drop_after: Option<DateTime<Utc>>,
    pub(crate) is_purged: bool,
}

/// A tenant that is to be put into the catalog. Its names are made here, once.
#[derive(Debug, Clone)]
pub(crate) struct NewTenant<'a> {
    pub(crate) slug: &'a str,
    pub(crate) key: &'a str,
    pub(crate) server: &'a str,
    pub(crate) placement: Placement,
    pub(crate) database: String,
    pub(crate) pooled_database: String,
    pub(crate) schema: String,
}

impl<'a> NewTenant<'a> {
    pub(crate) fn new(slug: &'a Slug, key: &'a str, server: &'a str, placement: Placement) -> Self {
        Self {
            slug: slug.as_str(),
            key,
            server,
            placement,
            database: slug.database_name(),
            pooled_database: format!("{POOLED_DB_PREFIX}{server}"),
            schema: slug.database_name(),
        }
    }
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
    pub(crate) const ALL: [Self; 4] = [Self::Provisioning, Self::Active, Self::Suspended, Self::Dropping];

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
            let first_epoch = (placement != Placement::Row).then_some(stored.first_epoch);
            Arc::new(Place { server: Arc::clone(&server), database, schema: schema.into(), placement, first_epoch })
        };
        Self {
            slug: stored.slug.into(),
            key: stored.key.into(),
            placement: stored.placement,
            first_epoch: stored.first_epoch,
            epoch: stored.epoch,
            status: stored.status,
            created_at: stored.created_at,
            drop_after: stored.drop_after,
            is_purged: stored.is_purged,
            in_database: place(stored.database.into(), COMMON_SCHEMA, Placement::Database),
            in_schema: place(Arc::clone(&pooled), &stored.schema, Placement::Schema),
            in_rows: place(pooled, COMMON_SCHEMA, Placement::Row),
            opened: Opened::default(),
            read_at: ReadAt(Instant::now()),
        }
    }

    /// A tenant of a platform without servers.
    pub(crate) fn in_memory(new: NewTenant<'_>, epoch: i64) -> Self {
        Self::new(StoredTenant {
            slug: new.slug.to_owned(),
            key: new.key.to_owned(),
            server: new.server.to_owned(),
            placement: new.placement,
            database: new.database,
            pooled_database: new.pooled_database,
            schema: new.schema,
            first_epoch: epoch,
            epoch,
            status: TenantStatus::Active,
            created_at: Utc::now(),
            drop_after: None,
            is_purged: false,
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
                "the key `{key}` of the tenant `{}` is not {}, which the tenant column holds: its key is given when it is provisioned",
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

    /// Which of its places and states this is: it goes up with each, and no other tenant ever has the
    /// same.
    pub fn epoch(&self) -> i64 {
        self.epoch
    }

    /// Whether its records can be used.
    pub fn status(&self) -> TenantStatus {
        self.status
    }

    /// Whether its place in a placement is known to let its writers in.
    pub(crate) fn is_open(&self, placement: Placement) -> bool {
        self.opened.0[placement as usize].load(Ordering::Acquire)
    }

    /// Whether rows of a group's models may refer to it, in row placement.
    pub(crate) fn is_admitted(&self, group: &'static str) -> bool {
        self.opened.1.read().unwrap_or_else(PoisonError::into_inner).contains(&group)
    }

    pub(crate) fn set_admitted(&self, group: &'static str) {
        self.opened.1.write().unwrap_or_else(PoisonError::into_inner).push(group);
    }

    pub(crate) fn set_open(&self, placement: Placement) {
        self.opened.0[placement as usize].store(true, Ordering::Release);
    }

    /// Since when the catalog knows it.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// From when it may be dropped for good, if it is to be dropped.
    pub fn drop_after(&self) -> Option<DateTime<Utc>> {
        self.drop_after
    }

    /// Whether it is being dropped for good: there is no way back.
    pub fn is_purged(&self) -> bool {
        self.is_purged
    }

    /// The same in another status, where no catalog says so.
    pub(crate) fn with_status(&self, status: TenantStatus, epoch: i64, drop_after: Option<DateTime<Utc>>) -> Self {
        Self { status, epoch, drop_after, ..self.clone() }
    }

    /// Whether it was read so long ago that it is to be read anew.
    pub(crate) fn is_old(&self) -> bool {
        self.read_at.0.elapsed() >= BELIEVED_FOR
    }

    /// Whether it is the same tenant, and not a later one of the same slug.
    pub(crate) fn is_same_tenant(&self, other: &Self) -> bool {
        self.slug == other.slug && self.first_epoch == other.first_epoch
    }
}

/// The error for a tenant that there is not, or that is not the caller's to know of.
pub(crate) fn unknown_tenant(slug: &str) -> Error {
    Error::not_found(format!("there is no tenant {slug:?}: `platform.tenants().provision(…)` makes one"))
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

    /// A newer record of the same tenant. One that was read before another is ignored.
    pub(crate) fn replace(&self, record: Arc<TenantRecord>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.epoch == record.epoch {
            let opened = known.opened.clone();
            *known = Arc::new(TenantRecord { opened, ..TenantRecord::clone(&record) });
        } else if known.epoch < record.epoch {
            *known = record;
        }
    }

    /// There is no such tenant any more.
    pub(crate) fn end(&self) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *known = Arc::new(TenantRecord { status: TenantStatus::Dropping, ..TenantRecord::clone(&known) });
    }
}
