//! Rows of values at the edges of their types, and filters on those values.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::json;
use sqh_model::expr::{Comparison, Filter};
use sqh_model::{Row, Value, ValueKind};

use crate::prelude::*;
use crate::schema::{ColumnDef, PlatformModel};
use crate::types::Shape;

/// A row of awkward values.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Awkward {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// Text by bytes.
    pub name: String,
    /// Text that may be absent.
    pub unit: Option<String>,
    /// NaN and the infinities among them.
    pub value: f64,
    /// The same, narrower.
    pub small: Option<f32>,
    /// With zeros at the end.
    pub exact: Option<Decimal>,
    /// Declared in another order than the alphabet's.
    pub size: Option<Size>,
    /// A set.
    pub tags: BTreeSet<String>,
    /// Nulls inside.
    pub readings: Option<Vec<Option<i32>>>,
    /// Two dimensions.
    pub grid: Vec<Vec<i32>>,
    /// Sizes again.
    pub sizes: Vec<Size>,
    /// Any JSON.
    pub doc: Option<Json>,
    /// Bytes.
    pub raw: Vec<u8>,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// A flag.
    pub open: Option<bool>,
    /// Columns of their own.
    pub place: Option<Spot>,
}

/// JSON of any shape.
pub(super) type Json = serde_json::Value;

/// A size.
#[derive(Debug, Clone, Copy, PartialEq, PlatformEnum)]
#[platform_enum(native, rename_all = "snake_case")]
pub enum Size {
    /// First.
    Small,
    /// Second, although its name comes first.
    Large,
}

/// A spot.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(flatten)]
pub struct Spot {
    /// The town.
    pub town: String,
    /// The floor.
    pub floor: Option<i32>,
}

const TEXTS: [&str; 12] = ["", "a", "A", "ab", "aB%", "a_b", "é", "É", "Z", "~", "10%", "\\"];
const PATTERNS: [&str; 14] =
    ["", "%", "a%", "%b", "_", "A_B", "%\\%", "\\\\", "a\\_b", "É", "é%", "a%b%", "%%_", "\\a%"];

fn any_text() -> impl Strategy<Value = String> {
    select(&TEXTS[..]).prop_map(str::to_owned)
}

fn any_size() -> impl Strategy<Value = Size> {
    select(vec![Size::Small, Size::Large])
}

fn any_float() -> impl Strategy<Value = f64> {
    select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1.5, -2.25, 1e-300])
}

fn any_json() -> impl Strategy<Value = Json> {
    select(vec![
        json!(null),
        json!(1),
        json!("a"),
        json!(["a", "b"]),
        json!([1, [2, {"a": 1}], null]),
        json!({"a": 1, "b": [1, 2]}),
        json!({"a": {"b": null}}),
        json!({"b": [2.0, 1], "a": 1.0}),
        json!({}),
        json!([]),
        json!([[]]),
        serde_json::from_str("100000000000000000000000000000000").unwrap(),
        serde_json::from_str("1e32").unwrap(),
    ])
}

pub(super) fn record(id: i64) -> impl Strategy<Value = Awkward> {
    let first = (
        any_text(),
        prop::option::of(any_text()),
        any_float(),
        prop::option::of(any_float().prop_map(|value| value as f32)),
        prop::option::of(select(vec![Decimal::new(110, 2), Decimal::new(11, 1), Decimal::ZERO, Decimal::new(-5, 0)])),
        prop::option::of(any_size()),
        prop::collection::btree_set(any_text(), 0..3),
    );
    let second = (
        prop::option::of(prop::collection::vec(prop::option::of(0..3i32), 0..3)),
        select(vec![vec![], vec![vec![1, 2], vec![3, 4]], vec![vec![1], vec![2]], vec![vec![1, 2]]]),
        prop::collection::vec(any_size(), 0..3),
        prop::option::of(any_json().prop_filter("a null in an option is refused", |json| !json.is_null())),
        prop::collection::vec(0..3u8, 0..3),
        prop::option::of(
            (0..3i64).prop_map(|second| DateTime::UNIX_EPOCH + chrono::TimeDelta::microseconds(second - 1)),
        ),
        any::<Option<bool>>(),
        prop::option::of((any_text(), prop::option::of(0..2i32)).prop_map(|(town, floor)| Spot { town, floor })),
    );
    (first, second).prop_map(move |(first, second)| {
        let (name, unit, value, small, exact, size, tags) = first;
        let (readings, grid, sizes, doc, raw, at, open, place) = second;
        Awkward { id, name, unit, value, small, exact, size, tags, readings, grid, sizes, doc, raw, at, open, place }
    })
}

/// A filter on values that the rows have, nulls among them.
pub(super) fn filter(rows: &[Row]) -> impl Strategy<Value = Filter> + use<> {
    let rows = rows.to_vec();
    let columns = Awkward::def().layout().columns();
    let leaf = (select(columns.iter().collect::<Vec<_>>()), 0..10u8).prop_flat_map(move |(column, kind)| {
        let position = Awkward::def().layout().position(&column.path).unwrap();
        let field = || column.path.as_str().into();
        let values: Vec<Value> = rows.iter().map(|row| row[position].clone()).chain([Value::Null]).collect();
        let pick = select(values.clone());
        let some = subsequence(values.clone(), 0..4);
        let is_text = matches!(column.ty.kind(), ValueKind::Text) && column.ty.name().contains("text");
        match (column.ty.shape, kind) {
            (_, 0) => Just(Filter::IsNull { field: field() }).boxed(),
            (_, 1) => some.prop_map(move |values| Filter::In { field: field(), values }).boxed(),
            (Shape::Collection(..), 2..=7) => {
                let elements: Vec<Value> = values.iter().flat_map(items).collect();
                let two_dimensions = matches!(elements.first(), Some(Value::Array(_)));
                // PostgreSQL wants the rows of one array to be of one length.
                let count = if two_dimensions { 1..2 } else { 0..3 };
                subsequence(elements, count)
                    .prop_map(move |values| match kind {
                        2 | 3 => Filter::ContainsAll { field: field(), values },
                        4 | 5 => Filter::Overlaps { field: field(), values },
                        _ => Filter::ContainedBy { field: field(), values },
                    })
                    .boxed()
            }
            (Shape::Scalar(scalar), 2..=7) if scalar.kind == ValueKind::Json => document(column, kind),
            (_, 2..=4) if is_text => (select(&PATTERNS[..]), any::<bool>())
                .prop_map(move |(pattern, case_sensitive)| Filter::Like {
                    field: field(),
                    pattern: pattern.to_owned(),
                    case_sensitive,
                })
                .boxed(),
            _ => (pick, comparison(column))
                .prop_map(move |(value, comparison)| Filter::Compare { field: field(), comparison, value })
                .boxed(),
        }
    });
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::Or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
}

fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        _ => vec![],
    }
}

fn comparison(column: &ColumnDef) -> impl Strategy<Value = Comparison> + use<> {
    use Comparison::{Eq, Gt, Gte, Lt, Lte, Ne};
    let has_order = !matches!(column.ty.shape, Shape::Collection(..)) && column.ty.kind() != ValueKind::Json;
    select(if has_order { vec![Eq, Ne, Lt, Lte, Gt, Gte] } else { vec![Eq, Ne] })
}

fn document(column: &'static ColumnDef, kind: u8) -> BoxedStrategy<Filter> {
    let field = || column.path.as_str().into();
    let step = select(vec!["a", "b", "0", "1", "-1", " 1", "x", "-9"]).prop_map(str::to_owned);
    match kind {
        2 | 3 => any_json().prop_map(move |json| Filter::JsonContains { field: field(), json: Box::new(json) }).boxed(),
        4 => step.prop_map(move |key| Filter::JsonHasKey { field: field(), key }).boxed(),
        _ => (prop::collection::vec(step, 0..3), any_json())
            .prop_map(move |(path, json)| Filter::JsonPath { field: field(), path, json: Box::new(json) })
            .boxed(),
    }
}
