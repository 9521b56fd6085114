//! A field of each type of the mapping.
#![deny(missing_docs, unused, unreachable_pub)]
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::collections::HashSet;

use sqh_runtime::prelude::*;

/// One of each.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Everything {
    /// The key.
    #[field(primary_key)]
    pub id: Uuid,
    /// Text.
    pub text: String,
    /// Text that may be a constant.
    pub cow: Cow<'static, str>,
    /// Integers.
    pub small: i16,
    /// Of each size.
    pub middle: i32,
    /// And the largest.
    pub large: i64,
    /// Floats.
    pub real: f32,
    /// And longer ones.
    pub double: f64,
    /// A truth.
    pub truth: bool,
    /// Exact.
    pub decimal: Decimal,
    /// Times.
    pub instant: DateTime<Utc>,
    /// Without a zone.
    pub datetime: NaiveDateTime,
    /// A day.
    pub date: NaiveDate,
    /// A time of day.
    pub time: NaiveTime,
    /// Bytes.
    pub bytes: Vec<u8>,
    /// Typed JSON.
    pub json: Json<Vec<u8>>,
    /// Perhaps nothing.
    pub option: Option<String>,
    /// Sets.
    pub set: BTreeSet<String>,
    /// Also these.
    pub hash_set: HashSet<i32>,
    /// A list.
    pub list: Vec<i64>,
    /// Perhaps a list.
    pub option_list: Option<Vec<String>>,
    /// A matrix.
    pub matrix: Vec<Vec<f64>>,
    /// A vector of a fixed length.
    pub vector: [f64; 3],
    /// A place.
    pub point: Option<Point>,
    /// An area.
    pub polygon: Option<Polygon>,
    /// A reference.
    pub link: Option<Link<Everything>>,
}

fn main() {
    assert_eq!(Everything::def().fields.len(), 26);
    let _ = Everything::TEXT.like("a%").and(Everything::SET.contains("a")).and(Everything::LINK.is_null());
}
