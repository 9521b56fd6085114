//! [`Draw`]: random valid values, of which many say whose they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use fastrand::Rng;
use geo_types::{Coord, Geometry, LineString, Point, Polygon};
use rust_decimal::Decimal;
use serde_json::json;
use sqh_model::compare::compare_as;
use sqh_model::schema::{ColumnDef, ModelDef};
use sqh_model::types::{Collection, Shape, TypeDef};
use sqh_model::{Row, Value, ValueKind};
use uuid::Uuid;

/// How many keys a model has: half of them are the same in every tenant.
pub(super) const KEYS: u32 = 24;

/// More records than a tenant has of a model.
pub(super) const MANY: u64 = 10_000;

/// Of how few values a unique column is drawn, so that they are taken often.
const UNIQUE: u32 = 5;

/// Draws values for the records of one tenant.
///
/// ```
/// # use sqh_runtime::testing::isolation::Draw;
/// fn plate(draw: &mut Draw) -> String {
///     format!("{}-{}", draw.pick(&["RV", "BS"]), draw.number(10_000))
/// }
/// # let _ = plate;
/// ```
#[derive(Debug)]
pub struct Draw {
    pub(super) rng: Rng,
    owner: Owner,
}

/// Whose values they are.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    /// The canary: letters that stand in no value of another tenant, and in no message.
    pub(super) mark: Arc<str>,
    pub(super) number: u32,
    /// The first of the days.
    pub(super) base: NaiveDate,
    /// No key is that of another.
    pub(super) is_alone: bool,
}

impl Draw {
    pub(super) fn new(seed: u64, owner: Owner) -> Self {
        Self { rng: Rng::with_seed(seed), owner }
    }

    /// A text that holds the tenant's canary. Put it wherever it fits.
    pub fn text(&mut self) -> String {
        const ENDS: &[&str] = &["", "", "", "'", "\"", "é", "%", "\\", " x"];
        let (number, end) = (self.number(64), self.pick(ENDS));
        format!("{}{number}{end}", self.owner.mark)
    }

    /// A number below another.
    pub fn number(&mut self, below: u32) -> u32 {
        self.rng.u32(0..below.max(1))
    }

    /// One of some values.
    ///
    /// # Panics
    /// If there are none.
    pub fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.rng.usize(0..values.len())]
    }

    /// True in so many of a hundred cases.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(0..100) < percent
    }

    /// A record with the key of this number. `stored` gives a value that some record of a model
    /// holds in a field.
    pub(super) fn row(
        &mut self,
        def: &'static ModelDef,
        number: u32,
        stored: &dyn Fn(&ModelDef, &str, u32) -> Option<Value>,
    ) -> Row {
        let key = self.key(def, number);
        let positions = def.layout().physical_key();
        // An embedded value is null as a whole or not at all.
        let mut absent = BTreeMap::new();
        let columns = def.layout().columns().iter().enumerate();
        let mut row = Row::with_capacity(columns.len());
        for (position, column) in columns {
            if let Some(part) = positions.iter().position(|key| *key == position) {
                row.push(key[part].clone());
                continue;
            }
            let percent = if column.field.references.is_some() { 40 } else { 20 };
            let is_absent = *absent.entry(column.root.name).or_insert_with(|| self.chance(percent));
            row.push(if is_absent && column.ty.nullable { Value::Null } else { self.cell(def, column, stored) });
        }
        row
    }

    /// The values of the key of this number, with the partition column. Even numbers give the same
    /// key in every tenant.
    pub(super) fn key(&mut self, def: &'static ModelDef, number: u32) -> Vec<Value> {
        let layout = def.layout();
        let parts = layout.key().len();
        let number_of = |part: usize| if part + 1 < parts { number / 4 * 2 + number % 2 } else { number };
        let physical = layout.physical_key().into_iter().enumerate();
        physical.map(|(part, position)| self.pooled(&layout.columns()[position], number_of(part))).collect()
    }

    fn cell(
        &mut self,
        def: &'static ModelDef,
        column: &ColumnDef,
        stored: &dyn Fn(&ModelDef, &str, u32) -> Option<Value>,
    ) -> Value {
        if let Some(reference) = column.field.references {
            let number = self.rng.u32(0..KEYS);
            let target = (reference.model)();
            let value = match reference.column {
                None => Some(self.part_of_key(target, number)),
                Some(field) => stored(target, field, number),
            };
            if let Some(value) = value {
                return value;
            }
        }
        let is_text = column.ty.kind() == ValueKind::Text && matches!(column.ty.shape, Shape::Scalar(_));
        if !self.owner.is_alone && is_text && is_unique(def, column) && self.chance(50) {
            return Value::Text(format!("u{}", self.number(UNIQUE)));
        }
        self.value(&column.ty, column.field.max_len)
    }

    fn part_of_key(&mut self, def: &'static ModelDef, number: u32) -> Value {
        match def.layout().key() {
            [position, ..] => self.pooled(&def.layout().columns()[*position], number),
            [] => Value::Null,
        }
    }

    /// The value of this number in a key.
    fn pooled(&mut self, column: &ColumnDef, number: u32) -> Value {
        let is_common = number.is_multiple_of(2) && !self.owner.is_alone;
        if let Some(reference) = column.field.references.filter(|reference| reference.column.is_none()) {
            return self.part_of_key((reference.model)(), number);
        }
        let ty = match column.ty.shape {
            Shape::Link(link) => &link.key,
            _ => &column.ty,
        };
        let whole = if is_common { number + 1 } else { (self.owner.number + 1) * 1000 + number };
        match (ty.shape, ty.kind()) {
            (Shape::Enum(def), _) => Value::Text(def.variants[number as usize % def.variants.len()].name.to_owned()),
            (Shape::Scalar(_), ValueKind::Text) if is_common => Value::Text(format!("k{number}")),
            (Shape::Scalar(_), ValueKind::Text) => {
                let text = format!("{}k{number}", self.owner.mark);
                let fits = column.field.max_len.is_none_or(|max| text.len() <= max as usize);
                Value::Text(if fits { text } else { format!("k{whole}") })
            }
            (Shape::Scalar(_), ValueKind::Uuid) => Value::Uuid(Uuid::from_u128(u128::from(whole))),
            (Shape::Scalar(_), ValueKind::Bool) => Value::Bool(is_common),
            (Shape::Scalar(_), ValueKind::Bytes) => Value::Bytes(format!("k{whole}").into_bytes()),
            _ => self.counted(ty, i64::from(whole), number).unwrap_or_else(|| self.value(ty, column.field.max_len)),
        }
    }

    /// A number, or a point in time, of types that count.
    fn counted(&self, ty: &TypeDef, whole: i64, day: u32) -> Option<Value> {
        let seconds = u32::try_from(whole % 86_400).unwrap_or_default();
        let date = self.owner.base.checked_add_days(Days::new(15 * u64::from(day)))?;
        let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0)?;
        Some(match ty.kind() {
            ValueKind::I16 => Value::I16(i16::try_from(whole % 32_000).ok()?),
            ValueKind::I32 => Value::I32(i32::try_from(whole).ok()?),
            ValueKind::I64 => Value::I64(whole),
            ValueKind::F32 => Value::F32(i16::try_from(whole % 32_000).ok()?.into()),
            ValueKind::F64 => Value::F64(i32::try_from(whole).ok()?.into()),
            ValueKind::Decimal => Value::Decimal(Decimal::from(whole)),
            ValueKind::Instant => Value::Instant(date.and_time(time).and_utc()),
            ValueKind::DateTime => Value::DateTime(date.and_time(time)),
            ValueKind::Date => Value::Date(date),
            ValueKind::Time => Value::Time(time),
            _ => return None,
        })
    }

    /// A value of a type, never null.
    pub(super) fn value(&mut self, ty: &TypeDef, max_len: Option<u32>) -> Value {
        match ty.shape {
            Shape::Enum(def) => Value::Text(def.variants[self.rng.usize(0..def.variants.len())].name.to_owned()),
            Shape::Record(def) => Value::Record(
                def.fields.iter().map(|field| self.perhaps(&field.ty, field.max_len, field.ty.nullable)).collect(),
            ),
            Shape::Collection(Collection::Array { dimensions }, element) => {
                let lengths: Vec<usize> = (0..dimensions).map(|_| self.rng.usize(1..5)).collect();
                self.array(element, &lengths)
            }
            Shape::Collection(collection, element) => {
                let count = self.rng.usize(0..4);
                let mut items: Vec<Value> =
                    (0..count).map(|_| self.perhaps(element, max_len, element.nullable)).collect();
                if collection == Collection::Set {
                    items.sort_by(|a, b| compare_as(element, a, b));
                    items.dedup_by(|a, b| compare_as(element, a, b).is_eq());
                }
                Value::Array(items)
            }
            Shape::Link(link) => {
                let number = self.rng.u32(0..KEYS);
                let target = (link.target)();
                match target.layout().key() {
                    [_] => self.part_of_key(target, number),
                    _ => self.value(&link.key, None),
                }
            }
            Shape::Scalar(_) => self.scalar(ty, max_len),
            Shape::Subdocument(_) | Shape::Parent => Value::Null,
        }
    }

    fn perhaps(&mut self, ty: &TypeDef, max_len: Option<u32>, nullable: bool) -> Value {
        if nullable && self.chance(20) { Value::Null } else { self.value(ty, max_len) }
    }

    fn array(&mut self, element: &TypeDef, lengths: &[usize]) -> Value {
        match lengths {
            [] => self.perhaps(element, None, element.nullable),
            [length, inner @ ..] => Value::Array((0..*length).map(|_| self.array(element, inner)).collect()),
        }
    }

    fn scalar(&mut self, ty: &TypeDef, max_len: Option<u32>) -> Value {
        match ty.kind() {
            ValueKind::Text => Value::Text(self.short_text(max_len)),
            ValueKind::Bytes => Value::Bytes(self.text().into_bytes()),
            ValueKind::Bool => Value::Bool(self.rng.bool()),
            ValueKind::Uuid => {
                let low = u128::from(self.rng.u64(..));
                Value::Uuid(Uuid::from_u128(u128::from(self.owner.number + 1) << 64 | low))
            }
            ValueKind::Json => Value::Json(Box::new(json!({"canary": self.text(), "number": self.number(9)}))),
            ValueKind::Geometry => Value::Geometry(Box::new(self.geometry())),
            // Some types of an application's own take small numbers only.
            ValueKind::F32 if self.chance(30) => Value::F32(0.5),
            ValueKind::F64 if self.chance(30) => Value::F64(0.5),
            _ => {
                let (day, below) = (self.number(KEYS), self.number(100));
                let whole = i64::from(self.owner.number + 1) * 100 + i64::from(below);
                self.counted(ty, whole, day).unwrap_or(Value::Null)
            }
        }
    }

    fn short_text(&mut self, max_len: Option<u32>) -> String {
        let text = self.text();
        let Some(max) = max_len.map(|max| max as usize) else { return text };
        if max < self.owner.mark.len() {
            // No canary fits.
            return text.chars().rev().take(max).collect();
        }
        text.chars().take(max).collect()
    }

    fn geometry(&mut self) -> Geometry<f64> {
        let (x, y) = (f64::from(self.owner.number % 100), f64::from(self.number(40)));
        if self.rng.bool() {
            return Point::new(x, y).into();
        }
        let corner = |dx: f64, dy: f64| Coord { x: x + dx, y: y + dy };
        let ring = vec![corner(0.0, 0.0), corner(1.0, 0.0), corner(1.0, 1.0), corner(0.0, 0.0)];
        Polygon::new(LineString(ring), Vec::new()).into()
    }
}

/// Whether a column is in a unique constraint, beside the key.
fn is_unique(def: &ModelDef, column: &ColumnDef) -> bool {
    let of_index = |name: &str| name == column.path;
    column.field.unique
        || def.indexes.iter().any(|index| index.unique && index.columns.iter().any(|column| of_index(column.field)))
}

/// The first day of this year: partitions of now are near it.
pub(super) fn first_day(now: DateTime<Utc>) -> NaiveDate {
    use chrono::Datelike as _;
    NaiveDate::from_ymd_opt(now.year(), 1, 1).unwrap_or_default()
}
