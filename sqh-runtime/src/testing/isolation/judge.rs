//! What an outcome means: whether it can be true of the tenant's own records, and what they are then.

mod reading;

use sqh_model::schema::ModelDef;
use sqh_model::types::Shape;
use sqh_model::{Error, ErrorKind, Row, Value};

use super::call::{Answer, Call, Key};
use super::expect::{Expected, Table, agrees, as_stored, changed, key_name, key_of};
use super::which::Which;

/// What came of a call.
pub(super) enum Outcome<'a> {
    Answered(&'a Answer),
    /// It has had no effect.
    Refused(&'a Error),
    /// It may have had its effect, or will have.
    Unknown,
}

/// Why an outcome cannot be.
pub(super) type Verdict = Result<(), String>;

impl Expected {
    /// Judges the outcome of a call on a model, and learns from it.
    pub(super) fn judge(&mut self, at: usize, way: &str, call: &Call, outcome: &Outcome<'_>) -> Verdict {
        match outcome {
            Outcome::Answered(answer) if call.is_write() => self.written(at, call, answer),
            Outcome::Answered(answer) => self.tables[at].read(way, call, answer),
            Outcome::Refused(error) => self.refused(at, call, error),
            Outcome::Unknown => {
                self.unknown(at, call);
                Ok(())
            }
        }
    }

    fn written(&mut self, at: usize, call: &Call, answer: &Answer) -> Verdict {
        let table = &mut self.tables[at];
        let def = table.def;
        match (call, answer) {
            (Call::Create(row), Answer::Row(Some(stored))) => table.created(row, Some(stored)),
            (Call::Batch(batch), Answer::Rows(stored)) => {
                ensure(batch.len() == stored.len(), || format!("{} records were stored", stored.len()))?;
                batch.iter().zip(stored).try_for_each(|(row, stored)| table.created(row, Some(stored)))
            }
            (Call::Batch(batch), Answer::Count(count)) => {
                ensure(batch.len() as u64 == *count, || format!("{count} records were stored"))?;
                batch.iter().try_for_each(|row| table.created(row, None))
            }
            (Call::Upsert { row, by }, Answer::Row(Some(stored))) => {
                let is_own = key_of(def, stored) == key_of(def, row);
                if by.is_empty() {
                    ensure(is_own, || format!("another record was changed: {stored:?}"))?;
                }
                let slot = table.slot(&key_of(def, stored));
                ensure(is_own || slot.may_be_present(), || format!("another's record was changed: {stored:?}"))?;
                ensure(agrees(def, &without_key(def, as_stored(def, row)), stored), || stored_else(stored))?;
                table.put(key_of(def, stored), Some(stored.clone()));
                Ok(())
            }
            (Call::Update { key, changes, .. }, Answer::Row(Some(stored))) => table.updated(key, changes, stored),
            (Call::Replace(row), Answer::Row(Some(stored))) => {
                ensure(table.slot(&key_of(def, row)).may_be_present(), || {
                    "a record was changed that is not there".into()
                })?;
                ensure(agrees(def, &as_stored(def, row), stored), || stored_else(stored))?;
                table.put(key_of(def, row), Some(stored.clone()));
                Ok(())
            }
            (Call::Delete(key), Answer::Count(count)) => {
                let slot = table.slot(&name(key));
                ensure(*count == 0 || slot.may_be_present(), || "a record was deleted that is not there".into())?;
                ensure(*count > 0 || slot.may_be_absent(), || "a record was not found that is there".into())?;
                table.put(name(key), None);
                self.loosen(def);
                Ok(())
            }
            (Call::UpdateWhere(which, changes), Answer::Count(count)) => {
                table.counted(which, *count)?;
                table.change(which, true, &|row| Some(changed(def, row, changes)));
                Ok(())
            }
            (Call::DeleteWhere(which), Answer::Count(count)) => {
                table.counted(which, *count)?;
                table.change(which, true, &|_| None);
                self.loosen(def);
                Ok(())
            }
            (_, answer) => Err(format!("{answer:?} is no answer to that")),
        }
    }

    /// What may have happened.
    pub(super) fn unknown(&mut self, at: usize, call: &Call) {
        let table = &mut self.tables[at];
        let def = table.def;
        match call {
            Call::Create(row) => table.may(key_of(def, row), Some(as_stored(def, row))),
            Call::Batch(batch) => {
                batch.iter().for_each(|row| table.may(key_of(def, row), Some(as_stored(def, row))));
            }
            Call::Upsert { row, .. } | Call::Replace(row) => {
                let change = without_key(def, as_stored(def, row));
                let become_it = |state: &Row| Some(over(def, state, &change));
                match call {
                    // It decides by another constraint, and so by any record.
                    Call::Upsert { by, .. } if !by.is_empty() => table.change(&Which::All, false, &become_it),
                    _ => table.may_become(&key_of(def, row), &become_it),
                }
                if matches!(call, Call::Upsert { .. }) {
                    table.may(key_of(def, row), Some(as_stored(def, row)));
                }
            }
            Call::Update { key, changes, .. } => {
                table.may_become(&name(key), &|row| Some(changed(def, row, changes)));
            }
            Call::UpdateWhere(which, changes) => table.change(which, false, &|row| Some(changed(def, row, changes))),
            Call::Delete(key) => {
                table.may_become(&name(key), &|_| None);
                self.loosen(def);
            }
            Call::DeleteWhere(which) => {
                table.change(which, false, &|_| None);
                self.loosen(def);
            }
            _ => {}
        }
    }

    /// A record of `def` may have gone, and what refers to it with it.
    fn loosen(&mut self, def: &'static ModelDef) {
        let mut gone = vec![def];
        while let Some(gone_from) = gone.pop() {
            for table in &mut self.tables {
                let references = references_to(table.def, gone_from);
                if references.is_empty() {
                    continue;
                }
                table.change(&Which::All, false, &|row| {
                    let mut row = row.clone();
                    references.iter().for_each(|position| row[*position] = Value::Null);
                    Some(row)
                });
                table.change(&Which::All, false, &|_| None);
                if table.def != gone_from && table.def != def {
                    gone.push(table.def);
                }
            }
        }
    }

    fn refused(&self, at: usize, call: &Call, error: &Error) -> Verdict {
        let table = &self.tables[at];
        let def = table.def;
        let unexplained = || format!("it was refused for what is no record of the tenant: {error}");
        match (error.kind(), call) {
            (ErrorKind::NotFound, Call::Get(key) | Call::Update { key, .. } | Call::Delete(key)) => {
                ensure(table.slot(&name(key)).may_be_absent(), || "a record was not found that is there".into())
            }
            (ErrorKind::NotFound, Call::Replace(row)) => {
                let slot = table.slot(&key_of(def, row));
                ensure(slot.may_be_absent(), || "a record was not found that is there".into())
            }
            (ErrorKind::Conflict, Call::Create(row) | Call::Upsert { row, .. }) => {
                ensure(table.may_conflict(row, true), unexplained)
            }
            (ErrorKind::Conflict, Call::Batch(batch)) => {
                let may_conflict = |row: &Row| table.may_conflict(row, true);
                ensure(batch.iter().any(may_conflict) || has_twins(def, batch), unexplained)
            }
            (ErrorKind::Conflict, Call::Replace(row)) => {
                let is_versioned = def.layout().role(|field| field.version).is_some();
                ensure(is_versioned || table.may_conflict(row, false) || self.is_referred_to(def), unexplained)
            }
            (ErrorKind::Conflict, Call::Update { changes, version, .. }) => {
                ensure(version.is_some() || table.may_conflict(changes, false) || self.is_referred_to(def), unexplained)
            }
            (ErrorKind::Conflict, Call::UpdateWhere(_, changes)) => {
                ensure(table.may_conflict(changes, false), unexplained)
            }
            (ErrorKind::Conflict, Call::Delete(_) | Call::DeleteWhere(_)) => {
                ensure(self.is_referred_to(def), unexplained)
            }
            (ErrorKind::NotFound | ErrorKind::Conflict, _) => Err(unexplained()),
            _ => Ok(()),
        }
    }

    pub(super) fn is_referred_to(&self, def: &'static ModelDef) -> bool {
        self.tables.iter().any(|table| !references_to(table.def, def).is_empty())
    }
}

impl Table {
    fn created(&mut self, row: &Row, stored: Option<&Row>) -> Verdict {
        let def = self.def;
        let key = key_of(def, row);
        ensure(self.slot(&key).may_be_absent(), || format!("{key} was created over a record that is there"))?;
        let expected = as_stored(def, row);
        ensure(stored.is_none_or(|stored| agrees(def, &expected, stored)), || format!("it stored {stored:?}"))?;
        self.put(key, Some(stored.cloned().unwrap_or(expected)));
        Ok(())
    }

    fn updated(&mut self, key: &Key, changes: &Row, stored: &Row) -> Verdict {
        let def = self.def;
        let slot = self.slot(&name(key));
        let fits = |state: &Row| agrees(def, &changed(def, state, changes), stored);
        ensure(slot.is_open || slot.rows().any(fits), || {
            format!("the record has become {stored:?}, and was {:?}", slot.states)
        })?;
        self.put(name(key), Some(stored.clone()));
        Ok(())
    }

    fn counted(&self, which: &Which, count: u64) -> Verdict {
        let (fewest, most) = self.count(which);
        ensure((fewest..=most).contains(&count), || {
            format!("{count} records match, and the tenant has from {fewest} to {most}")
        })
    }

    /// Whether a row may be in conflict with a record of the tenant.
    fn may_conflict(&self, row: &[Value], is_new: bool) -> bool {
        let (def, columns) = (self.def, self.def.layout().columns());
        if is_new && self.slot(&key_of(def, row)).may_be_present() {
            return true;
        }
        let refers = |(column, value): (&sqh_model::schema::ColumnDef, &Value)| {
            let is_reference = column.field.references.is_some() || matches!(column.ty.shape, Shape::Link(_));
            is_reference && !value.is_null() && !value.is_unset()
        };
        if columns.iter().zip(row).any(refers) {
            return true;
        }
        let is_open = self.slots().any(|slot| slot.is_open);
        // A change of any column may bring a record under a partial constraint.
        let is_partial = def.indexes.iter().any(|index| index.unique && index.predicate.is_some());
        unique_sets(def).iter().any(|set| {
            let is_said = set.iter().any(|position| !row[*position].is_unset()) || is_partial;
            is_said && (is_open || self.rows().any(|other| shares(def, set, row, other)))
        })
    }
}

/// The columns of each unique constraint beside the key.
pub(super) fn unique_sets(def: &'static ModelDef) -> Vec<Vec<usize>> {
    let layout = def.layout();
    let fields = (0..layout.columns().len()).filter(|i| layout.columns()[*i].field.unique).map(|i| vec![i]);
    let indexes = def.indexes.iter().filter(|index| index.unique);
    let indexes =
        indexes.map(|index| index.columns.iter().filter_map(|column| layout.position(column.field)).collect());
    fields.chain(indexes).collect()
}

/// Whether two rows have the same values in some columns, as far as that is known.
fn shares(def: &'static ModelDef, set: &[usize], row: &[Value], other: &[Value]) -> bool {
    set.iter().all(|position| {
        let (a, b) = (&row[*position], &other[*position]);
        let is_unknown = a.is_unset() || b.is_unset();
        is_unknown
            || !a.is_null() && sqh_model::compare::compare_as(&def.layout().columns()[*position].ty, a, b).is_eq()
    })
}

fn has_twins(def: &'static ModelDef, batch: &[Row]) -> bool {
    let same = |a: &Row, b: &Row| {
        key_of(def, a) == key_of(def, b) || unique_sets(def).iter().any(|set| shares(def, set, a, b))
    };
    batch.iter().enumerate().any(|(i, a)| batch[..i].iter().any(|b| same(a, b)))
}

/// The columns by which one model refers to another.
fn references_to(def: &'static ModelDef, target: &'static ModelDef) -> Vec<usize> {
    let columns = def.layout().columns().iter().enumerate();
    let refers = columns.filter(|(_, column)| {
        let by_attribute = column.field.references.is_some_and(|reference| *(reference.model)() == *target);
        by_attribute || matches!(column.ty.shape, Shape::Link(link) if *(link.target)() == *target)
    });
    refers.map(|(position, _)| position).collect()
}

fn without_key(def: &'static ModelDef, mut row: Row) -> Row {
    def.layout().physical_key().into_iter().for_each(|position| row[position] = Value::Unset);
    row
}

/// What an upsert makes of a record that is there.
fn over(def: &'static ModelDef, state: &Row, change: &Row) -> Row {
    let key = def.layout().physical_key();
    let columns = def.layout().columns().iter().enumerate();
    let stays =
        |position, root: &sqh_model::schema::FieldDef| key.contains(&position) || root.created_at || root.tenant;
    let values =
        columns.map(
            |(position, column)| {
                if stays(position, column.root) { state[position].clone() } else { change[position].clone() }
            },
        );
    values.collect()
}

pub(super) fn name(key: &Key) -> String {
    key_name(key.full.iter())
}

fn stored_else(stored: &Row) -> String {
    format!("what was stored is not what was sent: {stored:?}")
}

fn ensure(holds: bool, reason: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(reason()) }
}
