//! Keys, unique constraints and checks: what a model says, and each as SQL.

use sea_query::{Check, Expr, Index, IndexBuilder as _, PostgresQueryBuilder, TableBuilder as _};

use super::name::{self, derived, unused};
use super::place::Place;
use super::shape::{CheckShape, KeyShape, TableShape};
use super::{index, type_name};
use crate::error::{Error, Result};
use crate::schema::{ColumnDef, FieldDef, IndexDef, IndexMethod, ModelDef};
use crate::types::{Collection, EnumDef, EnumStorage, Shape, TypeDef};

/// The declared key with the partition column, led by the tenant column in row placement.
///
/// # Errors
/// `Invalid` for a model without a key.
pub(super) fn primary_key(place: &Place<'_>) -> Result<KeyShape> {
    let layout = place.def.layout();
    let key = layout.physical_key();
    if layout.key().is_empty() {
        return Err(
            Error::invalid("the model has no key: mark a field `#[field(primary_key)]`").in_model(place.def.name)
        );
    }
    let columns = key.into_iter().map(|position| layout.columns()[position].name.clone()).collect();
    Ok(KeyShape { name: derived(place.def.table, &[""; 0], "pkey"), columns: place.led(columns) })
}

/// The unique constraints: fields marked `unique`, and unique indexes that say no more than that.
/// Their names are made of the declared columns alone, so that they are the same in every placement.
///
/// # Errors
/// `Invalid`, naming the field, for one that misses the partition column.
pub(super) fn uniques(place: &Place<'_>) -> Result<Vec<KeyShape>> {
    let def = place.def;
    let mut wanted: Vec<(Option<&str>, Vec<&ColumnDef>)> =
        field_sets(def, |field| field.unique).into_iter().map(|columns| (None, columns)).collect();
    for index in def.indexes.iter().filter(|index| is_plain_unique(index)) {
        let columns = index::columns_of(def, index)?.into_iter().map(|(column, _)| column).collect();
        wanted.push((index.name, columns));
    }
    let mut taken: Vec<String> = wanted.iter().filter_map(|(name, _)| name.map(str::to_owned)).collect();
    let mut uniques = Vec::with_capacity(wanted.len());
    for (own_name, columns) in wanted {
        check_partition_column_is_in_unique(def, &columns)?;
        let columns: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let name = match own_name {
            Some(name) => name.to_owned(),
            None => unused(derived(def.table, &columns, "key"), &taken),
        };
        name::check("unique constraint", &name).map_err(|error| error.in_model(def.name))?;
        taken.push(name.clone());
        uniques.push(KeyShape { name, columns: place.led(columns) });
    }
    uniques.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(uniques)
}

/// Whether a unique index is a constraint: it has no condition, no order and no operator class.
pub(super) fn is_plain_unique(index: &IndexDef) -> bool {
    index.unique
        && index.using == IndexMethod::Btree
        && index.predicate.is_none()
        && index.ops.is_none()
        && index.columns.iter().all(|column| !column.descending)
}

/// PostgreSQL enforces uniqueness in each partition alone, so the column must be in it.
///
/// # Errors
/// `Invalid`, naming the first field.
pub(super) fn check_partition_column_is_in_unique(def: &'static ModelDef, columns: &[&ColumnDef]) -> Result<()> {
    let layout = def.layout();
    let Some(partition) = layout.partition().map(|position| &layout.columns()[position]) else {
        return Ok(());
    };
    if columns.iter().any(|column| column.name == partition.name) {
        return Ok(());
    }
    let error = Error::invalid(format!(
        "the table is partitioned by `{0}`, so a unique constraint needs `{0}` among its columns",
        partition.path
    ));
    Err(columns.iter().take(1).fold(error, |error, column| error.in_field(&column.path)).in_model(def.name))
}

/// The checks that fields declare, and one for each enum that is stored as text.
pub(super) fn checks(def: &'static ModelDef) -> Vec<CheckShape> {
    let mut taken = Vec::new();
    let mut checks = Vec::new();
    for column in def.layout().columns() {
        let names = enum_check(column).into_iter();
        for expression in names.chain(column.field.check.map(str::to_owned)) {
            let name = unused(derived(def.table, &[&column.name], "check"), &taken);
            taken.push(name.clone());
            checks.push(CheckShape { name, expression });
        }
    }
    checks.sort_by(|a, b| a.name.cmp(&b.name));
    checks
}

/// The constraints in a `CREATE TABLE`, without the foreign keys.
pub(super) fn sql(table: &TableShape) -> Vec<String> {
    let primary = table.primary_key.iter().map(|key| key_sql(key, true));
    let uniques = table.uniques.iter().map(|key| key_sql(key, false));
    let checks = table.checks.iter().map(|check| {
        let mut sql = String::new();
        let check = Check::named(check.name.clone(), Expr::cust(check.expression.clone()));
        PostgresQueryBuilder.prepare_check_constraint(&check, &mut sql);
        sql
    });
    primary.chain(uniques).chain(checks).collect()
}

/// The columns of each field with a mark, where a flattened value's columns belong together.
pub(super) fn field_sets(def: &'static ModelDef, mark: fn(&FieldDef) -> bool) -> Vec<Vec<&'static ColumnDef>> {
    let mut sets: Vec<Vec<&'static ColumnDef>> = Vec::new();
    for column in def.layout().columns() {
        if mark(column.root) {
            match sets.last_mut().filter(|set| std::ptr::eq(set[0].root, column.root)) {
                Some(set) => set.push(column),
                None => sets.push(vec![column]),
            }
        } else if mark(column.field) {
            sets.push(vec![column]);
        }
    }
    sets
}

fn key_sql(key: &KeyShape, primary: bool) -> String {
    let mut statement = Index::create();
    if primary {
        statement.primary()
    } else {
        statement.unique()
    };
    for column in &key.columns {
        statement.col(column.clone());
    }
    let mut sql = format!("CONSTRAINT {} ", name::quoted(&key.name));
    PostgresQueryBuilder.prepare_table_index_expression(&statement, &mut sql);
    sql
}

fn enum_check(column: &ColumnDef) -> Option<String> {
    if column.field.sql_type.is_some() {
        return None;
    }
    let (def, many) = text_enum(&column.ty)?;
    let name = name::quoted(&column.name);
    let values = def.variants.iter().map(|variant| name::literal(variant.name)).collect::<Vec<_>>().join(", ");
    Some(if many {
        format!("{name} <@ ARRAY[{values}]::{}", type_name::of_column(column))
    } else {
        format!("{name} IN ({values})")
    })
}

fn text_enum(ty: &TypeDef) -> Option<(&'static EnumDef, bool)> {
    match ty.shape {
        Shape::Enum(def) if def.storage == EnumStorage::Text => Some((def, false)),
        Shape::Collection(Collection::List | Collection::Set | Collection::Array { .. }, element) => {
            text_enum(element).map(|(def, _)| (def, true))
        }
        _ => None,
    }
}
