//! [`Target`]: the table of an operation; [`Owner`], whose rows of it the operation may see.
//!
//! In row placement many tenants share a table. The owner's key is the first bind of each statement,
//! and every row that comes back is compared with it before anything is made of the row.

use std::fmt;
use std::sync::Arc;

use sqh_model::expr::lower::{Relation, Travel, placeholder, quoted};
use sqh_model::render::ddl::{TenantColumn, TenantColumns};
use sqh_model::schema::{ModelDef, Placement};
use sqh_model::{Error, Result};
use sqlx::Row as _;
use sqlx::postgres::{PgArguments, PgRow};

use super::ALIAS;
use super::guard::Guard;
use crate::backend::postgres::codec::{Codec, bind};
use crate::engine::Route;
use crate::tenancy::{FOREIGN_ROW, TenantRecord};

/// The table of an operation.
#[derive(Debug, Clone, Copy)]
pub(in crate::backend::postgres) struct Target<'a> {
    pub(in crate::backend::postgres) def: &'static ModelDef,
    pub(in crate::backend::postgres) schema: &'a Arc<str>,
    /// The column that says whose a row is, where rows of many tenants are in the table.
    pub(in crate::backend::postgres) tenant: Option<Lead<'a>>,
    /// Whether the statement checks the route's epoch: a write that is in no transaction.
    pub(in crate::backend::postgres) is_guarded: bool,
    /// The number of the bind that is the tenant's key: the first, unless another table's stands before it.
    pub(in crate::backend::postgres) key_at: usize,
}

/// The tenant column of a table.
#[derive(Debug, Clone, Copy)]
pub(in crate::backend::postgres) struct Lead<'a> {
    pub(super) name: &'a str,
    column: &'a TenantColumn,
}

impl<'a> Target<'a> {
    /// The table of a model where a route leads to, and whose rows of it are meant.
    ///
    /// # Errors
    /// `Internal` if the table has the rows of many tenants and the route names none; `Invalid` if the
    /// tenant's key is no value of its column.
    pub(in crate::backend::postgres) fn of(
        def: &'static ModelDef,
        route: &'a Route,
        columns: &'a TenantColumns,
    ) -> Result<(Self, Option<Owner>)> {
        let place = route.place();
        let target = Self { def, schema: &place.schema, tenant: None, is_guarded: false, key_at: 1 };
        if place.placement != Placement::Row {
            return Ok((target, None));
        }
        let (column, layout) = (columns.of(def.group), def.layout());
        let field = layout.role(|field| field.tenant).map(|position| layout.columns()[position].name.as_str());
        let lead = Lead { name: field.unwrap_or(&column.name), column };
        let owner = Owner::new(route.tenant().ok_or_else(nobody)?, column)?;
        Ok((Self { tenant: Some(lead), ..target }, Some(owner)))
    }

    /// The columns of the table under the alias that it has in every statement.
    pub(in crate::backend::postgres) fn relation(&self) -> Relation<'a> {
        Relation { def: self.def, schema: self.schema, alias: ALIAS }
    }

    /// How many binds stand before those of the operation itself.
    pub(in crate::backend::postgres) fn leading(&self) -> usize {
        usize::from(self.tenant.is_some()) + if self.is_guarded { Guard::BINDS } else { 0 }
    }

    /// The check of the route's epoch as a condition, where it is due.
    pub(super) fn guard(&self) -> Option<String> {
        self.is_guarded.then(|| Guard::condition(1 + usize::from(self.tenant.is_some())))
    }

    /// The place of the tenant's key among the binds, as SQL.
    pub(super) fn key(&self, lead: Lead<'_>) -> String {
        placeholder(self.key_at, &lead.column.ty, lead.column.sql_type, self.schema)
    }

    /// Some columns in the form in which they are read, and behind them the tenant's.
    pub(super) fn read(&self, positions: impl IntoIterator<Item = usize>) -> String {
        self.read_with(positions, Vec::new())
    }

    /// The same with values that are computed, between those columns and the tenant's.
    pub(super) fn read_with(&self, positions: impl IntoIterator<Item = usize>, computed: Vec<String>) -> String {
        let relation = self.relation();
        self.with_tenant(positions.into_iter().map(|position| relation.read_column(position)).chain(computed))
    }

    /// What is read, and behind it the tenant's column.
    pub(super) fn with_tenant(&self, columns: impl IntoIterator<Item = String>) -> String {
        let tenant = self
            .tenant
            .map(|lead| format!("{ALIAS}.{}{}", quoted(lead.name), lead.travel().read_cast(&lead.column.ty)));
        columns.into_iter().chain(tenant).collect::<Vec<_>>().join(", ")
    }

    /// All columns, as [`read`](Target::read).
    pub(super) fn read_all(&self) -> String {
        self.read(0..self.def.layout().columns().len())
    }

    /// Whether the database itself keeps tenants apart, and is told in each transaction whose it is.
    pub(in crate::backend::postgres) fn is_secured(&self) -> bool {
        self.tenant.is_some() && self.def.storage.rls
    }

    /// Whether a column of the model is the tenant's, which statements set by themselves.
    pub(in crate::backend::postgres) fn is_tenant(&self, position: usize) -> bool {
        self.tenant.is_some() && self.def.layout().columns()[position].root.tenant
    }
}

impl Lead<'_> {
    /// The form in which the tenant's key travels.
    pub(in crate::backend::postgres) fn travel(&self) -> Travel {
        Travel::of(&self.column.ty, self.column.sql_type)
    }
}

/// A tenant's key as its column holds it.
#[derive(Clone)]
pub(in crate::backend::postgres) struct Owner {
    oid: u32,
    key: Arc<[u8]>,
}

impl Owner {
    /// # Errors
    /// `Invalid` if the tenant's key is no value of the column's type.
    fn new(tenant: &TenantRecord, column: &TenantColumn) -> Result<Self> {
        let codec = Codec::new(&column.ty, Travel::of(&column.ty, column.sql_type));
        let mut key = Vec::new();
        codec.encode(&tenant.key_as(&column.ty)?, &mut key)?;
        Ok(Self { oid: codec.oid, key: key.into() })
    }

    /// Appends the key as the next bind.
    pub(super) fn bind(&self, arguments: &mut PgArguments) -> Result<()> {
        bind::add_with(arguments, self.oid, |out| {
            out.extend_from_slice(&self.key);
            Ok(true)
        })
    }

    /// Whether the other one is bound as the same value of the same type.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.oid == other.oid && self.key == other.key
    }

    /// The key in PostgreSQL's binary form.
    pub(in crate::backend::postgres) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Refuses a row that is not the tenant's, by the column at a place of the reply.
    ///
    /// # Errors
    /// `Internal`: a statement without the tenant's condition has been sent.
    pub(in crate::backend::postgres) fn verify(&self, def: &'static ModelDef, row: &PgRow, at: usize) -> Result<()> {
        let is_own = row.try_get_raw(at).is_ok_and(|raw| raw.as_bytes().is_ok_and(|key| *key == *self.key));
        if is_own { Ok(()) } else { Err(foreign(def)) }
    }
}

/// Keys stay out of logs.
impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owner").finish_non_exhaustive()
    }
}

#[cold]
fn foreign(def: &'static ModelDef) -> Error {
    tracing::error!(model = def.name, table = def.table, "a statement gave a row of another tenant: it fails closed");
    Error::internal(FOREIGN_ROW).in_model(def.name)
}

/// The error for a statement in row placement that nobody's key was given to.
pub(super) fn nobody() -> Error {
    Error::internal("the operation names no tenant, and the table has the rows of many: it fails closed")
}
