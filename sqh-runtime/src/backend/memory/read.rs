//! Reads: from a snapshot, in the order that a query states.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::StreamExt as _;
use sqh_model::compare::compare_as;
use sqh_model::expr::{Filter, Query};
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result, Row, Value};

use super::database::Tables;
use super::key::Key;
use super::statement::Work;
use super::table::Table;
use crate::op::{Op, Reply};

impl Work {
    /// Answers a read.
    pub(super) fn read(self, tables: &Tables) -> Result<Reply> {
        let Self { model, filter, op, .. } = self;
        let empty;
        let table = match tables.get(model.table) {
            Some(table) => table,
            None => {
                empty = Arc::new(Table::new(model)?);
                &empty
            }
        };
        let select = |filter: Filter, query: &Query| select(model, table, &filter.and(query.filter.clone()), query);
        Ok(match op {
            Op::Get { key } => {
                let found = Self::rows_of_key(model, &filter, table, key)?;
                Reply::Row(found.map(|(_, row)| Row::clone(&row)))
            }
            Op::List(query) => Reply::Rows(owned(select(filter, &query)?)),
            Op::Search { text, query } => Reply::Rows(owned(select(filter.and(search(model, &text)), &query)?)),
            Op::Select { query, columns } => {
                let rows = select(filter, &query)?;
                let narrow = |row: Arc<Row>| columns.iter().map(|position| row[*position].clone()).collect();
                Reply::Rows(rows.into_iter().map(narrow).collect())
            }
            Op::Related { query, column, values } => {
                let values: BTreeSet<Key> = values.into_iter().map(|value| Key(vec![value])).collect();
                let mut rows = select(filter, &Query { limit: None, ..query.clone() })?;
                keep_of_each(&mut rows, column, &values, query.limit);
                Reply::Rows(owned(rows))
            }
            Op::Count { filter: wanted, .. } => Reply::Count(matching(model, table, &filter.and(wanted))?.len() as u64),
            Op::Stream(query) => {
                let rows = select(filter, &query)?;
                Reply::Stream(futures::stream::iter(rows).map(|row| Ok(Row::clone(&row))).boxed())
            }
            other => return Err(Error::unsupported(format!("the memory backend knows no read `{}`", other.name()))),
        })
    }
}

fn owned(rows: Vec<Arc<Row>>) -> Vec<Row> {
    rows.into_iter().map(Arc::unwrap_or_clone).collect()
}

/// Keeps the rows that have one of the values in a column, and of each value no more than the limit.
fn keep_of_each(rows: &mut Vec<Arc<Row>>, column: usize, values: &BTreeSet<Key>, limit: Option<u64>) {
    let mut counts = BTreeMap::new();
    rows.retain(|row| {
        let value = Key(vec![row[column].clone()]);
        if !values.contains(&value) {
            return false;
        }
        let count = counts.entry(value).or_insert(0);
        *count += 1;
        limit.is_none_or(|limit| *count <= limit)
    });
}

fn matching<'a>(model: &'static ModelDef, table: &'a Table, filter: &Filter) -> Result<Vec<&'a Arc<Row>>> {
    let mut found = Vec::new();
    for (_, row) in table.rows() {
        if filter.matches(model, row)? {
            found.push(row);
        }
    }
    Ok(found)
}

fn select(model: &'static ModelDef, table: &Table, filter: &Filter, query: &Query) -> Result<Vec<Arc<Row>>> {
    let mut rows = matching(model, table, filter)?;
    let order = query.total_order(model)?;
    let arc = |row: &Row| match &query.nearest {
        Some(nearest) => model.layout().position(&nearest.field).and_then(|position| nearest.arc(&row[position])),
        None => None,
    };
    let farness = |row: &Row| arc(row).unwrap_or(f64::INFINITY);
    rows.sort_by(|a, b| {
        let by_nearness = query.nearest.as_ref().map_or(Ordering::Equal, |_| farness(a).total_cmp(&farness(b)));
        by_nearness.then_with(|| compare_in(model, &order, |i| &a[order[i].0], |i| &b[order[i].0]))
    });
    if let Some(cursor) = &query.after {
        let place = cursor.values(model)?;
        rows.retain(|row| compare_in(model, &order, |i| &row[order[i].0], |i| &place[i]).is_gt());
    }
    let skip = usize::try_from(query.offset).unwrap_or(usize::MAX);
    let take = query.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(rows.into_iter().skip(skip).take(take).cloned().collect())
}

// Nulls come last when ascending, and so first when descending.
fn compare_in<'a>(
    model: &'static ModelDef,
    order: &[(usize, bool)],
    left: impl Fn(usize) -> &'a Value,
    right: impl Fn(usize) -> &'a Value,
) -> Ordering {
    let columns = model.layout().columns();
    let each = order.iter().enumerate().map(|(i, (position, descending))| {
        let order = compare_as(&columns[*position].ty, left(i), right(i));
        if *descending { order.reverse() } else { order }
    });
    each.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn search(model: &'static ModelDef, text: &str) -> Filter {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    let fields = model.layout().columns().iter().filter(|column| column.field.search.is_some());
    let holds =
        |path: &'static str| Filter::Like { field: path.into(), pattern: pattern.clone(), case_sensitive: false };
    Filter::Or(fields.map(|column| holds(&column.path)).collect())
}
