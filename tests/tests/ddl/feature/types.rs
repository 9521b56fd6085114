//! One column of each type that needs no extension.

use std::borrow::Cow;
use std::collections::HashSet;

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "types", models: models![AppSample].into() }
}

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
struct AppSample {
    #[field(primary_key)]
    id: Uuid,
    text: String,
    label: Cow<'static, str>,
    small: i16,
    medium: i32,
    large: i64,
    single: f32,
    double: f64,
    flag: bool,
    exact: Decimal,
    instant: DateTime<Utc>,
    local: NaiveDateTime,
    day: NaiveDate,
    time: NaiveTime,
    bytes: Vec<u8>,
    anything: serde_json::Value,
    document: Json<Vec<i32>>,
    set: BTreeSet<String>,
    unordered: HashSet<i64>,
    list: Vec<f64>,
    matrix: Vec<Vec<i32>>,
    triple: [bool; 3],
    maybe: Option<String>,
    maybe_list: Option<Vec<Uuid>>,
}
