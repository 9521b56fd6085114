//! References: which of them are foreign keys, and each as SQL.
//!
//! A reference is a constraint only where both tables stand in one schema of one database and the
//! columns that refer are a key of the other table. All others are logical.

use super::name::{self, derived, qualified, quoted_list, unused};
use super::options::DdlOptions;
use super::place::Place;
use super::shape::{ForeignKeyShape, TableShape};
use super::statement::{Creates, Statement};
use super::{constraint, options};
use crate::error::{Error, Result};
use crate::schema::{ColumnDef, ModelDef, OnDelete};
use crate::types::Shape;

/// A field that refers to a record of another model.
struct Reference {
    column: &'static ColumnDef,
    target: &'static ModelDef,
    target_column: Option<&'static str>,
    on_delete: Option<OnDelete>,
}

/// The foreign keys of a table, by name.
///
/// # Errors
/// `Invalid`, naming model and field, for `set_null` on a field that is never null, and for a
/// reference to a field that the other model does not have.
pub(super) fn shapes(place: &Place<'_>, options: &DdlOptions) -> Result<Vec<ForeignKeyShape>> {
    let mut keys = Vec::new();
    let mut taken = Vec::new();
    for group in groups(place.def) {
        let Some((target, target_columns)) = resolve(place, &group, options)? else {
            continue;
        };
        let on_delete = group.iter().find_map(|reference| reference.on_delete).unwrap_or(OnDelete::NoAction);
        let columns: Vec<String> = group.iter().map(|reference| reference.column.name.clone()).collect();
        if on_delete == OnDelete::SetNull {
            check_set_null_is_nullable(place.def, &group)?;
        }
        let name = unused(derived(place.def.table, &columns, "fkey"), &taken);
        taken.push(name.clone());
        let lead = place.tenant.as_ref().map(|lead| lead.name.to_owned());
        let target_lead = target.tenant.as_ref().map(|lead| lead.name.to_owned());
        keys.push(ForeignKeyShape {
            name,
            // The tenant column would become null as well, if the statement did not say which.
            set_null: if on_delete == OnDelete::SetNull { columns.clone() } else { Vec::new() },
            columns: lead.into_iter().chain(columns).collect(),
            target: target.def.table.to_owned(),
            target_columns: target_lead.into_iter().chain(target_columns).collect(),
            on_delete,
        });
    }
    keys.extend(place.tenant.as_ref().map(|lead| tenant_key(place.def, lead.name, lead.column, &taken)));
    keys.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(keys)
}

/// The models that a model's foreign keys refer to, itself left out; of a view those that it is computed of.
pub(super) fn targets(def: &'static ModelDef, options: &DdlOptions) -> Result<Vec<&'static ModelDef>> {
    if def.view.is_some() {
        return def.view_sources();
    }
    let place = Place::of(def, options)?;
    let mut targets = Vec::new();
    for group in groups(def) {
        let is_key = resolve(&place, &group, options)?.is_some();
        if is_key && group[0].target != def && !targets.contains(&group[0].target) {
            targets.push(group[0].target);
        }
    }
    Ok(targets)
}

/// The constraint in a `CREATE TABLE`.
pub(super) fn sql(key: &ForeignKeyShape, schema: Option<&str>) -> String {
    let on_delete = match key.on_delete {
        OnDelete::NoAction => String::new(),
        OnDelete::Cascade => " ON DELETE CASCADE".to_owned(),
        OnDelete::Restrict => " ON DELETE RESTRICT".to_owned(),
        // sea-query cannot name the columns.
        OnDelete::SetNull => format!(" ON DELETE SET NULL ({})", quoted_list(&key.set_null)),
    };
    format!(
        "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}){on_delete}",
        name::quoted(&key.name),
        quoted_list(&key.columns),
        qualified(schema, &key.target),
        quoted_list(&key.target_columns),
    )
}

/// The constraint on a table that exists.
pub(super) fn statement(table: &TableShape, key: &ForeignKeyShape, schema: Option<&str>) -> Statement {
    let table = qualified(schema, &table.name);
    Statement::unless_exists(Creates::Constraint, &key.name, format!("ALTER TABLE {table} ADD {}", sql(key, schema)))
}

/// The references that can be a constraint together: a field that names a whole key alone, or all
/// fields that name parts of one model's key.
fn groups(def: &'static ModelDef) -> Vec<Vec<Reference>> {
    let mut groups: Vec<Vec<Reference>> = Vec::new();
    for reference in def.layout().columns().iter().filter_map(reference) {
        let is_alone = is_key_alone(&reference);
        let same = |group: &&mut Vec<Reference>| group[0].target == reference.target && !is_key_alone(&group[0]);
        match groups.iter_mut().find(same).filter(|_| !is_alone) {
            Some(group) => group.push(reference),
            None => groups.push(vec![reference]),
        }
    }
    groups
}

fn reference(column: &'static ColumnDef) -> Option<Reference> {
    let declared = column.field.references;
    let target = match (declared, column.ty.shape) {
        (Some(reference), _) => (reference.model)(),
        (None, Shape::Link(link)) => (link.target)(),
        (None, _) => return None,
    };
    Some(Reference {
        column,
        target,
        target_column: declared.and_then(|reference| reference.column),
        on_delete: declared.and_then(|reference| reference.on_delete),
    })
}

fn is_key_alone(reference: &Reference) -> bool {
    let layout = reference.target.layout();
    let key = layout.physical_key();
    match reference.target_column {
        None => true,
        Some(path) => {
            let position = layout.position(path);
            let is_unique = position.is_some_and(|position| layout.columns()[position].root.unique);
            is_unique || position.is_some_and(|position| key == [position])
        }
    }
}

/// The table and the columns that a group refers to, if it is a constraint.
fn resolve<'a>(
    place: &Place<'_>,
    group: &[Reference],
    options: &'a DdlOptions,
) -> Result<Option<(Place<'a>, Vec<String>)>> {
    let target = group[0].target;
    let is_many = group.iter().any(|reference| matches!(reference.column.ty.shape, Shape::Collection(..)));
    if !target.is_postgres() || is_many {
        return Ok(None);
    }
    let other = Place::of(target, options)?;
    if !place.can_refer_to(&other) {
        return Ok(None);
    }
    let layout = target.layout();
    let mut positions = Vec::with_capacity(group.len());
    for reference in group {
        match reference.target_column {
            None => positions.extend(layout.key()),
            Some(path) => positions.push(layout.position(path).ok_or_else(|| {
                Error::invalid(format!("`{}` has no field `{path}` to refer to", target.name))
                    .in_field(&reference.column.path)
                    .in_model(place.def.name)
            })?),
        }
    }
    if positions.len() != group.len() {
        return Ok(None);
    }
    let columns: Vec<String> = positions.iter().map(|position| layout.columns()[*position].name.clone()).collect();
    let led = other.led(columns.clone());
    let same_columns = |key: &[String]| key.len() == led.len() && key.iter().all(|column| led.contains(column));
    let is_key = same_columns(&constraint::primary_key(&other)?.columns)
        || constraint::uniques(&other)?.iter().any(|unique| same_columns(&unique.columns));
    Ok(is_key.then_some((other, columns)))
}

fn tenant_key(def: &ModelDef, lead: &str, column: &options::TenantColumn, taken: &[String]) -> ForeignKeyShape {
    ForeignKeyShape {
        name: unused(derived(def.table, &[lead], "fkey"), taken),
        columns: vec![lead.to_owned()],
        target: column.table.clone(),
        target_columns: vec![column.key.clone()],
        on_delete: OnDelete::NoAction,
        set_null: Vec::new(),
    }
}

fn check_set_null_is_nullable(def: &ModelDef, group: &[Reference]) -> Result<()> {
    match group.iter().find(|reference| !reference.column.ty.nullable) {
        Some(reference) => {
            Err(Error::invalid("`on_delete = \"set_null\"` needs a field that may be null: make it an `Option`")
                .in_field(&reference.column.path)
                .in_model(def.name))
        }
        None => Ok(()),
    }
}
