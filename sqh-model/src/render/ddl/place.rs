//! Where a model's table stands: its schema, and the tenant column of row placement.

use super::options::{DdlOptions, TenantColumn};
use crate::error::{Error, Result};
use crate::schema::{ModelDef, Placement};

/// A model in its place.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    pub(super) def: &'static ModelDef,
    pub(super) schema: Option<&'a str>,
    /// Set in row placement only.
    pub(super) tenant: Option<Lead<'a>>,
    pub(super) placement: Placement,
}

/// The tenant column of one table.
#[derive(Debug, Clone)]
pub(super) struct Lead<'a> {
    pub(super) name: &'a str,
    pub(super) column: &'a TenantColumn,
    /// Whether the model has a field for it; else the renderer adds the column.
    pub(super) is_field: bool,
}

impl<'a> Place<'a> {
    /// # Errors
    /// `Invalid` if the model has no table, or its tenant field is of another type than the column.
    pub(super) fn of(def: &'static ModelDef, options: &'a DdlOptions) -> Result<Self> {
        if !def.is_postgres() {
            return Err(Error::invalid(
                "the model is stored in TerminusDB and has no table: declare it `#[storage(postgres)]`, or render its TerminusDB schema",
            )
            .in_model(def.name));
        }
        let placement = effective(def, options);
        let schema = match options.schema.as_deref() {
            // A tenant's schema holds no shared table.
            Some(_) if def.storage.shared && options.placement == Placement::Schema => Some("public"),
            schema => schema,
        };
        let tenant = match placement {
            Placement::Row => Some(lead(def, options.tenants.of(def.group))?),
            _ => None,
        };
        Ok(Self { def, schema, tenant, placement })
    }

    /// The columns of a key or an index, led by the tenant column.
    pub(super) fn led(&self, columns: Vec<String>) -> Vec<String> {
        match &self.tenant {
            Some(lead) if !columns.iter().any(|column| column == lead.name) => {
                std::iter::once(lead.name.to_owned()).chain(columns).collect()
            }
            _ => columns,
        }
    }

    /// Whether the tables of both stand in one schema.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        self.def.storage.shared == other.def.storage.shared && self.placement == other.placement
    }

    /// Whether a reference to the other can be a constraint: their tenants are kept in one table.
    pub(super) fn can_refer_to(&self, other: &Self) -> bool {
        let tenants = |place: &Self| place.tenant.as_ref().map(|lead| lead.column.tenants());
        self.is_beside(other) && tenants(self) == tenants(other)
    }
}

/// The placement that the model requires, or else that of its tenant. Shared tables have none.
fn effective(def: &ModelDef, options: &DdlOptions) -> Placement {
    if def.storage.shared {
        return Placement::Database;
    }
    def.storage.placement.unwrap_or(options.placement)
}

fn lead<'a>(def: &'static ModelDef, column: &'a TenantColumn) -> Result<Lead<'a>> {
    let layout = def.layout();
    let Some(field) = layout.role(|field| field.tenant).map(|position| &layout.columns()[position]) else {
        if let Some(other) = layout.columns().iter().find(|other| other.name == column.name) {
            return Err(Error::invalid(format!(
                "the column `{}` is the tenant's in row placement: mark the field `#[field(tenant)]`, or give it a `#[field(column = \"…\")]`",
                column.name
            ))
            .in_field(&other.path)
            .in_model(def.name));
        }
        return Ok(Lead { name: &column.name, column, is_field: false });
    };
    let (own, tenants) = (super::type_name::of_column(field), column.type_name());
    if own != tenants {
        return Err(Error::invalid(format!("the tenant column is `{tenants}`, the field makes it `{own}`"))
            .in_field(&field.path)
            .in_model(def.name));
    }
    Ok(Lead { name: &field.name, column, is_field: true })
}
