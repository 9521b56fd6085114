//! Statements on the records that match.

use sqh_model::expr::lower::{Binds, placeholder, quoted};
use sqh_model::expr::{Filter, Query};
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
    let mut sql = Sql::select(target, &target.read(columns.iter().copied()));
    matching(&mut sql, &query.filter, scope, &mut binds)?;
    if let Some(cursor) = &query.after {
        sql.push(" AND ");
        relation.push_after(&order, &cursor.values(def)?, sql.text(), &mut binds)?;
    }
    if !order.is_empty() {
        sql.push(" ORDER BY ");
        relation.push_order(&order, sql.text());
    }
    let mut bound = |word: &str, number: u64| {
        let number = Value::I64(i64::try_from(number).unwrap_or(i64::MAX));
        sql.push(&format!(" {word} {}", binds.free(i64::DEF, number)));
    };
    if let Some(limit) = query.limit {
        bound("LIMIT", limit);
    }
    if query.offset > 0 {
        bound("OFFSET", query.offset);
    }
    Ok(Statement::new(target, sql, RowCodec::of_columns(def, columns.iter().copied()), binds))
}

/// The number of records that match, as the only column of the only row.
pub(in crate::backend::postgres) fn count(target: &Target<'_>, filter: &Filter, scope: &Filter) -> Result<Statement> {
    about(target, Sql::select(target, "count(*)"), filter, scope)
}

/// What the planner thinks of the records that match, as JSON.
pub(in crate::backend::postgres) fn explain(target: &Target<'_>, filter: &Filter, scope: &Filter) -> Result<Statement> {
    let statement = about(target, Sql::select(target, ""), filter, scope)?;
    Ok(Statement { sql: format!("EXPLAIN (FORMAT JSON) {}", statement.sql).into(), ..statement })
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
