//! Every mapped type, required and optional.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value as AnyJson;
use sqh_runtime::prelude::*;

/// A field of every type that needs no extension.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "types")]
#[storage(postgres)]
pub struct Everything {
    /// The key.
    #[field(primary_key)]
    pub id: Uuid,
    /// `text`
    pub text: String,
    /// `text`
    pub cow: Cow<'static, str>,
    /// `smallint`
    pub small: i16,
    /// `integer`
    pub medium: i32,
    /// `bigint`
    pub large: i64,
    /// `real`
    pub single: f32,
    /// `double precision`
    pub double: f64,
    /// `boolean`
    pub flag: bool,
    /// `numeric`
    pub decimal: Decimal,
    /// `uuid`
    pub uuid: Uuid,
    /// `timestamptz`
    pub instant: DateTime<Utc>,
    /// `timestamp`
    pub datetime: NaiveDateTime,
    /// `date`
    pub date: NaiveDate,
    /// `time`
    pub time: NaiveTime,
    /// `bytea`
    pub bytes: Vec<u8>,
    /// `jsonb`
    pub json: AnyJson,
    /// `jsonb`
    pub preferences: Json<Preferences>,
    /// `text[]`
    pub tags: BTreeSet<String>,
    /// `integer[]`
    pub numbers: HashSet<i32>,
    /// `double precision[]`
    pub series: Vec<f64>,
    /// `text[]` with nulls
    pub holes: Vec<Option<String>>,
    /// `bigint[][]`
    pub grid: Vec<Vec<i64>>,
    /// `double precision[]`
    pub vector: [f64; 3],
    /// A native enum.
    pub color: Color,
    /// A text enum.
    pub size: Size,
    /// An array of a native enum.
    pub palette: Vec<Color>,
    /// Flattened.
    pub dimensions: Dimensions,
    /// One `jsonb`.
    pub label: Label,
}

/// The same types, each optional.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "types")]
#[storage(postgres)]
pub struct Perhaps {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
    /// `text`
    pub text: Option<String>,
    /// `smallint`
    pub small: Option<i16>,
    /// `integer`
    pub medium: Option<i32>,
    /// `bigint`
    pub large: Option<i64>,
    /// `real`
    pub single: Option<f32>,
    /// `double precision`
    pub double: Option<f64>,
    /// `boolean`
    pub flag: Option<bool>,
    /// `numeric`
    pub decimal: Option<Decimal>,
    /// `uuid`
    pub uuid: Option<Uuid>,
    /// `timestamptz`
    pub instant: Option<DateTime<Utc>>,
    /// `timestamp`
    pub datetime: Option<NaiveDateTime>,
    /// `date`
    pub date: Option<NaiveDate>,
    /// `time`
    pub time: Option<NaiveTime>,
    /// `bytea`
    pub bytes: Option<Vec<u8>>,
    /// `jsonb`
    pub json: Option<AnyJson>,
    /// `text[]`
    pub tags: Option<BTreeSet<String>>,
    /// `bigint[]`
    pub series: Option<Vec<i64>>,
    /// A native enum.
    pub color: Option<Color>,
    /// A text enum.
    pub size: Option<Size>,
    /// Flattened.
    pub dimensions: Option<Dimensions>,
    /// One `jsonb`.
    pub label: Option<Label>,
}

/// A native enum whose order is neither that of its names nor that of its stored names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, PlatformEnum)]
#[platform_enum(native, rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Color {
    Red,
    Green,
    DarkBlue,
}

/// An enum that is stored as checked text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, PlatformEnum)]
#[platform_enum(text)]
#[allow(missing_docs)]
pub enum Size {
    Small,
    Medium,
    Large,
}

/// A value with a column for each field.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(flatten)]
pub struct Dimensions {
    /// In metres.
    pub width: f64,
    /// In metres.
    pub height: Option<f64>,
    /// What it is made of.
    #[field(rename = "madeOf")]
    pub material: Option<String>,
}

/// A value in one document.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(json)]
pub struct Label {
    /// What it says.
    #[field(max_len = 20)]
    pub text: String,
    /// When it was printed.
    pub printed: Option<DateTime<Utc>>,
    /// Its lines.
    pub lines: Vec<i64>,
}

/// Data that serde knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Preferences {
    pub theme: String,
    pub limits: Vec<(i32, f64)>,
    pub parent: Option<Box<Preferences>>,
}
