//! [`Work`]: an operation on its tables. A write happens as a whole or not at all.

use std::sync::Arc;

use sqh_model::compare::compare;
use sqh_model::expr::Filter;
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result, Row, Value};

use super::database::Tables;
use super::key::Key;
use super::stored;
use super::table::Table;
use crate::backend::not_to_be_written;
use crate::engine::{Route, Scoped};
use crate::op::{Op, Reply};

/// An operation with all that it needs.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) model: &'static ModelDef,
    pub(super) route: Route,
    /// The records that the principal may touch.
    pub(super) filter: Filter,
    /// What every record must be once it is written.
    pub(super) check: Filter,
    pub(super) op: Op,
}

/// Why a write did not happen.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Error,
    /// Whether PostgreSQL would have noticed it in the server, which fails the transaction.
    pub(super) in_server: bool,
}

impl Work {
    /// Takes an operation apart. The rows of a batch are produced here, before any lock is held.
    ///
    /// # Errors
    /// The first error of a batch's rows.
    pub(super) fn of(scoped: Scoped) -> Result<Self> {
        let (model, route) = (scoped.model(), scoped.route().clone());
        let (filter, check) = (scoped.filter().clone(), scoped.check().clone());
        let op = match scoped.into_op() {
            Op::BatchCreate { rows, returning } => {
                let rows = rows.collect::<Result<Vec<_>>>()?;
                Op::BatchCreate { rows: Box::new(rows.into_iter().map(Ok)), returning }
            }
            op => op,
        };
        Ok(Self { model, route, filter, check, op })
    }

    /// Does a write, or undoes what it did of it.
    pub(super) fn write(self, tables: &mut Tables) -> Result<Reply, Failure> {
        let mut statement = Statement { tables, changes: Vec::new(), written: Vec::new(), in_server: false };
        let outcome = statement.run(self);
        outcome.map_err(|error| {
            statement.undo();
            Failure { error, in_server: statement.in_server }
        })
    }

    /// The rows that a key names and the principal may touch: one, none, or several of one declared
    /// key.
    pub(super) fn rows_of_key(
        model: &'static ModelDef,
        filter: &Filter,
        table: &Table,
        key: Vec<Value>,
    ) -> Result<Option<(Key, Arc<Row>)>> {
        let key = Key(key);
        let mut found = None;
        for (key, row) in table.rows_of(&key) {
            if !filter.matches(model, row)? {
                continue;
            }
            if found.replace((key.clone(), Arc::clone(row))).is_some() {
                let partition = model.layout().partition().map(|position| &model.layout().columns()[position].path);
                let partition = partition.map_or("", String::as_str);
                return Err(Error::conflict(format!("several records have this key: add their `{partition}` to it")));
            }
        }
        Ok(found)
    }
}

/// A write on its way.
pub(super) struct Statement<'a> {
    pub(super) tables: &'a mut Tables,
    /// What was in the place of each key before it was changed, in the order of the changes.
    pub(super) changes: Vec<Change>,
    /// The records that the operation itself wrote, as they are stored.
    written: Vec<Arc<Row>>,
    pub(super) in_server: bool,
}

/// What was in the place of a key.
pub(super) struct Change {
    pub(super) table: &'static str,
    pub(super) key: Key,
    pub(super) before: Option<Arc<Row>>,
}

impl Statement<'_> {
    fn run(&mut self, work: Work) -> Result<Reply> {
        let Work { model, filter, check, op, .. } = work;
        self.open(model)?;
        let reply = match op {
            Op::Create(row) => Reply::Row(Some(self.insert(model, row)?)),
            Op::BatchCreate { rows, returning } => {
                let rows = rows.map(|row| self.insert(model, row?)).collect::<Result<Vec<_>>>()?;
                if returning { Reply::Rows(rows) } else { Reply::Count(rows.len() as u64) }
            }
            Op::Upsert { row, conflict, keep } => Reply::Row(Some(self.upsert(model, &filter, row, &conflict, &keep)?)),
            Op::Update { key, changes, version } => {
                let found = Work::rows_of_key(model, &filter, self.table(model), key)?;
                let updated = found.map(|(key, row)| {
                    check_version(model, &row, version.as_ref())?;
                    self.update(model, &key, &row, &changes)
                });
                Reply::Row(updated.transpose()?)
            }
            Op::UpdateWhere { filter: wanted, changes } => {
                let found = self.matching(model, &filter.clone().and(wanted))?;
                for (key, row) in &found {
                    self.update(model, key, row, &changes)?;
                }
                Reply::Count(found.len() as u64)
            }
            Op::Delete { key, version } => {
                let found = Work::rows_of_key(model, &filter, self.table(model), key)?;
                if let Some((key, row)) = &found {
                    check_version(model, row, version.as_ref())?;
                    self.put(model, key, None);
                }
                Reply::Count(found.is_some().into())
            }
            Op::DeleteWhere { filter: wanted } => {
                let found = self.matching(model, &filter.clone().and(wanted))?;
                for (key, _) in &found {
                    self.put(model, key, None);
                }
                Reply::Count(found.len() as u64)
            }
            other => return Err(Error::unsupported(format!("the memory backend knows no write `{}`", other.name()))),
        };
        self.keep_references()?;
        self.check_written(model, &check)?;
        Ok(reply)
    }

    fn insert(&mut self, model: &'static ModelDef, row: Row) -> Result<Row> {
        let row = stored::row(model, row)?;
        let key = self.table(model).key(&row);
        self.in_server(|statement| statement.table(model).check_unique(&row, None))?;
        self.write_row(model, &key, row.clone());
        Ok(row)
    }

    fn upsert(
        &mut self,
        model: &'static ModelDef,
        filter: &Filter,
        row: Row,
        conflict: &[usize],
        keep: &[usize],
    ) -> Result<Row> {
        let row = stored::row(model, row)?;
        let known = Key::without_null(&row, conflict).and_then(|values| self.table(model).find(conflict, &values));
        let Some(key) = known else {
            return self.insert(model, row);
        };
        let old =
            self.table(model).row(&key).cloned().ok_or_else(|| Error::internal("a constraint names a missing row"))?;
        if !filter.matches(model, &old)? {
            return Err(self.table(model).taken(conflict));
        }
        let layout = model.layout();
        let mut changes = row;
        for (position, column) in layout.columns().iter().enumerate() {
            let stays = (column.root.is_managed() && !column.root.updated_at) || keep.contains(&position);
            if stays || layout.physical_key().contains(&position) {
                changes[position] = Value::Unset;
            }
        }
        self.update(model, &key, &old, &changes)
    }

    fn update(&mut self, model: &'static ModelDef, key: &Key, old: &Row, changes: &Row) -> Result<Row> {
        let mut row = old.clone();
        for (position, column) in model.layout().columns().iter().enumerate() {
            if column.root.version {
                row[position] = next_version(&old[position]).map_err(|error| error.in_field(&column.path))?;
            } else if !changes[position].is_unset() {
                row[position] = stored::value(column, changes[position].clone())?;
            }
        }
        self.in_server(|statement| statement.table(model).check_unique(&row, Some(key)))?;
        self.write_row(model, key, row.clone());
        Ok(row)
    }

    fn write_row(&mut self, model: &'static ModelDef, key: &Key, row: Row) {
        let row = Arc::new(row);
        self.written.push(Arc::clone(&row));
        self.put(model, key, Some(row));
    }

    // When all else is found to be right, as where a statement has to have run to give its rows.
    fn check_written(&self, model: &'static ModelDef, check: &Filter) -> Result<()> {
        for row in &self.written {
            if !check.matches(model, row)? {
                return Err(not_to_be_written(model));
            }
        }
        Ok(())
    }

    fn matching(&self, model: &'static ModelDef, filter: &Filter) -> Result<Vec<(Key, Arc<Row>)>> {
        let mut found = Vec::new();
        for (key, row) in self.table(model).rows() {
            if filter.matches(model, row)? {
                found.push((key.clone(), Arc::clone(row)));
            }
        }
        Ok(found)
    }

    /// Does what PostgreSQL would do in the server.
    pub(super) fn in_server<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let outcome = work(self);
        self.in_server |= outcome.is_err();
        outcome
    }

    pub(super) fn put(&mut self, model: &'static ModelDef, key: &Key, row: Option<Arc<Row>>) {
        let before = self.table_mut(model.table).put(key, row);
        self.changes.push(Change { table: model.table, key: key.clone(), before });
    }

    pub(super) fn table(&self, model: &'static ModelDef) -> &Table {
        self.tables.get(model.table).expect("a statement opens its table first")
    }

    fn table_mut(&mut self, name: &'static str) -> &mut Table {
        Arc::make_mut(self.tables.get_mut(name).expect("a statement opens its table first"))
    }

    fn open(&mut self, model: &'static ModelDef) -> Result<()> {
        if !self.tables.contains_key(model.table) {
            self.tables.insert(model.table, Arc::new(Table::new(model)?));
        }
        Ok(())
    }

    fn undo(&mut self) {
        for change in std::mem::take(&mut self.changes).into_iter().rev() {
            self.table_mut(change.table).put(&change.key, change.before);
        }
    }
}

fn check_version(model: &'static ModelDef, row: &Row, expected: Option<&Value>) -> Result<()> {
    let (Some(position), Some(expected)) = (model.layout().role(|field| field.version), expected) else {
        return Ok(());
    };
    let stored = &row[position];
    if compare(stored, expected).is_eq() {
        return Ok(());
    }
    let number = |value: &Value| integer(value).map_or_else(|| "none".to_owned(), |number| number.to_string());
    Err(Error::conflict(format!("stale version: expected {}, stored {}", number(expected), number(stored))))
}

fn next_version(version: &Value) -> Result<Value> {
    let next = match version {
        Value::I16(version) => version.checked_add(1).map(Value::I16),
        Value::I32(version) => version.checked_add(1).map(Value::I32),
        Value::I64(version) => version.checked_add(1).map(Value::I64),
        _ => return Err(Error::internal("a version is an integer")),
    };
    next.ok_or_else(|| Error::invalid("the version has reached the limit of its type"))
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::I16(value) => Some((*value).into()),
        Value::I32(value) => Some((*value).into()),
        Value::I64(value) => Some(*value),
        _ => None,
    }
}
