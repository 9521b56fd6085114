//! Draws what to ask next.

use sqh_model::expr::version_value;
use sqh_model::schema::{ModelDef, StorageConfig};
use sqh_model::types::Shape;
use sqh_model::{Error, Result, Row, Value, ValueKind};

use super::call::{Call, Key};
use super::draw::{Draw, KEYS, MANY};
use super::expect::Expected;
use super::face::Face;
use super::judge::unique_sets;
use super::which::{Asked, Which};

/// How many records are drawn until one is of the model's type.
const TRIES: u32 = 400;

/// Draws calls on a model.
pub(super) struct Step<'a> {
    pub(super) draw: &'a mut Draw,
    pub(super) face: &'a dyn Face,
    pub(super) expected: &'a Expected,
    pub(super) at: usize,
}

impl Step<'_> {
    fn def(&self) -> &'static ModelDef {
        self.face.def()
    }

    /// A call that changes nothing.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub(super) fn read(&mut self) -> Result<Call> {
        Ok(match self.draw.number(21) {
            20 => Call::MayCreate(self.record()?),
            0..6 => Call::Get(self.key()),
            6..12 => Call::List(self.asked()),
            12..14 => Call::Columns(self.asked(), self.columns()),
            14..16 => match self.has_search() {
                true => Call::Search(self.searched(), self.asked()),
                false => Call::List(self.asked()),
            },
            16 => match (self.trigram_column(), self.def().search_language) {
                (column, Some(_)) if self.draw.chance(50) => Call::Words(self.searched(), column.is_some()),
                (Some(column), _) => Call::Fuzzy(column, self.searched()),
                (None, _) => Call::Count(self.which()),
            },
            _ => Call::Count(self.which()),
        })
    }

    /// A call that may change something.
    pub(super) fn write(&mut self) -> Result<Call> {
        Ok(match self.draw.number(20) {
            0..7 => Call::Create(self.record()?),
            7..9 => {
                let count = self.draw.number(4) + 1;
                Call::Batch((0..count).map(|_| self.record()).collect::<Result<_>>()?)
            }
            9..12 => Call::Upsert { row: self.record()?, by: self.conflict() },
            12..15 => {
                let key = self.key();
                Call::Update { version: self.version(&key), key, changes: self.changes(true)? }
            }
            15 => Call::Replace(self.replacement()?),
            16..18 => Call::Delete(self.key()),
            18 => Call::UpdateWhere(self.which(), self.changes(false)?),
            _ => Call::DeleteWhere(self.few()),
        })
    }

    /// A call that makes a record.
    pub(super) fn create(&mut self) -> Result<Call> {
        self.record().map(Call::Create)
    }

    /// A call that changes the record of a key.
    pub(super) fn change_of(&mut self, key: &Key) -> Result<Call> {
        let changes = self.changes(true)?;
        if self.draw.chance(50) {
            return Ok(Call::Update { version: self.version(key), key: key.clone(), changes });
        }
        let mut row = self.record()?;
        let positions = self.def().layout().physical_key().into_iter();
        positions.zip(&key.full).for_each(|(position, value)| row[position] = value.clone());
        Ok(Call::Upsert { row, by: Vec::new() })
    }

    /// A new record of the model.
    ///
    /// # Errors
    /// `Invalid` if none of those drawn is of the model's type.
    pub(super) fn record(&mut self) -> Result<Row> {
        let number = self.draw.rng.u32(0..KEYS);
        if let Some(mut row) = self.face.made(self.draw).transpose()? {
            let key = self.draw.key(self.def(), number);
            for (position, value) in self.def().layout().physical_key().into_iter().zip(key) {
                row[position] = value;
            }
            if let Some(row) = self.face.accept(row) {
                return Ok(row);
            }
        }
        let expected = self.expected;
        let stored = |model: &ModelDef, field: &str, number: u32| {
            let table = expected.tables.iter().find(|table| *table.def == *model)?;
            let position = table.def.layout().position(field)?;
            let count = table.rows().count().max(1);
            table.rows().nth(number as usize % count).map(|row| row[position].clone()).filter(|value| !value.is_unset())
        };
        for _ in 0..TRIES {
            let row = self.draw.row(self.def(), number, &stored);
            if let Some(row) = self.face.accept(row) {
                return Ok(row);
            }
        }
        Err(Error::invalid("no random record is one of the model: draw them by `model_with`").in_model(self.def().name))
    }

    /// A record, with the version that is stored.
    fn replacement(&mut self) -> Result<Row> {
        let mut row = self.record()?;
        let version = self.version(&Key { full: self.key_of(&row), parts: 0 });
        if let Some((position, version)) = self.def().layout().role(|field| field.version).zip(version) {
            row[position] = version_value(self.def(), version)?;
        }
        Ok(row)
    }

    fn key_of(&self, row: &Row) -> Vec<Value> {
        self.def().layout().physical_key().into_iter().map(|position| row[position].clone()).collect()
    }

    fn key(&mut self) -> Key {
        let number = self.draw.rng.u32(0..KEYS);
        let full = self.draw.key(self.def(), number);
        let declared = self.def().layout().key().len();
        let parts = if self.draw.chance(50) { declared } else { full.len() };
        Key { full, parts }
    }

    /// The version that is stored, if it is known and wanted.
    fn version(&mut self, key: &Key) -> Option<i64> {
        let def = self.def();
        let position = def.layout().role(|field| field.version)?;
        let wanted = key.parts == 0 || self.draw.chance(30);
        let name = super::expect::key_name(key.full.iter());
        let known = self.expected.tables[self.at].slot(&name).certain().map(|row| row[position].clone());
        match known? {
            _ if !wanted => None,
            Value::I16(version) => Some(version.into()),
            Value::I32(version) => Some(version.into()),
            Value::I64(version) => Some(version),
            _ => None,
        }
    }

    /// New values for some columns; for many records none that must be unique.
    fn changes(&mut self, may_be_unique: bool) -> Result<Row> {
        let def = self.def();
        let row = self.record()?;
        let layout = def.layout();
        let (key, unique) = (layout.physical_key(), unique_sets(def).concat());
        let mut any = false;
        let mut changes = Vec::with_capacity(row.len());
        for (position, (column, value)) in layout.columns().iter().zip(row).enumerate() {
            let is_fixed = key.contains(&position)
                || column.root.is_managed()
                // An embedded value is changed as a whole or not at all.
                || column.root.name != column.field.name
                || !may_be_unique && (unique.contains(&position) || is_reference(column.field.references.is_some(), &column.ty.shape));
            let is_said = !is_fixed && (!any || self.draw.chance(40));
            any |= is_said;
            changes.push(if is_said { value } else { Value::Unset });
        }
        Ok(changes)
    }

    /// The columns of the constraint that decides an upsert; none for the key.
    fn conflict(&mut self) -> Vec<usize> {
        let def = self.def();
        let fields = def.layout().columns().iter().enumerate();
        let mut known: Vec<Vec<usize>> =
            fields.filter(|(_, column)| column.field.unique).map(|(i, _)| vec![i]).collect();
        let indexes = def.indexes.iter().filter(|index| index.unique && index.predicate.is_none());
        known.extend(indexes.map(|index| {
            index.columns.iter().filter_map(|column| def.layout().position(column.field)).collect::<Vec<_>>()
        }));
        if known.is_empty() || self.draw.chance(50) {
            return Vec::new();
        }
        known.swap_remove(self.draw.rng.usize(0..known.len()))
    }

    fn which(&mut self) -> Which {
        match self.draw.number(4) {
            0 => Which::All,
            _ => self.few(),
        }
    }

    /// A filter that finds few.
    fn few(&mut self) -> Which {
        let def = self.def();
        let columns = def.layout().columns();
        let first = def.layout().key()[0];
        let numbers = [self.draw.rng.u32(0..KEYS), self.draw.rng.u32(0..KEYS)];
        let values = numbers.map(|number| self.draw.key(def, number).swap_remove(0));
        let texts: Vec<usize> =
            (0..columns.len()).filter(|i| is_text(&columns[*i].ty.shape, columns[*i].ty.kind())).collect();
        match self.draw.number(3) {
            0 => Which::In(first, values.to_vec()),
            1 if !texts.is_empty() => {
                let position = self.draw.pick(&texts);
                let start = self.draw.text().chars().filter(|c| c.is_ascii_alphanumeric()).take(7).collect::<String>();
                if self.draw.number(2) == 0 {
                    Which::Like(position, start + "%")
                } else {
                    Which::Regex(position, format!("^{start}"))
                }
            }
            _ => {
                let [value, _] = values;
                Which::Eq(first, value)
            }
        }
    }

    fn asked(&mut self) -> Asked {
        let StorageConfig { high_volume, .. } = self.def().storage;
        let key = self.def().layout().key();
        let order = self.draw.chance(30).then(|| (key[0], self.draw.chance(50)));
        let is_whole = self.draw.chance(60);
        let limit = match is_whole {
            true => high_volume.then_some(MANY),
            false => Some(u64::from(self.draw.number(6))),
        };
        let offset = if is_whole { 0 } else { u64::from(self.draw.number(3)) };
        Asked { which: self.which(), order, limit, offset }
    }

    fn columns(&mut self) -> Vec<usize> {
        let all = self.def().layout().columns().len();
        let mut columns: Vec<usize> = (0..all).filter(|_| self.draw.chance(40)).collect();
        columns.truncate(8);
        if columns.is_empty() { vec![0] } else { columns }
    }

    fn has_search(&self) -> bool {
        self.def().layout().columns().iter().any(|column| column.field.search.is_some())
    }

    /// A text that is asked for: a piece of the tenant's own, or one that many have.
    fn searched(&mut self) -> String {
        match self.draw.number(3) {
            0 => String::new(),
            1 => "u1".to_owned(),
            _ => self.draw.text().chars().filter(|c| c.is_ascii_alphanumeric()).take(6).collect(),
        }
    }

    fn trigram_column(&self) -> Option<usize> {
        let index = self.def().indexes.iter().find(|index| index.is_of_trigrams())?;
        self.def().layout().position(index.columns.first()?.field)
    }
}

fn is_text(shape: &Shape, kind: ValueKind) -> bool {
    matches!(shape, Shape::Scalar(def) if !def.via_text) && kind == ValueKind::Text
}

fn is_reference(by_attribute: bool, shape: &Shape) -> bool {
    by_attribute || matches!(shape, Shape::Link(_))
}
