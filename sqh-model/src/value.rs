//! [`Value`]: one field's value between the typed struct and a backend.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A value as every backend, filter and hook sees it. Which variant a field uses is said by its
/// [`TypeDef`](crate::types::TypeDef) and by nothing else.
///
/// Instants and times hold whole microseconds, which is what PostgreSQL stores.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing was said: a create takes the column's default, an update leaves the column as it is.
    Unset,
    /// SQL `NULL`, JSON `null`, an absent property.
    Null,
    /// `boolean`
    Bool(bool),
    /// `smallint`
    I16(i16),
    /// `integer`
    I32(i32),
    /// `bigint`
    I64(i64),
    /// `real`
    F32(f32),
    /// `double precision`
    F64(f64),
    /// `numeric`
    Decimal(Decimal),
    /// `text`, `varchar(n)`, and each type that travels as text
    Text(String),
    /// `bytea`
    Bytes(Vec<u8>),
    /// `uuid`
    Uuid(Uuid),
    /// `timestamptz`
    Instant(DateTime<Utc>),
    /// `timestamp`
    DateTime(NaiveDateTime),
    /// `date`
    Date(NaiveDate),
    /// `time`
    Time(NaiveTime),
    /// `jsonb`
    Json(Box<serde_json::Value>),
    /// `geometry(…, 4326)`: longitude and latitude in degrees
    Geometry(Box<geo_types::Geometry<f64>>),
    /// An array; the elements' type is in the type definition.
    Array(Vec<Value>),
    /// An embedded value, its fields in declaration order.
    Record(Vec<Value>),
}

/// The discriminant of a [`Value`]: what a backend must be able to carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the variant of `Value` of the same name")]
pub enum ValueKind {
    Bool,
    I16,
    I32,
    I64,
    F32,
    F64,
    Decimal,
    Text,
    Bytes,
    Uuid,
    Instant,
    DateTime,
    Date,
    Time,
    Json,
    Geometry,
    Array,
    Record,
}

impl Value {
    /// The kind, or `None` for [`Value::Unset`] and [`Value::Null`].
    pub fn kind(&self) -> Option<ValueKind> {
        Some(match self {
            Value::Unset | Value::Null => return None,
            Value::Bool(_) => ValueKind::Bool,
            Value::I16(_) => ValueKind::I16,
            Value::I32(_) => ValueKind::I32,
            Value::I64(_) => ValueKind::I64,
            Value::F32(_) => ValueKind::F32,
            Value::F64(_) => ValueKind::F64,
            Value::Decimal(_) => ValueKind::Decimal,
            Value::Text(_) => ValueKind::Text,
            Value::Bytes(_) => ValueKind::Bytes,
            Value::Uuid(_) => ValueKind::Uuid,
            Value::Instant(_) => ValueKind::Instant,
            Value::DateTime(_) => ValueKind::DateTime,
            Value::Date(_) => ValueKind::Date,
            Value::Time(_) => ValueKind::Time,
            Value::Json(_) => ValueKind::Json,
            Value::Geometry(_) => ValueKind::Geometry,
            Value::Array(_) => ValueKind::Array,
            Value::Record(_) => ValueKind::Record,
        })
    }

    /// Whether this is [`Value::Null`].
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether this is [`Value::Unset`].
    pub fn is_unset(&self) -> bool {
        matches!(self, Value::Unset)
    }
}
