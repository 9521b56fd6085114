//! [`Table`]: the rows of a model by physical key, and its unique constraints.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result, Row, Value};

use super::constraints::Constraints;
use super::key::Key;
use crate::backend::taken;

/// The rows of a model.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) def: &'static ModelDef,
    pub(super) constraints: Arc<Constraints>,
    rows: BTreeMap<Key, Arc<Row>>,
    // For each unique constraint the physical keys by its values.
    unique: Vec<BTreeMap<Key, Key>>,
}

impl Table {
    /// An empty table.
    ///
    /// # Errors
    /// `Unsupported` for what only SQL can say.
    pub(super) fn new(def: &'static ModelDef) -> Result<Self> {
        let constraints = Arc::new(Constraints::of(def)?);
        let unique = vec![BTreeMap::new(); constraints.unique.len()];
        Ok(Self { def, constraints, rows: BTreeMap::new(), unique })
    }

    /// The physical key of a row.
    pub(super) fn key(&self, row: &[Value]) -> Key {
        Key::of(row, &self.constraints.key)
    }

    /// All rows in the order of their keys.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&Key, &Arc<Row>)> {
        self.rows.iter()
    }

    pub(super) fn row(&self, key: &Key) -> Option<&Arc<Row>> {
        self.rows.get(key)
    }

    /// The rows whose physical key starts with these values: one for a physical key, and for a
    /// declared one as many as there are partitions with it.
    pub(super) fn rows_of<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = (&'a Key, &'a Arc<Row>)> {
        self.rows.range(key..).take_while(move |(found, _)| found.starts_with(key))
    }

    /// The physical key of the row with these values in some columns.
    pub(super) fn find(&self, columns: &[usize], values: &Key) -> Option<Key> {
        if columns == self.constraints.key {
            return self.rows.contains_key(values).then(|| values.clone());
        }
        let Some(constraint) = self.constraints.unique.iter().position(|unique| unique == columns) else {
            let mut rows = self.rows.iter();
            return rows.find(|(_, row)| Key::of(row, columns) == *values).map(|(key, _)| key.clone());
        };
        self.unique[constraint].get(values).cloned()
    }

    /// Makes sure that a row in the place of `own` shares no unique values with another.
    ///
    /// # Errors
    /// `Conflict`, naming the field.
    pub(super) fn check_unique(&self, row: &[Value], own: Option<&Key>) -> Result<()> {
        let key = self.key(row);
        if own != Some(&key) && self.rows.contains_key(&key) {
            return Err(self.taken(&self.constraints.key));
        }
        for (columns, index) in self.constraints.unique.iter().zip(&self.unique) {
            let taken_by = Key::without_null(row, columns).and_then(|values| index.get(&values));
            if taken_by.is_some_and(|other| own != Some(other)) {
                return Err(self.taken(columns));
            }
        }
        Ok(())
    }

    /// Puts a row in the place of a key, or takes the one there away; gives back what was there.
    pub(super) fn put(&mut self, key: &Key, row: Option<Arc<Row>>) -> Option<Arc<Row>> {
        let before = match &row {
            Some(row) => self.rows.insert(key.clone(), Arc::clone(row)),
            None => self.rows.remove(key),
        };
        for (columns, index) in self.constraints.unique.iter().zip(&mut self.unique) {
            if let Some(values) = before.as_ref().and_then(|before| Key::without_null(before, columns)) {
                index.remove(&values);
            }
            if let Some(values) = row.as_ref().and_then(|row| Key::without_null(row, columns)) {
                index.insert(values, key.clone());
            }
        }
        before
    }

    /// The error for values in some columns that another record has.
    pub(super) fn taken(&self, columns: &[usize]) -> Error {
        let layout = self.def.layout();
        taken(columns.iter().map(|position| layout.columns()[*position].path.as_str()))
    }
}
