//! What a rendering depends on beside the models: [`DdlOptions`].

use std::collections::BTreeMap;

use super::partition::PartitionWindow;
use super::type_name;
use crate::schema::{FieldDef, Placement};
use crate::types::{TypeDef, scalar};

/// What a rendering depends on beside the models. Shared models take no part in placement.
///
/// ```
/// use sqh_model::render::ddl::DdlOptions;
/// use sqh_model::schema::Placement;
///
/// let options = DdlOptions { placement: Placement::Schema, schema: Some("tenant_acme".into()), ..DdlOptions::default() };
/// assert_eq!(options.tenants.of("clinic").name, "tenant_id");
/// ```
#[derive(Debug, Clone)]
pub struct DdlOptions {
    /// How tenants are kept apart. A model that requires a placement has its own.
    pub placement: Placement,
    /// The schema that every name is written with; bare names if `None`.
    pub schema: Option<String>,
    /// The partitions to make beside the default one; none if `None`.
    pub partitions: Option<PartitionWindow>,
    /// The tenant columns of row placement.
    pub tenants: TenantColumns,
}

impl Default for DdlOptions {
    /// A database for each tenant, bare names, no partitions but the default one.
    fn default() -> Self {
        Self { placement: Placement::Database, schema: None, partitions: None, tenants: TenantColumns::default() }
    }
}

/// The column that says whose row it is, and the table of tenants that it refers to.
///
/// ```
/// use sqh_model::render::ddl::TenantColumn;
/// use sqh_model::types::{TypeDef, scalar};
///
/// // An existing schema: `website_id bigint REFERENCES websites (id)`.
/// let websites = TenantColumn {
///     name: "website_id".into(),
///     ty: TypeDef::scalar(&scalar::I64),
///     table: "websites".into(),
///     key: "id".into(),
///     ..TenantColumn::default()
/// };
/// # let _ = websites;
/// ```
#[derive(Debug, Clone)]
pub struct TenantColumn {
    /// The column's name.
    pub name: String,
    /// Its type.
    pub ty: TypeDef,
    /// Its type in PostgreSQL where it is not the mapping's.
    pub sql_type: Option<&'static str>,
    /// The table of tenants, in the same schema.
    pub table: String,
    /// The key of that table.
    pub key: String,
}

impl Default for TenantColumn {
    /// `tenant_id text REFERENCES tenants (id)`
    fn default() -> Self {
        Self {
            name: "tenant_id".to_owned(),
            ty: TypeDef::scalar(&scalar::TEXT),
            sql_type: None,
            table: "tenants".to_owned(),
            key: "id".to_owned(),
        }
    }
}

/// The tenant columns of all groups: one, unless a group has its own.
///
/// ```
/// use sqh_model::render::ddl::{TenantColumn, TenantColumns};
///
/// let customers = TenantColumn { name: "customer_id".into(), sql_type: Some("varchar"), ..TenantColumn::default() };
/// let columns = TenantColumns::default().with("shop", customers);
/// assert_eq!(columns.of("shop").name, "customer_id");
/// assert_eq!(columns.of("clinic").name, "tenant_id");
/// ```
#[derive(Debug, Clone, Default)]
pub struct TenantColumns {
    default: TenantColumn,
    of_groups: BTreeMap<String, TenantColumn>,
}

impl TenantColumns {
    /// The same with a column of a group's own.
    #[must_use]
    pub fn with(mut self, group: impl Into<String>, column: TenantColumn) -> Self {
        self.of_groups.insert(group.into(), column);
        self
    }

    /// The column of a group's tables.
    pub fn of(&self, group: &str) -> &TenantColumn {
        self.of_groups.get(group).unwrap_or(&self.default)
    }
}

impl From<TenantColumn> for TenantColumns {
    /// One column for all groups.
    fn from(default: TenantColumn) -> Self {
        Self { default, of_groups: BTreeMap::new() }
    }
}

impl TenantColumn {
    /// The type's name in the catalog.
    pub(super) fn type_name(&self) -> String {
        type_name::of_field(&self.as_field(), &self.ty)
    }

    /// The table of tenants, its key, and the type of that.
    pub(super) fn tenants(&self) -> (&str, &str, String) {
        (&self.table, &self.key, self.type_name())
    }

    pub(super) fn collation(&self) -> Option<String> {
        type_name::collation(&self.as_field(), &self.type_name())
    }

    fn as_field(&self) -> FieldDef {
        FieldDef { sql_type: self.sql_type, ..FieldDef::PLAIN }
    }
}
