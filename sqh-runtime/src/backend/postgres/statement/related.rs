//! The statement for related records: those of many values of a column, and of each value the first few.

use std::borrow::Cow;

use sqh_model::expr::lower::Binds;
use sqh_model::expr::{Filter, Query};
use sqh_model::schema::{IndexDef, IndexMethod, ModelDef};
use sqh_model::types::{FieldType as _, Shape};
use sqh_model::{Result, Value};

use super::sql::Sql;
use super::target::Target;
use super::{ALIAS, RowCodec, Statement, filtered};

/// The number of a record among those of its value. No column has this name: it has a space in it, and a
/// field would have to ask for it.
const RANK: &str = "\"sqh rank\"";

/// `SELECT` of the records whose column has one of the values.
pub(in crate::backend::postgres) fn select(
    target: &Target<'_>,
    query: &Query,
    column: usize,
    values: Vec<Value>,
    scope: &Filter,
) -> Result<Statement> {
    let columns = 0..target.def.layout().columns().len();
    let Some(limit) = query.limit else {
        let filter = one_of(target.def, column, values).and(query.filter.clone());
        let query = Query { filter, order: query.order.clone(), ..Query::default() };
        return filtered::select(target, &query, scope, &columns.collect::<Vec<_>>());
    };
    let mut order = String::new();
    target.relation().push_order(&query.total_order(target.def)?, &mut order);
    let limit = Value::I64(i64::try_from(limit).unwrap_or(i64::MAX));
    let mut binds = Binds::behind(target.leading());
    let select = if begins_an_index(target.def, column) { sought } else { numbered };
    let mut sql = select(target, &Parts { query, column, scope, order: &order, limit }, values, &mut binds)?;
    sql.push(&format!(" ORDER BY {order}"));
    Ok(Statement::new(target, sql, RowCodec::of_columns(target.def, columns), binds))
}

struct Parts<'a> {
    query: &'a Query,
    column: usize,
    scope: &'a Filter,
    order: &'a str,
    limit: Value,
}

/// Seeks the records of one value after the other. An index in the order of the query gives the first few
/// at once; without any index each value would read the whole table.
fn sought<'a>(target: &Target<'a>, parts: &Parts<'_>, values: Vec<Value>, binds: &mut Binds) -> Result<Sql<'a>> {
    let relation = target.relation();
    let values = binds.many_of_column(&target.def.layout().columns()[parts.column], values, relation.schema);
    let mut sql = Sql::select(target, &format!("{ALIAS}.*"));
    sql.and(&format!("{} = k.v", relation.column(parts.column)));
    filtered::matching(&mut sql, &parts.query.filter, parts.scope, binds)?;
    let limit = binds.free(i64::DEF, parts.limit.clone());
    sql.push(&format!(" ORDER BY {} LIMIT {limit}", parts.order));
    Ok(sql.select_of(&target.read_all(), &format!("unnest({values}) AS k(v) CROSS JOIN LATERAL ")))
}

/// Reads the records of all values once, and numbers those of each.
fn numbered<'a>(target: &Target<'a>, parts: &Parts<'_>, values: Vec<Value>, binds: &mut Binds) -> Result<Sql<'a>> {
    let (by, order) = (target.relation().column(parts.column), parts.order);
    let rank = format!("row_number() OVER (PARTITION BY {by} ORDER BY {order}) AS {RANK}");
    let mut sql = Sql::select(target, &format!("{ALIAS}.*, {rank}"));
    let filter = one_of(target.def, parts.column, values).and(parts.query.filter.clone());
    filtered::matching(&mut sql, &filter, parts.scope, binds)?;
    let mut sql = sql.select_of(&target.read_all(), "");
    let limit = binds.free(i64::DEF, parts.limit.clone());
    sql.and(&format!("{ALIAS}.{RANK} <= {limit}"));
    Ok(sql)
}

fn one_of(def: &'static ModelDef, column: usize, values: Vec<Value>) -> Filter {
    Filter::In { field: Cow::Borrowed(def.layout().columns()[column].path.as_str()), values }
}

/// Whether an index finds the records of one value of a column.
fn begins_an_index(def: &'static ModelDef, position: usize) -> bool {
    let layout = def.layout();
    let column = &layout.columns()[position];
    let begins = |index: &IndexDef| {
        let is_first = index.columns.first().is_some_and(|first| first.field == column.path);
        is_first && index.using == IndexMethod::Btree && index.predicate.is_none()
    };
    // A list of lists is taken apart down to its elements.
    let is_plain = !matches!(column.ty.shape, Shape::Collection(..));
    let is_first_of_key = layout.physical_key().first() == Some(&position);
    is_plain && (is_first_of_key || column.field.unique || column.field.index || def.indexes.iter().any(begins))
}
