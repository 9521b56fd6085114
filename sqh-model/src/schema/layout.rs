//! The physical columns of a model, computed once from its definition.

use std::sync::OnceLock;

use super::{FieldDef, ModelDef};
use crate::types::{RecordStorage, Shape, TypeDef};

/// Where the derive keeps a model's [`Layout`].
#[derive(Debug)]
pub struct LayoutCell(OnceLock<Layout>);

impl LayoutCell {
    /// Not computed yet.
    #[allow(clippy::new_without_default, reason = "made only as a static")]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    pub(super) fn get(&'static self, def: &'static ModelDef) -> &'static Layout {
        self.0.get_or_init(|| Layout::of(def))
    }
}

/// The physical columns of a model: a [`Row`](crate::row::Row) has a value for each, in this order.
#[derive(Debug)]
pub struct Layout {
    columns: Vec<ColumnDef>,
    key: Vec<usize>,
    partition: Option<usize>,
}

/// One physical column.
#[derive(Debug)]
pub struct ColumnDef {
    /// Its name in PostgreSQL.
    pub name: String,
    /// The path of Rust names to it: `value`, or `address.city` in a flattened value.
    pub path: String,
    /// The path of JSON names to it.
    pub json_path: Vec<&'static str>,
    /// Its type; nullable if the field or a record around it is.
    pub ty: TypeDef,
    /// The field itself.
    pub field: &'static FieldDef,
    /// The model's field that holds it: the same one, but inside a flattened value.
    pub root: &'static FieldDef,
}

impl Layout {
    fn of(def: &'static ModelDef) -> Self {
        let mut columns = Vec::with_capacity(def.fields.len());
        for field in def.fields {
            push_field(&mut columns, field);
        }
        let key = (0..columns.len()).filter(|i| columns[*i].root.primary_key).collect();
        let partition = def.storage.partition_by.and_then(|name| columns.iter().position(|column| column.path == name));
        Self { columns, key, partition }
    }

    /// The columns in order.
    pub fn columns(&self) -> &[ColumnDef] {
        &self.columns
    }

    /// The positions of the declared key.
    pub fn key(&self) -> &[usize] {
        &self.key
    }

    /// The position of the partition column.
    pub fn partition(&self) -> Option<usize> {
        self.partition
    }

    /// The positions of the physical key: the declared one, and the partition column.
    pub fn physical_key(&self) -> Vec<usize> {
        let partition = self.partition.filter(|position| !self.key.contains(position));
        self.key.iter().copied().chain(partition).collect()
    }

    /// The position of the column with this path of Rust names.
    pub fn position(&self, path: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.path == path)
    }

    /// The position of the column with this path of JSON names, joined by dots.
    pub fn json_position(&self, path: &str) -> Option<usize> {
        self.columns.iter().position(|column| {
            let mut rest = path.split('.');
            column.json_path.iter().all(|name| rest.next() == Some(name)) && rest.next().is_none()
        })
    }

    /// The position of the column that plays a role, such as `|field| field.version`.
    pub fn role(&self, role: impl Fn(&FieldDef) -> bool) -> Option<usize> {
        self.columns.iter().position(|column| role(column.root))
    }
}

fn push_field(columns: &mut Vec<ColumnDef>, field: &'static FieldDef) {
    match field.parent {
        Some(parent) => parent().fields.iter().for_each(|field| push_field(columns, field)),
        None => push_column(columns, field, field, None, field.ty.nullable),
    }
}

fn push_column(
    columns: &mut Vec<ColumnDef>,
    root: &'static FieldDef,
    field: &'static FieldDef,
    outer: Option<&ColumnDef>,
    nullable: bool,
) {
    let mut column = match outer {
        None => ColumnDef {
            name: field.column.to_owned(),
            path: field.name.to_owned(),
            json_path: vec![field.json],
            ty: field.ty,
            field,
            root,
        },
        Some(outer) => ColumnDef {
            name: format!("{}_{}", outer.name, field.column),
            path: format!("{}.{}", outer.path, field.name),
            json_path: outer.json_path.iter().copied().chain([field.json]).collect(),
            ty: field.ty,
            field,
            root,
        },
    };
    column.ty.nullable = nullable;
    match field.ty.shape {
        Shape::Record(record) if record.storage == RecordStorage::Flatten => {
            for inner in record.fields {
                push_column(columns, root, inner, Some(&column), nullable || inner.ty.nullable);
            }
        }
        _ => columns.push(column),
    }
}
