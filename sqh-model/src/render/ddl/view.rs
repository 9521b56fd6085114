//! Materialised views: what a report says of all records of a place, kept as a table is.
//!
//! In row placement one view has the groups of every tenant: the tenant column is the first that it is grouped
//! by, and what is joined is of the same tenant.

use super::name::{self, derived, qualified, quoted};
use super::options::DdlOptions;
use super::place::Place;
use super::shape::{ColumnShape, IndexColumnShape, IndexShape, TableShape};
use super::statement::{Creates, Statement};
use super::{column, comment, index, type_name};
use crate::error::{Error, Result};
use crate::expr::lower::{Binds, Relation};
use crate::report::Report;
use crate::report::lower::{FirstKey, Lowering, SelectForm, Table};

/// What a view must be. PostgreSQL does not know that its columns are never null.
///
/// # Errors
/// As [`expected`](super::expected).
pub(super) fn expected(place: &Place<'_>) -> Result<TableShape> {
    let def = place.def;
    let columns = column::shapes(place).map_err(|error| error.in_model(def.name))?;
    let columns = columns.into_iter().map(|column| ColumnShape { nullable: true, ..column }).collect();
    let indexes = std::iter::once(key(place)).chain(index::shapes(place)?).collect();
    Ok(TableShape {
        name: def.table.to_owned(),
        comment: comment::of(def.doc),
        columns,
        indexes,
        enums: column::enums(place)?,
        ..TableShape::default()
    })
}

/// The index by which records are found, and told apart where the view is computed anew beside its readers.
fn key(place: &Place<'_>) -> IndexShape {
    let layout = place.def.layout();
    let columns = layout.key().iter().map(|position| layout.columns()[*position].name.clone()).collect();
    let column = |name| IndexColumnShape { name, is_default_class: true, ..IndexColumnShape::default() };
    IndexShape {
        name: derived(place.def.table, &[""; 0], "pkey"),
        method: "btree".to_owned(),
        unique: true,
        columns: place.led(columns).into_iter().map(column).collect(),
        ..IndexShape::default()
    }
}

/// Makes the view, which has nothing in it yet: to compute it takes long, and is done by whoever refreshes it.
///
/// # Errors
/// `Invalid` if the definition is none of a view, or if the tenants of its sources are kept in several tables.
pub(super) fn statement(place: &Place<'_>, shape: &TableShape, options: &DdlOptions) -> Result<Statement> {
    let select = select(place, shape, options).map_err(|error| error.in_model(place.def.name))?;
    let rest = format!("{} AS\n{select}\nWITH NO DATA", qualified(place.schema, &shape.name));
    Ok(Statement::new(
        Creates::View,
        &shape.name,
        format!("CREATE MATERIALIZED VIEW {rest}"),
        format!("CREATE MATERIALIZED VIEW IF NOT EXISTS {rest}"),
    ))
}

fn select(place: &Place<'_>, shape: &TableShape, options: &DdlOptions) -> Result<String> {
    let report = Report::of_view(place.def)?;
    let mut sources = Vec::new();
    for source in &report.sources {
        let source = Place::of(source.relation.model, options)?;
        if !place.can_refer_to(&source) {
            let message = format!("the records of `{}` are of another place, or of other tenants", source.def.name);
            return Err(Error::invalid(message));
        }
        sources.push(source);
    }
    let aliases: Vec<String> = (0..sources.len()).map(|i| format!("s{i}")).collect();
    let lead = |i: usize| sources[i].tenant.as_ref().map(|lead| format!("{}.{}", aliases[i], quoted(lead.name)));
    let tables: Vec<Table> = (0..sources.len())
        .map(|i| Table {
            sql: format!("{} AS {}", qualified(place.schema, sources[i].def.table), aliases[i]),
            also: lead(i).zip(lead(0)).filter(|_| i > 0).map(|(own, first)| format!("{own} = {first}")),
        })
        .collect();
    let first = place
        .tenant
        .as_ref()
        .zip(lead(0))
        .map(|(tenant, grouped)| FirstKey { selected: format!("{grouped} AS {}", quoted(tenant.name)), grouped });
    let schema = place.schema.unwrap_or_default();
    let relations: Vec<Relation<'_>> =
        sources.iter().zip(&aliases).map(|(source, alias)| Relation { def: source.def, schema, alias }).collect();
    let written = |_: &Lowering<'_>, i: usize, value: String| typed(place, shape, i, &value);
    let form = SelectForm { tables: &tables, first: first.as_ref(), output: &written };
    let mut sql = String::new();
    Lowering::new(&report, &relations, Binds::literals()).push_select(&form, &mut sql)?;
    Ok(sql)
}

/// A value in the type of its column, under the column's name.
fn typed(place: &Place<'_>, shape: &TableShape, output: usize, value: &str) -> Result<String> {
    let column = place.def.layout().columns().get(output);
    let column = column.and_then(|column| shape.column(&column.name));
    let column = column.ok_or_else(|| Error::internal("a view has a column for each output"))?;
    let type_name = match shape.enum_of(column) {
        Some(def) => type_name::with_enum_name(&column.type_name, &def.name, place.schema),
        None => column.type_name.clone(),
    };
    let collation = column.collation.as_ref().map(|name| format!(" COLLATE {}", name::quoted(name)));
    Ok(format!("({value})::{type_name}{} AS {}", collation.unwrap_or_default(), quoted(&column.name)))
}
