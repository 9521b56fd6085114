//! References: what PostgreSQL's foreign keys do at the end of a statement.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqh_model::schema::{ModelDef, OnDelete};
use sqh_model::{Error, Result, Row, Value};

use super::constraints::ForeignKey;
use super::key::Key;
use super::statement::Statement;

/// A table's reference to one whose rows have changed, and the values that are there no more.
struct Bereft {
    model: &'static ModelDef,
    key: ForeignKey,
    values: BTreeSet<Key>,
}

impl Statement<'_> {
    /// Deletes and sets to null what the models say, and then makes sure that every reference which
    /// the statement has touched finds its record.
    ///
    /// # Errors
    /// `Conflict`, naming the model and field that refer.
    pub(super) fn keep_references(&mut self) -> Result<()> {
        let mut seen = 0;
        // What follows a deletion may be a deletion that others follow.
        while seen < self.changes.len() {
            let bereft = self.bereft(seen, true);
            seen = self.changes.len();
            bereft.iter().for_each(|bereft| self.follow(bereft));
        }
        self.in_server(|statement| {
            statement.check_what_was_written()?;
            statement.bereft(0, false).iter().try_for_each(|bereft| statement.check_none_refers(bereft))
        })
    }

    /// The references to rows that were there before the changes from `start` on and whose values
    /// are not there now; `deleted_only` leaves out rows that are there with other values.
    fn bereft(&self, start: usize, deleted_only: bool) -> Vec<Bereft> {
        let mut bereft = Vec::new();
        for table in self.tables.values() {
            for key in &table.constraints.foreign {
                let mut values = BTreeSet::new();
                for change in self.changes[start..].iter().filter(|change| change.table == key.target.table) {
                    let Some(target) = self.tables.get(change.table) else { continue };
                    let old = change.before.as_ref().and_then(|row| Key::without_null(row, &key.target_columns));
                    let Some(old) = old else { continue };
                    let is_deleted = target.row(&change.key).is_none();
                    if (is_deleted || !deleted_only) && target.find(&key.target_columns, &old).is_none() {
                        values.insert(old);
                    }
                }
                if !values.is_empty() {
                    bereft.push(Bereft { model: table.def, key: key.clone(), values });
                }
            }
        }
        bereft
    }

    fn referring(&self, bereft: &Bereft) -> Vec<(Key, Arc<Row>)> {
        let refers = |row: &Row| {
            Key::without_null(row, &bereft.key.columns).is_some_and(|values| bereft.values.contains(&values))
        };
        let rows = self.table(bereft.model).rows().filter(|(_, row)| refers(row));
        rows.map(|(key, row)| (key.clone(), Arc::clone(row))).collect()
    }

    fn follow(&mut self, bereft: &Bereft) {
        match bereft.key.on_delete {
            OnDelete::Cascade => {
                for (key, _) in self.referring(bereft) {
                    self.put(bereft.model, &key, None);
                }
            }
            OnDelete::SetNull => {
                for (key, row) in self.referring(bereft) {
                    let mut row = Row::clone(&row);
                    bereft.key.columns.iter().for_each(|position| row[*position] = Value::Null);
                    self.put(bereft.model, &key, Some(Arc::new(row)));
                }
            }
            OnDelete::Restrict | OnDelete::NoAction => {}
        }
    }

    fn check_none_refers(&self, bereft: &Bereft) -> Result<()> {
        if self.referring(bereft).is_empty() {
            return Ok(());
        }
        Err(Error::conflict(format!("records of `{}` refer to it", bereft.model.name)))
    }

    fn check_what_was_written(&self) -> Result<()> {
        for change in &self.changes {
            let Some(table) = self.tables.get(change.table) else { continue };
            let Some(row) = table.row(&change.key) else { continue };
            for key in &table.constraints.foreign {
                let Some(values) = Key::without_null(row, &key.columns) else { continue };
                let before = change.before.as_ref().map(|before| Key::of(before, &key.columns));
                let target = self.tables.get(key.target.table);
                let is_there = target.is_some_and(|target| target.find(&key.target_columns, &values).is_some());
                if before.as_ref() != Some(&values) && !is_there {
                    let path = &table.def.layout().columns()[key.columns[0]].path;
                    return Err(
                        Error::conflict(format!("there is no such `{}` record", key.target.name)).in_field(path)
                    );
                }
            }
        }
        Ok(())
    }
}
