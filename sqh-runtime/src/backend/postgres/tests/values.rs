//! Any value of a type, extremes weighted in.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use geo_types::{Geometry, LineString, point};
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;
use sqh_model::schema::ModelDef;
use sqh_model::types::{Collection, RecordStorage, Shape, TypeDef};
use sqh_model::{Row, Value, ValueKind};

/// Any row of a model whose columns are all written.
pub(super) fn row(def: &'static ModelDef) -> BoxedStrategy<Row> {
    let columns = def.layout().columns().iter();
    columns.fold(Just(Row::new()).boxed(), |row, column| {
        let value = if column.field.generated.is_some() { Just(Value::Unset).boxed() } else { of(&column.ty) };
        (row, value)
            .prop_map(|(mut row, value)| {
                row.push(value);
                row
            })
            .boxed()
    })
}

/// Any value of a type.
pub(super) fn of(ty: &TypeDef) -> BoxedStrategy<Value> {
    let value = match ty.shape {
        Shape::Scalar(scalar) if scalar.via_text => {
            any::<[u8; 3]>().prop_map(|[a, b, c]| Value::Text(format!("08:00:2b:{a:02x}:{b:02x}:{c:02x}"))).boxed()
        }
        Shape::Scalar(scalar) => of_kind(scalar.kind),
        Shape::Enum(def) => {
            let names: Vec<_> = def.variants.iter().map(|variant| Value::Text(variant.name.to_owned())).collect();
            proptest::sample::select(names).boxed()
        }
        Shape::Link(link) => of(&link.key),
        Shape::Collection(Collection::Array { dimensions: 2 }, element) => {
            (1..4_usize, 1..4_usize).prop_flat_map(|(a, b)| vec(vec(of(element), b), a)).prop_map(matrix).boxed()
        }
        Shape::Collection(_, element) => vec(of(element), 0..4).prop_map(Value::Array).boxed(),
        Shape::Record(record) => {
            assert_eq!(record.storage, RecordStorage::Json, "a flattened record has columns of its own");
            let fields = record.fields.iter().map(|field| of(&field.ty)).collect::<Vec<_>>();
            fields.prop_map(Value::Record).boxed()
        }
        Shape::Subdocument(_) | Shape::Parent => unreachable!("not in PostgreSQL"),
    };
    if ty.nullable { prop_oneof![1 => Just(Value::Null), 3 => value].boxed() } else { value }
}

fn matrix(rows: Vec<Vec<Value>>) -> Value {
    Value::Array(rows.into_iter().map(Value::Array).collect())
}

fn of_kind(kind: ValueKind) -> BoxedStrategy<Value> {
    match kind {
        ValueKind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        ValueKind::I16 => prop_oneof![Just(i16::MIN), Just(i16::MAX), any::<i16>()].prop_map(Value::I16).boxed(),
        ValueKind::I32 => prop_oneof![Just(i32::MIN), Just(i32::MAX), any::<i32>()].prop_map(Value::I32).boxed(),
        ValueKind::I64 => prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()].prop_map(Value::I64).boxed(),
        ValueKind::F32 => proptest::num::f32::ANY.prop_map(Value::F32).boxed(),
        ValueKind::F64 => proptest::num::f64::ANY.prop_map(Value::F64).boxed(),
        ValueKind::Decimal => decimal().prop_map(Value::Decimal).boxed(),
        ValueKind::Text => text().prop_map(Value::Text).boxed(),
        ValueKind::Bytes => vec(any::<u8>(), 0..12).prop_map(Value::Bytes).boxed(),
        ValueKind::Uuid => any::<u128>().prop_map(|bits| Value::Uuid(uuid::Uuid::from_u128(bits))).boxed(),
        ValueKind::Instant => instant().prop_map(Value::Instant).boxed(),
        ValueKind::DateTime => instant().prop_map(|value| Value::DateTime(value.naive_utc())).boxed(),
        ValueKind::Date => instant().prop_map(|value| Value::Date(value.date_naive())).boxed(),
        ValueKind::Time => instant().prop_map(|value| Value::Time(value.time())).boxed(),
        ValueKind::Json => json().prop_map(|json| Value::Json(Box::new(json))).boxed(),
        ValueKind::Geometry => geometry().prop_map(|geometry| Value::Geometry(Box::new(geometry))).boxed(),
        ValueKind::Array | ValueKind::Record => unreachable!("no scalar"),
    }
}

/// No NUL, which PostgreSQL cannot hold.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        1 => proptest::sample::select(vec!['"', '\\', '\'', '{', '}', ',', ' ', '\n', '\u{1}']),
        4 => any::<char>().prop_filter("no NUL", |character| *character != '\0'),
    ];
    let any = vec(character, 0..12).prop_map(|characters| characters.into_iter().collect());
    prop_oneof![1 => Just(String::new()), 1 => Just("NULL".to_owned()), 8 => any]
}

/// Whole microseconds from the first moment of the year 1 to the last of 9999.
fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    let midnight = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap().and_time(NaiveTime::MIN);
    let first = midnight(1, 1, 1).and_utc();
    let last = midnight(9999, 12, 31).and_utc() + TimeDelta::days(1) - TimeDelta::microseconds(1);
    let between = (first.timestamp_micros()..=last.timestamp_micros())
        .prop_map(|micros| DateTime::from_timestamp_micros(micros).unwrap());
    prop_oneof![1 => Just(first), 1 => Just(last), 8 => between]
}

fn decimal() -> impl Strategy<Value = Decimal> {
    const LARGEST: i128 = (1 << 96) - 1;
    let mantissa = prop_oneof![
        1 => Just(LARGEST),
        1 => Just(-LARGEST),
        1 => Just(0),
        4 => -LARGEST..=LARGEST,
        4 => -1_000_000_i128..1_000_000,
    ];
    (mantissa, 0..=28_u32).prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale))
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value as Json;
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        proptest::num::f64::NORMAL.prop_map(Json::from),
        text().prop_map(Json::from),
        Just(serde_json::from_str("123456789012345678901234567890.123456789").unwrap()),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            vec((text(), inner), 0..4).prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

fn geometry() -> impl Strategy<Value = Geometry<f64>> {
    let corner = || (-180.0..180.0_f64, -90.0..90.0_f64);
    let ring = move || {
        vec(corner(), 3..6).prop_map(|mut corners| {
            corners.push(corners[0]);
            LineString::from(corners)
        })
    };
    prop_oneof![
        corner().prop_map(|(x, y)| Geometry::Point(point!(x: x, y: y))),
        (ring(), vec(ring(), 0..2))
            .prop_map(|(exterior, holes)| Geometry::Polygon(geo_types::Polygon::new(exterior, holes))),
    ]
}
