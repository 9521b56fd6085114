//! Statements on the records that match.

use std::fmt::Write as _;

use sqh_model::expr::lower::{Binds, Relation, quoted};
use sqh_model::expr::{Filter, Query};
use sqh_model::types::FieldType as _;
use sqh_model::{Result, Row, Value};

use super::{Codec, Input, RowCodec, Source, Statement, read_columns};

/// `SELECT` of some columns of the records of a query.
pub(in crate::backend::postgres) fn select(
    relation: &Relation<'_>,
    query: &Query,
    scope: &Filter,
    columns: &[usize],
) -> Result<Statement> {
    let mut binds = Binds::default();
    let order = query.total_order(relation.def)?;
    let read = read_columns(relation, columns.iter().copied());
    let mut sql = format!("SELECT {read} FROM {} AS t WHERE ", relation.table());
    matching(relation, &query.filter, scope, &mut sql, &mut binds)?;
    if let Some(cursor) = &query.after {
        sql.push_str(" AND ");
        relation.push_after(&order, &cursor.values(relation.def)?, &mut sql, &mut binds)?;
    }
    if !order.is_empty() {
        sql.push_str(" ORDER BY ");
        relation.push_order(&order, &mut sql);
    }
    let mut bound = |word: &str, number: u64| {
        let number = Value::I64(i64::try_from(number).unwrap_or(i64::MAX));
        let _ = write!(sql, " {word} {}", binds.free(i64::DEF, number));
    };
    if let Some(limit) = query.limit {
        bound("LIMIT", limit);
    }
    if query.offset > 0 {
        bound("OFFSET", query.offset);
    }
    let reply = RowCodec::of_columns(relation.def, columns.iter().copied());
    Ok(Statement { def: relation.def, sql: sql.into(), reply, inputs: Vec::new(), binds, scopes: 0 })
}

/// The number of records that match, as the only column of the only row.
pub(in crate::backend::postgres) fn count(
    relation: &Relation<'_>,
    filter: &Filter,
    scope: &Filter,
) -> Result<Statement> {
    about(relation, "SELECT count(*)", filter, scope)
}

/// What the planner thinks of the records that match, as JSON.
pub(in crate::backend::postgres) fn explain(
    relation: &Relation<'_>,
    filter: &Filter,
    scope: &Filter,
) -> Result<Statement> {
    about(relation, "EXPLAIN (FORMAT JSON) SELECT", filter, scope)
}

/// Deletes the records that match.
pub(in crate::backend::postgres) fn delete(
    relation: &Relation<'_>,
    filter: &Filter,
    scope: &Filter,
) -> Result<Statement> {
    about(relation, "DELETE", filter, scope)
}

/// Changes the records that match. With `returning` the changed records come back, to be checked.
pub(in crate::backend::postgres) fn update(
    relation: &Relation<'_>,
    filter: &Filter,
    scope: &Filter,
    changes: &Row,
    returning: bool,
) -> Result<Statement> {
    let layout = relation.def.layout();
    let mut inputs = Vec::new();
    let mut set = Vec::new();
    for (position, column) in layout.columns().iter().enumerate() {
        let name = quoted(&column.name);
        if column.root.version {
            set.push(format!("{name} = {} + 1", relation.column(position)));
        } else if !changes[position].is_unset() {
            inputs.push(Input { codec: Codec::of_column(column), position, source: Source::Row });
            let number = inputs.len();
            let bind = sqh_model::expr::lower::placeholder(number, &column.ty, column.field.sql_type, relation.schema);
            set.push(format!("{name} = {bind}"));
        }
    }
    if set.is_empty() {
        let first = layout.physical_key().first().copied().unwrap_or_default();
        set.push(format!("{} = {}", quoted(&layout.columns()[first].name), relation.column(first)));
    }
    let mut binds = Binds::behind(inputs.len());
    let mut sql = format!("UPDATE {} AS t SET {} WHERE ", relation.table(), set.join(", "));
    matching(relation, filter, scope, &mut sql, &mut binds)?;
    if returning {
        let _ = write!(sql, " RETURNING {}", read_columns(relation, 0..layout.columns().len()));
    }
    Ok(Statement {
        def: relation.def,
        sql: sql.into(),
        reply: RowCodec::of_model(relation.def),
        inputs,
        binds,
        scopes: 0,
    })
}

fn about(relation: &Relation<'_>, verb: &str, filter: &Filter, scope: &Filter) -> Result<Statement> {
    let mut binds = Binds::default();
    let mut sql = format!("{verb} FROM {} AS t WHERE ", relation.table());
    matching(relation, filter, scope, &mut sql, &mut binds)?;
    Ok(Statement {
        def: relation.def,
        sql: sql.into(),
        reply: RowCodec::of_columns(relation.def, []),
        inputs: Vec::new(),
        binds,
        scopes: 0,
    })
}

fn matching(
    relation: &Relation<'_>,
    filter: &Filter,
    scope: &Filter,
    sql: &mut String,
    binds: &mut Binds,
) -> Result<()> {
    relation.push_filter(filter, sql, binds)?;
    if *scope != Filter::Everything {
        sql.push_str(" AND ");
        relation.push_filter(scope, sql, binds)?;
    }
    Ok(())
}
