//! What the engine itself puts into a record: stamps, versions and defaults; and what must hold of
//! every record on every backend before it is sent.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound as _, Utc};
use sqh_model::schema::{ColumnDef, ModelDef};
use sqh_model::types::{RecordStorage, Shape};
use sqh_model::{Error, Result, Row, Value, ValueKind};

use crate::scope::{Scope, TenantScope};
use crate::tenancy::TenantRecord;

/// What the engine knows when it completes the records of one operation.
#[derive(Debug, Clone)]
pub(super) struct Filler {
    now: Value,
    tenant: Option<Arc<TenantRecord>>,
    sql_defaults: bool,
}

impl Filler {
    /// At this time, in this scope; `sql_defaults` says whether the backend knows them.
    pub(super) fn new(scope: &Scope, sql_defaults: bool) -> Self {
        // To the microsecond, as every backend stores it.
        let now: DateTime<Utc> = Utc::now().trunc_subsecs(6);
        Self { now: Value::Instant(now), tenant: scope.tenant.as_ref().map(TenantScope::record), sql_defaults }
    }

    /// Completes a new record.
    ///
    /// # Errors
    /// `Invalid`, naming the field that is missing, null or too long.
    pub(super) fn for_create(&self, model: &'static ModelDef, row: &mut Row) -> Result<()> {
        let columns = model.layout().columns();
        check_width(columns, row)?;
        for (column, value) in columns.iter().zip(row) {
            self.fill(column, value).map_err(|error| error.in_field(&column.path))?;
        }
        Ok(())
    }

    /// Completes the changes of a record: the key, the partition column and what the engine
    /// manages stay as they are.
    ///
    /// # Errors
    /// `Invalid`, naming the field that must not change, must not be null or is too long.
    pub(super) fn for_update(&self, model: &'static ModelDef, changes: &mut Row) -> Result<()> {
        let layout = model.layout();
        check_width(layout.columns(), changes)?;
        for position in layout.physical_key() {
            if !changes[position].is_unset() && !layout.columns()[position].root.is_managed() {
                let path = &layout.columns()[position].path;
                return Err(Error::invalid("the field is part of the key and never changes").in_field(path));
            }
        }
        for (column, value) in layout.columns().iter().zip(changes) {
            if column.root.updated_at {
                *value = self.now.clone();
            } else if column.root.is_managed() {
                *value = Value::Unset;
            }
            check(column, value).map_err(|error| error.in_field(&column.path))?;
        }
        Ok(())
    }

    fn fill(&self, column: &ColumnDef, value: &mut Value) -> Result<()> {
        let root = column.root;
        if root.generated.is_some() {
            *value = Value::Unset;
            return Ok(());
        }
        if root.tenant {
            *value = self.tenant_key(column)?;
        } else if root.created_at || root.updated_at {
            *value = self.now.clone();
        } else if root.version {
            *value = first_version(column)?;
        } else if value.is_unset() {
            *value = default(column, self.sql_defaults)?;
        }
        check(column, value)
    }

    fn tenant_key(&self, column: &ColumnDef) -> Result<Value> {
        match &self.tenant {
            Some(tenant) => tenant.key_as(&column.ty),
            None => Err(Error::internal("a shared model has no tenant")),
        }
    }
}

fn default(column: &ColumnDef, sql_defaults: bool) -> Result<Value> {
    if let Some(default) = column.field.default {
        return default();
    }
    if column.field.default_sql.is_some() {
        if sql_defaults {
            return Ok(Value::Unset);
        }
        return Err(Error::unsupported("this backend knows no `default_sql`: set the field, or use `default`"));
    }
    if column.ty.nullable {
        return Ok(Value::Null);
    }
    Err(Error::invalid("the field is missing"))
}

fn first_version(column: &ColumnDef) -> Result<Value> {
    match column.ty.kind() {
        ValueKind::I16 => Ok(Value::I16(1)),
        ValueKind::I32 => Ok(Value::I32(1)),
        ValueKind::I64 => Ok(Value::I64(1)),
        _ => Err(Error::internal("a version is an integer")),
    }
}

fn check(column: &ColumnDef, value: &Value) -> Result<()> {
    if value.is_null() && !column.ty.nullable {
        return Err(Error::invalid("the field cannot be null"));
    }
    if let (Some(max), Value::Text(text)) = (column.field.max_len, value) {
        let length = text.chars().count();
        if length > max as usize {
            return Err(Error::invalid(format!("the text has {length} characters, at most {max} are allowed")));
        }
    }
    check_inner(column.ty.shape, value)
}

// The limits of fields inside a record that is stored as one JSON value.
fn check_inner(shape: Shape, value: &Value) -> Result<()> {
    let (Shape::Record(record), Value::Record(values)) = (shape, value) else {
        return Ok(());
    };
    if record.storage == RecordStorage::Flatten {
        return Ok(());
    }
    for (field, value) in record.fields.iter().zip(values) {
        if let (Some(max), Value::Text(text)) = (field.max_len, value) {
            let length = text.chars().count();
            if length > max as usize {
                return Err(Error::invalid(format!("the text has {length} characters, at most {max} are allowed"))
                    .in_field(field.name));
            }
        }
        check_inner(field.ty.shape, value).map_err(|error| error.in_field(field.name))?;
    }
    Ok(())
}

fn check_width(columns: &[ColumnDef], row: &Row) -> Result<()> {
    if row.len() == columns.len() {
        return Ok(());
    }
    Err(Error::internal(format!("the row has {} values, the model {} columns", row.len(), columns.len())))
}
