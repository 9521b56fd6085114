//! What a read may give.

use sqh_model::schema::ModelDef;
use sqh_model::{Row, Value};

use super::super::call::{Answer, Call};
use super::super::draw::MANY;
use super::super::expect::{Table, key_of};
use super::super::which::Asked;
use super::{Verdict, ensure, name};

impl Table {
    /// Judges what came of a read.
    pub(in crate::testing::isolation) fn read(&self, way: &str, call: &Call, answer: &Answer) -> Verdict {
        let is_paged = way.starts_with("page");
        match (call, answer) {
            (Call::Get(key), Answer::Row(None)) => {
                ensure(self.slot(&name(key)).may_be_absent(), || "a record was not found that is there".into())
            }
            (Call::Get(key), Answer::Row(Some(row))) => {
                ensure(key_of(self.def, row) == name(key), || format!("another record came: {row:?}"))?;
                self.check(row)
            }
            (Call::List(asked), Answer::Rows(rows)) => {
                self.rows_are(rows, asked, is_paged || asked.is_whole(), &|row| asked.which.holds(self.def, row))
            }
            (Call::Search(text, asked), Answer::Rows(rows)) => self.rows_are(rows, asked, asked.is_whole(), &|row| {
                both(asked.which.holds(self.def, row), found_by(self.def, text, row))
            }),
            (Call::Fuzzy(..) | Call::Words(..), Answer::Rows(rows)) => rows.iter().try_for_each(|row| self.check(row)),
            (Call::Refresh, _) => Err("a model that is no view was computed anew".into()),
            (Call::Columns(asked, _), Answer::Columns(columns, rows)) => self.parts_are(rows, columns, asked),
            (Call::Count(_), Answer::Count(_)) if way == "count_estimate" => Ok(()),
            (Call::Count(which), Answer::Count(count)) => self.counted(which, *count),
            (Call::Get(key), Answer::Lines(_)) => {
                ensure(self.slot(&name(key)).may_be_present(), || "what is not there was explained".into())
            }
            (_, Answer::Lines(_)) => Ok(()),
            (_, answer) => Err(format!("{answer:?} is no answer to that")),
        }
    }

    fn rows_are(&self, rows: &[Row], asked: &Asked, is_whole: bool, holds: &dyn Fn(&Row) -> Option<bool>) -> Verdict {
        let mut seen = std::collections::BTreeSet::new();
        for row in rows {
            self.check(row)?;
            ensure(holds(row) != Some(false), || format!("{row:?} was not asked for"))?;
            ensure(seen.insert(key_of(self.def, row)), || format!("{row:?} came twice"))?;
        }
        ensure(asked.limit.unwrap_or(MANY) >= rows.len() as u64 || is_whole, || "more came than asked for".into())?;
        let mut missing = self.slots().filter_map(|slot| slot.certain()).filter(|row| holds(row) == Some(true));
        let missing = missing.find(|row| is_whole && !seen.contains(&key_of(self.def, row)));
        missing.map_or(Ok(()), |row| Err(format!("{row:?} is missing in what came")))
    }

    fn parts_are(&self, parts: &[Row], columns: &[usize], asked: &Asked) -> Verdict {
        let fits = |row: &Row, part: &Row| {
            let types = self.def.layout().columns();
            columns.iter().zip(part).all(|(position, value)| {
                let expected = &row[*position];
                expected.is_unset() || sqh_model::compare::compare_as(&types[*position].ty, expected, value).is_eq()
            })
        };
        let is_known = |part: &Row| self.slots().any(|slot| slot.is_open) || self.rows().any(|row| fits(row, part));
        match parts.iter().find(|part| !is_known(part)) {
            Some(part) => Err(format!("{part:?} is of no record of the tenant")),
            None if asked.is_whole() => self.counted(&asked.which, parts.len() as u64),
            None => Ok(()),
        }
    }
}

/// Both, where one that is false decides.
fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    if one == Some(false) || other == Some(false) { Some(false) } else { one.and(other) }
}

/// Whether search finds a record by a text.
fn found_by(def: &'static ModelDef, text: &str, row: &[Value]) -> Option<bool> {
    let text = text.to_lowercase();
    let columns = def.layout().columns().iter().zip(row).filter(|(column, _)| column.field.search.is_some());
    let mut is_unknown = false;
    for (_, value) in columns {
        match value {
            Value::Text(value) if value.to_lowercase().contains(&text) => return Some(true),
            Value::Unset => is_unknown = true,
            _ => {}
        }
    }
    (!is_unknown).then_some(false)
}
