//! Statements on the records that match.

use sqh_model::expr::lower::{Binds, placeholder, quoted};
use sqh_model::expr::{Filter, Nearest, Query};
use sqh_model::types::FieldType as _;
use sqh_model::{Result, Row, Value};

use super::sql::Sql;
use super::target::Target;
use super::{ALIAS, Codec, Input, RowCodec, Source, Statement};

/// `SELECT` of some columns of the records of a query.
pub(in crate::backend::postgres) fn select(
    target: &Target<'_>,
    query: &Query,
    scope: &Filter,
    columns: &[usize],
) -> Result<Statement> {
    let (def, relation) = (target.def, target.relation());
    let mut binds = Binds::behind(target.leading());
    let order = query.total_order(def)?;
    let mut sql = match (&query.nearest, query.limit) {
        (Some(nearest), Some(limit)) => {
            let count = limit.saturating_add(query.offset);
            near(target, query, scope, (nearest, count), &mut binds)?
                .select_of(&target.read(columns.iter().copied()), "")
        }
        _ => {
            let mut sql = Sql::select(target, &target.read(columns.iter().copied()));
            matching(&mut sql, &query.filter, scope, &mut binds)?;
            sql
        }
    };
    if let Some(cursor) = &query.after {
        sql.push(" AND ");
        relation.push_after(&order, &cursor.values(def)?, sql.text(), &mut binds)?;
    }
    if let Some(nearest) = &query.nearest {
        sql.push(" ORDER BY ");
        relation.push_nearest(nearest, sql.text(), &mut binds)?;
    }
    if !order.is_empty() {
        sql.push(if query.nearest.is_some() { ", " } else { " ORDER BY " });
        relation.push_order(&order, sql.text());
    }
    let mut bound = |word: &str, count: u64| sql.push(&format!(" {word} {}", number(count, &mut binds)));
    if let Some(limit) = query.limit {
        bound("LIMIT", limit);
    }
    if query.offset > 0 {
        bound("OFFSET", query.offset);
    }
    Ok(Statement::new(target, sql, RowCodec::of_columns(def, columns.iter().copied()), binds))
}

/// So many of the nearest, and all that are as near as the last of them: an index gives them in the order of
/// nearness alone, and the key decides among those that are equally near.
fn near<'a>(
    target: &Target<'a>,
    query: &Query,
    scope: &Filter,
    (nearest, count): (&Nearest, u64),
    binds: &mut Binds,
) -> Result<Sql<'a>> {
    let mut sql = Sql::select(target, "*");
    matching(&mut sql, &query.filter, scope, binds)?;
    sql.push(" ORDER BY ");
    target.relation().push_nearest(nearest, sql.text(), binds)?;
    sql.push(&format!(" FETCH FIRST ({}) ROWS WITH TIES", number(count, binds)));
    Ok(sql)
}

fn number(count: u64, binds: &mut Binds) -> String {
    binds.free(i64::DEF, Value::I64(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// The number of records that match, as the only column of the only row.
pub(in crate::backend::postgres) fn count(target: &Target<'_>, filter: &Filter, scope: &Filter) -> Result<Statement> {
    about(target, Sql::select(target, "count(*)"), filter, scope)
}

/// What the planner thinks of the records that match, as JSON.
pub(in crate::backend::postgres) fn explain(target: &Target<'_>, filter: &Filter, scope: &Filter) -> Result<Statement> {
    about(target, Sql::select(target, ""), filter, scope).map(Statement::estimated)
}

/// Deletes the records that match.
pub(in crate::backend::postgres) fn delete(target: &Target<'_>, filter: &Filter, scope: &Filter) -> Result<Statement> {
    about(target, Sql::delete(target), filter, scope)
}

/// Changes the records that match. With `returning` the changed records come back, to be checked.
pub(in crate::backend::postgres) fn update(
    target: &Target<'_>,
    filter: &Filter,
    scope: &Filter,
    changes: &Row,
    returning: bool,
) -> Result<Statement> {
    let (layout, relation) = (target.def.layout(), target.relation());
    let mut inputs = Vec::new();
    let mut set = Vec::new();
    for (position, column) in layout.columns().iter().enumerate() {
        let name = quoted(&column.name);
        if column.root.version {
            set.push(format!("{name} = {} + 1", relation.column(position)));
        } else if !changes[position].is_unset() && !target.is_tenant(position) {
            inputs.push(Input { codec: Codec::of_column(column), position, source: Source::Row });
            let number = target.leading() + inputs.len();
            let bind = placeholder(number, &column.ty, column.field.sql_type, relation.schema);
            set.push(format!("{name} = {bind}"));
        }
    }
    if set.is_empty() {
        let first = layout.physical_key().first().copied().unwrap_or_default();
        set.push(format!("{} = {}", quoted(&layout.columns()[first].name), relation.column(first)));
    }
    let mut binds = Binds::behind(target.leading() + inputs.len());
    let mut sql = Sql::update(target, &set);
    matching(&mut sql, filter, scope, &mut binds)?;
    if returning {
        sql.returning_all();
    }
    let statement = Statement { inputs, ..Statement::new(target, sql, RowCodec::of_model(target.def), binds) };
    Ok(if returning { statement } else { statement.without_records() })
}

fn about(target: &Target<'_>, mut sql: Sql<'_>, filter: &Filter, scope: &Filter) -> Result<Statement> {
    let mut binds = Binds::behind(target.leading());
    matching(&mut sql, filter, scope, &mut binds)?;
    Ok(Statement::new(target, sql, RowCodec::of_columns(target.def, []), binds).without_records())
}

pub(super) fn matching(sql: &mut Sql<'_>, filter: &Filter, scope: &Filter, binds: &mut Binds) -> Result<()> {
    sql.and_filter(ALIAS, filter, binds)?;
    sql.and_filter(ALIAS, scope, binds)
}
