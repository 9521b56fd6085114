//! Indexes: what a model says, and each as SQL.
//!
//! The text is written here and not by sea-query, which puts the order before the operator class,
//! knows no storage parameters and does not escape an index's name.

use super::constraint::{check_partition_column_is_in_unique, field_sets, is_plain_unique};
use super::name::{self, derived, qualified, quoted, unused};
use super::place::Place;
use super::shape::{IndexColumnShape, IndexShape, TableShape};
use super::statement::{Creates, Statement};
use super::{policy, search_index, type_name};
use crate::error::{Error, Result};
use crate::expr::lower::geography;
use crate::schema::{ColumnDef, IndexDef, IndexMethod, ModelDef};
use crate::types::Shape;
use crate::value::ValueKind;

/// An index that is wanted, its columns and the order of each.
type Wanted = (IndexDef, Vec<(&'static ColumnDef, bool)>);

/// The indexes of a table that are no constraint's: those of fields marked `index`, declared ones,
/// that of full-text search, and the one over time of a `high_volume` model.
///
/// # Errors
/// `Invalid`, naming model and field, for what PostgreSQL cannot index so; `Unsupported` for an
/// index that row security would keep the planner from using.
pub(super) fn shapes(place: &Place<'_>) -> Result<Vec<IndexShape>> {
    let def = place.def;
    let wanted = wanted(def)?;
    // Names of its own first: a derived one gives way.
    let mut taken: Vec<String> = wanted.iter().filter_map(|(index, _)| index.name.map(str::to_owned)).collect();
    let mut indexes = Vec::with_capacity(wanted.len());
    for (index, columns) in &wanted {
        check_method(index, columns)
            .and_then(|()| policy::check_index_under_row_security(place, index, columns[0].0))
            .map_err(|error| error.in_model(def.name))?;
        if index.unique {
            let columns: Vec<&ColumnDef> = columns.iter().map(|(column, _)| *column).collect();
            check_partition_column_is_in_unique(def, &columns)?;
        }
        let name = match index.name {
            Some(name) => name.to_owned(),
            None => {
                let mut names: Vec<&str> = columns.iter().map(|(column, _)| column.name.as_str()).collect();
                names.extend(is_on_geography(index, columns[0].0).then_some("geography"));
                unused(derived(def.table, &names, "idx"), &taken)
            }
        };
        name::check("index", &name).map_err(|error| error.in_model(def.name))?;
        taken.push(name.clone());
        indexes.push(shape(place, index, columns, name));
    }
    indexes.extend(search_index::shape(place, &taken)?);
    indexes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(indexes)
}

/// Makes an index.
pub(super) fn statement(table: &TableShape, index: &IndexShape, schema: Option<&str>) -> Statement {
    let create = if index.unique { "CREATE UNIQUE INDEX" } else { "CREATE INDEX" };
    let columns: Vec<String> = index.columns.iter().map(column_sql).collect();
    let mut rest = format!(
        "{} ON {} USING {} ({})",
        quoted(&index.name),
        qualified(schema, &table.name),
        index.method,
        columns.join(", ")
    );
    if !index.settings.is_empty() {
        rest.push_str(&format!(" WITH ({})", settings_sql(&index.settings)));
    }
    if let Some(predicate) = &index.predicate {
        rest.push_str(&format!(" WHERE {predicate}"));
    }
    Statement::new(Creates::Index, &index.name, format!("{create} {rest}"), format!("{create} IF NOT EXISTS {rest}"))
}

/// The columns that an index names and the order of each, those of a flattened value expanded.
///
/// # Errors
/// `Invalid` for a field that the model does not have.
pub(super) fn columns_of(def: &'static ModelDef, index: &IndexDef) -> Result<Vec<(&'static ColumnDef, bool)>> {
    let columns = def.layout().columns();
    let mut found = Vec::with_capacity(index.columns.len());
    for wanted in index.columns {
        let inside = format!("{}.", wanted.field);
        let before = found.len();
        let matching = columns.iter().filter(|column| column.path == wanted.field || column.path.starts_with(&inside));
        found.extend(matching.map(|column| (column, wanted.descending)));
        if found.len() == before {
            let known: Vec<&str> = columns.iter().map(|column| column.path.as_str()).collect();
            return Err(Error::invalid(format!(
                "an index names a field that the model does not have: its fields are `{}`",
                known.join("`, `")
            ))
            .in_field(wanted.field)
            .in_model(def.name));
        }
    }
    if found.is_empty() {
        return Err(Error::invalid("an index has no columns").in_model(def.name));
    }
    Ok(found)
}

/// Parameters in a `WITH (…)`.
pub(super) fn settings_sql(settings: &[(String, String)]) -> String {
    settings.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
}

fn wanted(def: &'static ModelDef) -> Result<Vec<Wanted>> {
    let ascending = |columns: Vec<&'static ColumnDef>| columns.into_iter().map(|column| (column, false)).collect();
    let fields = field_sets(def, |field| field.index && !field.unique).into_iter();
    let fields =
        fields.map(|columns| Ok((IndexDef { using: method_of(columns[0]), ..IndexDef::PLAIN }, ascending(columns))));
    let distances =
        field_sets(def, |field| field.index && !field.unique).into_iter().filter(|columns| is_point(columns[0]));
    let distances = distances.map(|columns| {
        Ok((IndexDef { using: IndexMethod::Gist, ops: Some(GEOGRAPHY), ..IndexDef::PLAIN }, ascending(columns)))
    });
    let declared = def.indexes.iter().filter(|index| !is_plain_unique(index));
    let declared = declared.map(|index| Ok((*index, columns_of(def, index)?)));
    let mut wanted: Vec<Wanted> = fields.chain(distances).chain(declared).collect::<Result<_>>()?;
    if let Some(time) = over_time(def) {
        let is_brin = |(index, columns): &Wanted| index.using == IndexMethod::Brin && columns[0].0.name == time.name;
        if !wanted.iter().any(is_brin) {
            wanted.push((IndexDef { using: IndexMethod::Brin, ..IndexDef::PLAIN }, vec![(time, false)]));
        }
    }
    Ok(wanted)
}

fn shape(place: &Place<'_>, index: &IndexDef, columns: &[(&'static ColumnDef, bool)], name: String) -> IndexShape {
    let mut columns: Vec<IndexColumnShape> = columns
        .iter()
        .map(|(column, descending)| IndexColumnShape {
            name: match is_on_geography(index, column) {
                true => geography(&quoted(&column.name)),
                false => column.name.clone(),
            },
            is_expression: is_on_geography(index, column),
            descending: *descending,
            operator_class: index.ops.map(str::to_owned),
            is_default_class: index.ops.is_none(),
        })
        .collect();
    if index.using == IndexMethod::Btree {
        let led = place.led(columns.iter().map(|column| column.name.clone()).collect());
        if led.len() > columns.len() {
            columns.insert(
                0,
                IndexColumnShape { name: led[0].clone(), is_default_class: true, ..IndexColumnShape::default() },
            );
        }
    }
    // New pages of a growing table are summarised as they fill, not at the next vacuum.
    let summarised = index.using == IndexMethod::Brin && place.def.storage.high_volume;
    IndexShape {
        name,
        method: index.using.name().to_owned(),
        unique: index.unique,
        columns,
        predicate: index.predicate.map(str::to_owned),
        settings: if summarised { vec![("autosummarize".to_owned(), "true".to_owned())] } else { Vec::new() },
    }
}

fn column_sql(column: &IndexColumnShape) -> String {
    let mut sql = if column.is_expression { format!("({})", column.name) } else { quoted(&column.name) };
    if let Some(class) = &column.operator_class {
        sql.push_str(&format!(" {class}"));
    }
    if column.descending {
        sql.push_str(" DESC");
    }
    sql
}

/// The class of an index by which distances along the earth are found.
const GEOGRAPHY: &str = "gist_geography_ops";

/// Whether it is of distances between points that are kept on the plane.
fn is_on_geography(index: &IndexDef, column: &ColumnDef) -> bool {
    index.ops == Some(GEOGRAPHY) && is_point(column)
}

fn is_point(column: &ColumnDef) -> bool {
    type_name::of_column(column).starts_with("geometry(Point")
}

/// The column over whose time a growing table is scanned.
fn over_time(def: &'static ModelDef) -> Option<&'static ColumnDef> {
    let layout = def.layout();
    let position = layout.partition().or_else(|| layout.role(|field| field.created_at))?;
    def.storage.high_volume.then(|| &layout.columns()[position])
}

/// The method that a field marked `index` is served by.
fn method_of(column: &ColumnDef) -> IndexMethod {
    if type_name::is_spatial(&type_name::of_column(column)) {
        return IndexMethod::Gist;
    }
    match column.ty.shape {
        Shape::Collection(..) | Shape::Record(_) => IndexMethod::Gin,
        Shape::Scalar(scalar) if scalar.kind == ValueKind::Json => IndexMethod::Gin,
        _ => IndexMethod::Btree,
    }
}

fn check_method(index: &IndexDef, columns: &[(&'static ColumnDef, bool)]) -> Result<()> {
    let method = index.using.name();
    let first = &columns[0].0.path;
    if index.using == IndexMethod::Btree {
        return match columns.iter().find(|(column, _)| type_name::is_spatial(&type_name::of_column(column))) {
            Some((column, _)) => {
                Err(Error::invalid("a btree index finds no places: write `using = \"gist\"`").in_field(&column.path))
            }
            None => Ok(()),
        };
    }
    if index.unique {
        return Err(Error::invalid(format!("a {method} index cannot be unique: leave out `using`")).in_field(first));
    }
    if let Some((column, _)) = columns.iter().find(|(_, descending)| *descending) {
        return Err(Error::invalid(format!("a {method} index has no order: leave out `desc`")).in_field(&column.path));
    }
    if index.using == IndexMethod::Hash && columns.len() > 1 {
        return Err(Error::invalid("a hash index has one column").in_field(&columns[1].0.path));
    }
    Ok(())
}
