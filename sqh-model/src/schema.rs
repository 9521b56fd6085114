//! What a model is, as data: [`PlatformModel`] and the static tables that the derive emits.
//!
//! Start with [`ModelDef`]. Everything that is not mechanical reads these tables: renderers,
//! backends, the registry. [`ModelDef::layout`] is the physical side: one entry for each column.

mod field;
mod index;
mod key;
mod layout;
mod registry;
mod storage;
mod verify;
mod view;

pub use self::field::{FieldDef, OnDelete, Redaction, Reference, SearchWeight, stored_fields};
pub use self::index::{HasManyDef, IndexColumn, IndexDef, IndexMethod};
pub use self::key::{LookupKey, ModelKey};
pub use self::layout::{ColumnDef, Layout, LayoutCell};
pub use self::registry::Registry;
pub use self::storage::{GraphKey, PartitionInterval, Partitioning, Placement, StorageBackend, StorageConfig};
pub use self::view::{PlatformView, Refresh, ViewDef};

use crate::error::Result;
use crate::expr::{Changes, Delete, Insert, Select, Update};
use crate::policy::PolicyRule;
use crate::row::{RowReader, RowWriter};

/// The database that shared models live in.
pub const SHARED_REFERENCE_DB_NAME: &str = "sqh_shared_reference";

/// PostgreSQL cuts longer identifiers without an error, so they are refused here.
pub const MAX_IDENTIFIER_BYTES: usize = 63;

/// Which scope an operation on a model needs.
pub mod scope {
    /// A model of one tenant: nothing happens without a tenant.
    #[derive(Debug, Clone, Copy)]
    pub enum Tenant {}

    /// A shared reference model: without a tenant, never without a principal.
    #[derive(Debug, Clone, Copy)]
    pub enum Shared {}

    /// A scope that records are reached in: [`Tenant`] or [`Shared`].
    #[diagnostic::on_unimplemented(
        message = "no records are reached in the scope `{Self}`",
        label = "a tenant's scope, or the shared one, is needed here",
        note = "`platform.tenant(&principal, slug)` makes the scope of a tenant, `platform.shared(&principal)` the shared one"
    )]
    pub trait RecordScope: ReachedFrom<Self> + Sized + sealed::Sealed {
        /// Whether it is that of shared models.
        #[doc(hidden)]
        const IS_SHARED: bool;
    }

    /// The scope that writes to a view would need. There is none: a view holds what is computed of other
    /// records, and those are written.
    #[derive(Debug, Clone, Copy)]
    pub enum ReadOnly {}

    /// A scope whose records are loaded along with those of the scope `S`.
    #[diagnostic::on_unimplemented(
        message = "records of a tenant cannot be loaded along with shared ones",
        label = "the shared scope has no tenant",
        note = "load them by themselves, in the tenant's scope"
    )]
    pub trait ReachedFrom<S> {}

    impl ReachedFrom<Tenant> for Tenant {}
    impl ReachedFrom<Tenant> for Shared {}
    impl ReachedFrom<Shared> for Shared {}

    impl RecordScope for Tenant {
        const IS_SHARED: bool = false;
    }
    impl RecordScope for Shared {
        const IS_SHARED: bool = true;
    }

    mod sealed {
        pub trait Sealed {}
        impl Sealed for super::Tenant {}
        impl Sealed for super::Shared {}
    }
}

/// Which database keeps a model, and whether a key finds one record there: what a reference must know.
#[doc(hidden)]
pub mod store {
    /// A table of a tenant.
    #[derive(Debug)]
    pub enum TenantTable {}

    /// A partitioned table of a tenant, whose key does not hold the partition column.
    #[derive(Debug)]
    pub enum PartitionedTenantTable {}

    /// A table of the shared database.
    #[derive(Debug)]
    pub enum SharedTable {}

    /// A partitioned table of the shared database, whose key does not hold the partition column.
    #[derive(Debug)]
    pub enum PartitionedSharedTable {}

    /// A graph of a tenant.
    #[derive(Debug)]
    pub enum Graph {}

    /// A view, which nothing refers to.
    #[derive(Debug)]
    pub enum View {}
}

/// A struct that is a whole data layer. Derive it; do not implement it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "add `#[derive(PlatformModel)]` to the struct"
)]
pub trait PlatformModel: Sized + Send + Sync + 'static {
    /// The type of the key field, or a tuple in declaration order for a composite key.
    type Id: ModelKey;

    /// [`scope::Tenant`] or [`scope::Shared`].
    type Scope: scope::RecordScope;

    /// The scope that it is written in: [`Scope`](Self::Scope), or [`scope::ReadOnly`] of a view.
    type Writes;

    /// One of the markers in [`store`].
    #[doc(hidden)]
    type Store;

    /// The model as data.
    fn def() -> &'static ModelDef;

    /// Writes the fields in declaration order.
    ///
    /// # Errors
    /// `Invalid`, naming the field, if a value cannot be held.
    fn encode(self, row: &mut RowWriter<'_>) -> Result<()>;

    /// Reads the fields in declaration order.
    ///
    /// # Errors
    /// `Invalid`, naming the field, if a stored value is none of the field's type.
    fn decode(row: &mut RowReader<'_>) -> Result<Self>;

    /// A typed query over the model's records.
    fn select() -> Select<Self> {
        Select::new()
    }

    /// A typed insert, field by field: what is not set takes its default.
    fn insert() -> Insert<Self> {
        Insert::new()
    }

    /// Changes for one record, by its key: `records.update(&cx, id, changes)`.
    fn changes() -> Changes<Self> {
        Changes::new()
    }

    /// A typed update of all records that a filter matches.
    fn update() -> Update<Self> {
        Update::new()
    }

    /// A typed delete of all records that a filter matches.
    fn delete() -> Delete<Self> {
        Delete::new()
    }
}

/// A model whose records are written, as those of every model are but of a view: for functions of any
/// such model.
pub trait WritableModel: PlatformModel<Writes = <Self as PlatformModel>::Scope> {}
impl<M: PlatformModel<Writes = <M as PlatformModel>::Scope>> WritableModel for M {}

/// A model as data.
///
/// Written by the derive as a `static`: struct update from [`ModelDef::PLAIN`] keeps it short.
#[derive(Debug, Clone, Copy)]
pub struct ModelDef {
    /// The model's name: the struct's, or that of `#[model(name = "…")]`.
    pub name: &'static str,
    /// The struct's path, for messages that must tell two models apart.
    pub rust_path: &'static str,
    /// The group's slug.
    pub group: &'static str,
    /// The struct's documentation.
    pub doc: &'static str,
    /// The physical table, as `table = "…"` or the name in snake case.
    pub table: &'static str,
    /// Where and how it is stored.
    pub storage: StorageConfig,
    /// The fields in declaration order.
    pub fields: &'static [FieldDef],
    /// The declared indexes.
    pub indexes: &'static [IndexDef],
    /// The declared one-to-many relations.
    pub has_many: &'static [HasManyDef],
    /// Who may do what to which records, in the order in which it is declared.
    pub policies: &'static [PolicyRule],
    /// The name that the model had before, for migrations.
    pub renamed_from: Option<&'static str>,
    /// The language of full-text search, such as `english`.
    pub search_language: Option<&'static str>,
    /// What its records are computed of, if it is a view.
    pub view: Option<ViewDef>,
    /// Where the layout is kept once it is computed.
    pub layout: &'static LayoutCell,
}

static NO_LAYOUT: LayoutCell = LayoutCell::new();

impl ModelDef {
    /// Nothing but defaults, for struct update. Its layout must be replaced.
    pub const PLAIN: Self = Self {
        name: "",
        rust_path: "",
        group: "",
        doc: "",
        table: "",
        storage: StorageConfig::terminusdb(),
        fields: &[],
        indexes: &[],
        has_many: &[],
        policies: &[],
        renamed_from: None,
        search_language: None,
        view: None,
        layout: &NO_LAYOUT,
    };

    /// The physical columns, computed once.
    pub fn layout(&'static self) -> &'static Layout {
        self.layout.get(self)
    }

    /// The field with this Rust name.
    pub fn field(&self, name: &str) -> Option<&'static FieldDef> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether no two records have one value in the column at a position.
    pub fn is_unique(&'static self, position: usize) -> bool {
        let layout = self.layout();
        let column = &layout.columns()[position];
        let is_key = layout.physical_key() == [position];
        is_key
            || column.field.unique
            || self.indexes.iter().any(|index| {
                index.unique
                    && index.predicate.is_none()
                    && matches!(index.columns, [indexed] if indexed.field == column.path)
            })
    }

    /// Whether it is kept in PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.storage.backend == StorageBackend::Postgres
    }

    /// The model whose fields this one inherits.
    pub fn parent(&self) -> Option<&'static ModelDef> {
        self.fields.iter().find_map(|field| field.parent).map(|parent| parent())
    }
}

impl PartialEq for ModelDef {
    fn eq(&self, other: &Self) -> bool {
        self.rust_path == other.rust_path && self.name == other.name
    }
}

impl Eq for ModelDef {}
