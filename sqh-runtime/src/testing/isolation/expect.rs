//! [`Expected`]: what a tenant's records must be, by the tenant's own operations.

use std::collections::BTreeMap;

use sqh_model::compare::compare_as;
use sqh_model::schema::ModelDef;
use sqh_model::{Row, Value};

use super::which::Which;

/// More states than this of one record are taken as any.
const STATES: usize = 16;

/// The records of a tenant, by model.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub(super) tables: Vec<Table>,
}

/// The records of a model, by key.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) def: &'static ModelDef,
    slots: BTreeMap<String, Slot>,
}

/// What the record of a key may be: one of these. [`Value::Unset`] stands for any value.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) states: Vec<Option<Row>>,
    /// There were too many states to keep.
    pub(super) is_open: bool,
}

static ABSENT: Slot = Slot { states: Vec::new(), is_open: false };

impl Slot {
    fn of(state: Option<Row>) -> Self {
        Self { states: vec![state], is_open: false }
    }

    pub(super) fn may_be_absent(&self) -> bool {
        self.is_open || self.states.is_empty() || self.states.contains(&None)
    }

    pub(super) fn may_be_present(&self) -> bool {
        self.is_open || self.rows().next().is_some()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.states.iter().flatten()
    }

    /// The record, if it is known what it is.
    pub(super) fn certain(&self) -> Option<&Row> {
        match self.states.as_slice() {
            [Some(row)] if !self.is_open => Some(row),
            _ => None,
        }
    }

    fn allows(&self, def: &'static ModelDef, row: &Row) -> bool {
        self.is_open || self.rows().any(|state| agrees(def, state, row))
    }

    fn add(&mut self, state: Option<Row>) {
        if !self.states.contains(&state) {
            self.states.push(state);
        }
        self.is_open |= self.states.len() > STATES;
    }
}

impl Expected {
    pub(super) fn new(models: impl Iterator<Item = &'static ModelDef>) -> Self {
        Self { tables: models.map(|def| Table { def, slots: BTreeMap::new() }).collect() }
    }

    /// It may be the one or the other.
    pub(super) fn merge(&mut self, other: Self) {
        for (table, other) in self.tables.iter_mut().zip(other.tables) {
            for key in table.slots.keys().cloned().chain(other.slots.keys().cloned()).collect::<Vec<_>>() {
                let slot = table.slots.entry(key.clone()).or_insert_with(|| Slot::of(None));
                let theirs = other.slots.get(&key).cloned().unwrap_or_else(|| Slot::of(None));
                slot.is_open |= theirs.is_open;
                theirs.states.into_iter().for_each(|state| slot.add(state));
            }
        }
    }
}

impl Table {
    pub(super) fn slot(&self, key: &str) -> &Slot {
        self.slots.get(key).unwrap_or(&ABSENT)
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.slots.values()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.slots.values().flat_map(Slot::rows)
    }

    /// The record of a key is this now.
    pub(super) fn put(&mut self, key: String, state: Option<Row>) {
        match state {
            None => drop(self.slots.remove(&key)),
            state => drop(self.slots.insert(key, Slot::of(state))),
        }
    }

    /// The record of a key may be this now.
    pub(super) fn may(&mut self, key: String, state: Option<Row>) {
        self.slots.entry(key).or_insert_with(|| Slot::of(None)).add(state);
    }

    /// Each record that matches has become another, or nothing; `sure` says whether it has.
    pub(super) fn change(&mut self, which: &Which, sure: bool, change: &dyn Fn(&Row) -> Option<Row>) {
        let def = self.def;
        for slot in self.slots.values_mut() {
            let before = std::mem::take(&mut slot.states);
            for state in before {
                let holds = state.as_ref().map_or(Some(false), |row| which.holds(def, row));
                let changed = state.as_ref().filter(|_| holds != Some(false)).map(change);
                if holds != Some(true) || !sure {
                    slot.add(state);
                }
                if let Some(changed) = changed {
                    slot.add(changed);
                }
            }
        }
        self.slots.retain(|_, slot| slot.is_open || slot.may_be_present());
    }

    /// The record of a key, if there is one, may have become another, or nothing.
    pub(super) fn may_become(&mut self, key: &str, change: &dyn Fn(&Row) -> Option<Row>) {
        if let Some(slot) = self.slots.get_mut(key) {
            let changed: Vec<_> = slot.rows().map(change).collect();
            changed.into_iter().for_each(|state| slot.add(state));
        }
    }

    /// Fewest and most records that match.
    pub(super) fn count(&self, which: &Which) -> (u64, u64) {
        let holds = |row: &Row| which.holds(self.def, row);
        let sure = self.slots().filter(|slot| slot.certain().is_some_and(|row| holds(row) == Some(true)));
        let possible = |slot: &&Slot| slot.is_open || slot.rows().any(|row| holds(row) != Some(false));
        (sure.count() as u64, self.slots().filter(possible).count() as u64)
    }

    /// Whether a record may be the tenant's.
    pub(super) fn check(&self, row: &Row) -> Result<(), String> {
        let slot = self.slot(&key_of(self.def, row));
        if slot.allows(self.def, row) {
            return Ok(());
        }
        Err(format!("{row:?} is no record of the tenant: it has {:?} under this key", slot.states))
    }

    /// What is stored is this, and from now on it is known.
    pub(super) fn reconcile(&mut self, rows: Vec<Row>) -> Result<(), String> {
        let mut found = BTreeMap::new();
        for row in rows {
            self.check(&row)?;
            if let Some(twice) = found.insert(key_of(self.def, &row), row) {
                return Err(format!("{twice:?} is stored twice"));
            }
        }
        if let Some((key, slot)) =
            self.slots.iter().find(|(key, slot)| !found.contains_key(*key) && !slot.may_be_absent())
        {
            return Err(format!("the record {key} is gone, which was {:?}", slot.states));
        }
        self.slots = found.into_iter().map(|(key, row)| (key, Slot::of(Some(row)))).collect();
        Ok(())
    }
}

/// The name of a record's key.
pub(super) fn key_of(def: &'static ModelDef, row: &[Value]) -> String {
    let key = def.layout().physical_key();
    key_name(key.iter().map(|position| &row[*position]))
}

pub(super) fn key_name<'a>(key: impl Iterator<Item = &'a Value>) -> String {
    format!("{:?}", key.collect::<Vec<_>>())
}

/// Whether a row is what was expected.
pub(super) fn agrees(def: &'static ModelDef, expected: &[Value], row: &[Value]) -> bool {
    let columns = def.layout().columns().iter();
    columns.zip(expected).zip(row).all(|((column, expected), value)| {
        expected.is_unset() || value.is_unset() || compare_as(&column.ty, expected, value).is_eq()
    })
}

/// What will be stored of a record that is sent, as far as the caller knows.
pub(super) fn as_stored(def: &'static ModelDef, row: &[Value]) -> Row {
    let columns = def.layout().columns().iter();
    let known = columns.zip(row).map(|(column, value)| {
        // The server writes its own types in its own way.
        let is_known = !column.root.is_managed() && column.field.sql_type.is_none();
        if is_known { value.clone() } else { Value::Unset }
    });
    known.collect()
}

/// What becomes of a record that is changed.
pub(super) fn changed(def: &'static ModelDef, row: &[Value], changes: &[Value]) -> Row {
    let columns = def.layout().columns().iter().zip(row.iter().zip(changes));
    let values = columns.map(|(column, (value, change))| {
        let root = column.root;
        if root.updated_at || root.version || root.generated.is_some() {
            return Value::Unset;
        }
        let is_known = column.field.sql_type.is_none() && !root.is_managed();
        if change.is_unset() || root.is_managed() {
            value.clone()
        } else if is_known {
            change.clone()
        } else {
            Value::Unset
        }
    });
    values.collect()
}
