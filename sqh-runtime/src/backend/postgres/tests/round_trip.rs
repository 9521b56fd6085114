//! Every type through every way in, extremes included; and what PostgreSQL cannot hold.

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use sqh_model::compare::compare_as;
use sqh_model::expr::Query;
use sqh_model::schema::ModelDef;
use sqh_model::types::{ScalarDef, TypeDef, family, scalar};
use sqh_model::{Row, Value};

use super::support::{Place, text, value};
use super::values;
use crate::op::Op;
use crate::prelude::*;

/// A field of every type.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "types")]
#[storage(postgres)]
#[allow(missing_docs, reason = "the types say what each is")]
pub struct Everything {
    #[field(primary_key)]
    pub id: Uuid,
    pub truth: bool,
    pub small: i16,
    pub medium: Option<i32>,
    pub large: i64,
    pub single: f32,
    pub double: Option<f64>,
    pub number: Decimal,
    pub words: String,
    pub bytes: Option<Vec<u8>>,
    pub instant: DateTime<Utc>,
    pub local: NaiveDateTime,
    pub date: Option<NaiveDate>,
    pub time: NaiveTime,
    pub document: serde_json::Value,
    pub color: Color,
    pub shade: Option<Shade>,
    pub place: Option<Address>,
    pub site: Site,
    pub names: Vec<String>,
    pub maybes: Vec<Option<i64>>,
    pub numbers: Option<Vec<Decimal>>,
    pub instants: Vec<DateTime<Utc>>,
    pub shades: Vec<Shade>,
    pub documents: Vec<serde_json::Value>,
    pub places: Vec<Address>,
    pub matrix: Vec<Vec<f64>>,
}

/// What cannot be copied, and so always goes by arrays.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "types")]
#[storage(postgres)]
#[allow(missing_docs, reason = "the types say what each is")]
pub struct Overridden {
    #[field(primary_key)]
    pub id: Uuid,
    pub colors: Vec<Color>,
    pub board: Vec<Vec<Color>>,
    pub address: Hardware,
    pub addresses: Vec<Option<Hardware>>,
    #[field(sql_type = "text COLLATE \"POSIX\"")]
    pub ordered: String,
    #[field(sql_type = "json")]
    pub document: Option<serde_json::Value>,
    #[field(sql_type = "numeric")]
    pub double: f32,
    #[field(sql_type = "varchar(40)[]")]
    pub codes: Vec<String>,
    #[field(sql_type = "timestamptz(6)[]")]
    pub instants: Vec<DateTime<Utc>>,
    #[field(sql_type = "bytea")]
    pub bytes: Vec<u8>,
    #[field(sql_type = "text")]
    pub local: NaiveDateTime,
    #[field(sql_type = "text")]
    pub id_as_text: Uuid,
}

/// A place on the earth.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "types")]
#[storage(postgres)]
#[allow(missing_docs, reason = "the types say what each is")]
pub struct Spatial {
    #[field(primary_key)]
    pub id: Uuid,
    pub point: Option<Point>,
    pub area: Option<Polygon>,
    pub points: Vec<Point>,
}

/// Native.
#[derive(Debug, Clone, Copy, PartialEq, PlatformEnum)]
#[platform_enum(native)]
#[allow(missing_docs, reason = "the names say all")]
pub enum Color {
    Red,
    #[allow(non_camel_case_types, reason = "a name that needs quotes everywhere")]
    dark_blue,
}

/// Checked text.
#[derive(Debug, Clone, Copy, PartialEq, PlatformEnum)]
#[platform_enum(text)]
#[allow(missing_docs, reason = "the names say all")]
pub enum Shade {
    Light,
    Dark,
}

/// One `jsonb` column.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(json)]
#[allow(missing_docs, reason = "the names say all")]
pub struct Address {
    pub street: String,
    pub number: Option<i64>,
    pub since: DateTime<Utc>,
    pub colors: Vec<Color>,
}

/// A column for each field.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(flatten)]
#[allow(missing_docs, reason = "the names say all")]
pub struct Site {
    pub town: String,
    pub height: Option<f64>,
}

/// A type of a user's own that travels as text.
#[derive(Debug, Clone, PartialEq)]
pub struct Hardware(String);

static MACADDR: ScalarDef =
    ScalarDef { name: "macaddr", column_type: || sea_query::ColumnType::MacAddr, via_text: true, ..scalar::TEXT };

impl FieldType for Hardware {
    type Family = family::Text;
    const DEF: TypeDef = TypeDef::scalar(&MACADDR);

    fn into_value(self) -> Result<Value> {
        self.0.into_value()
    }

    fn from_value(value: Value) -> Result<Self> {
        String::from_value(value).map(Self)
    }
}

/// Making a value takes longer than storing it.
const DIFFERENT: usize = 120;

/// Rows with different keys, the same in every run.
fn rows(def: &'static ModelDef, count: usize) -> Vec<Row> {
    let mut runner = TestRunner::deterministic();
    let any = values::row(def);
    let different: Vec<Row> = (0..count.min(DIFFERENT)).map(|_| any.new_tree(&mut runner).unwrap().current()).collect();
    let mut rows: Vec<Row> = different.iter().cloned().cycle().take(count).collect();
    for (number, row) in rows.iter_mut().enumerate() {
        row[0] = Value::Uuid(Uuid::from_u128(number as u128));
    }
    rows
}

fn check_equal(def: &'static ModelDef, expected: &[Row], stored: &[Row]) {
    assert_eq!(stored.len(), expected.len());
    for (expected, stored) in expected.iter().zip(stored) {
        for ((column, expected), stored) in def.layout().columns().iter().zip(expected).zip(stored) {
            assert!(
                compare_as(&column.ty, expected, stored).is_eq(),
                "{}.{}: {expected:?} came back as {stored:?}",
                def.name,
                column.path
            );
        }
    }
}

async fn check_round_trip<M: PlatformModel>(place: &Place, counts: [usize; 3]) {
    let all = Op::DeleteWhere { filter: sqh_model::expr::Filter::Everything };
    let rows = rows(M::def(), counts.into_iter().max().unwrap());
    for row in &rows[..counts[0]] {
        let stored = place.create::<M>(row.clone()).await.unwrap();
        check_equal(M::def(), std::slice::from_ref(row), &[stored]);
    }
    check_stored::<M>(place, &rows[..counts[0]]).await;
    place.run::<M>(all).await.unwrap();

    let batch = |rows: &[Row], returning| {
        let rows = Vec::from(rows).into_iter().map(Ok);
        Op::BatchCreate { rows: Box::new(rows), returning }
    };
    let expected = &rows[..counts[1]];
    let stored = place.run::<M>(batch(expected, true)).await.unwrap().into_rows().unwrap();
    check_equal(M::def(), expected, &stored);
    check_stored::<M>(place, expected).await;
    place.run::<M>(Op::DeleteWhere { filter: sqh_model::expr::Filter::Everything }).await.unwrap();

    let expected = &rows[..counts[2]];
    let count = place.run::<M>(batch(expected, false)).await.unwrap().into_count().unwrap();
    assert_eq!(count, counts[2] as u64);
    check_stored::<M>(place, expected).await;
}

async fn check_stored<M: PlatformModel>(place: &Place, expected: &[Row]) {
    let stored = place.run::<M>(Op::List(Query::default())).await.unwrap().into_rows().unwrap();
    check_equal(M::def(), expected, &stored);
}

/// The last count is beyond the one from which on records are copied.
#[tokio::test]
async fn single_creates_arrays_and_copy_store_the_same() {
    let place = Place::new(&[Everything::def()]).await;
    check_round_trip::<Everything>(&place, [40, 300, 4_500]).await;
}

#[tokio::test]
async fn overridden_types_travel_as_text() {
    let place = Place::new(&[Overridden::def()]).await;
    check_round_trip::<Overridden>(&place, [40, 300, 4_500]).await;
}

#[tokio::test]
async fn geometries_travel_as_ewkb() {
    let server = sqh_dev_postgres::shared().await;
    if !server.missing_extensions(&["postgis"]).await.unwrap().is_empty() {
        tracing::warn!("the server has no PostGIS: geometries are not tested");
        return;
    }
    let place = Place::new(&[Spatial::def()]).await;
    let mut runner = TestRunner::deterministic();
    let any = values::of(&Point::DEF);
    let different: Vec<Value> = (0..DIFFERENT).map(|_| any.new_tree(&mut runner).unwrap().current()).collect();
    let mut rows = Vec::new();
    for geometry in different.into_iter().cycle().take(4_500) {
        let is_point =
            matches!(&geometry, Value::Geometry(geometry) if matches!(**geometry, geo_types::Geometry::Point(_)));
        let id = Value::Uuid(Uuid::from_u128(rows.len() as u128));
        rows.push(match is_point {
            true => vec![id, geometry.clone(), Value::Null, Value::Array(vec![geometry.clone(), geometry])],
            false => vec![id, Value::Null, geometry, Value::Array(vec![])],
        });
    }
    for row in &rows[..20] {
        let stored = place.create::<Spatial>(row.clone()).await.unwrap();
        check_equal(Spatial::def(), std::slice::from_ref(row), &[stored]);
    }
    place.sql("DELETE FROM spatial").await;
    let op = Op::BatchCreate { rows: Box::new(rows.clone().into_iter().map(Ok)), returning: false };
    place.run::<Spatial>(op).await.unwrap();
    check_stored::<Spatial>(&place, &rows).await;
    place.sql("DO $$ BEGIN ASSERT (SELECT bool_and(ST_SRID(point) = 4326) FROM spatial); END $$").await;
}

/// Named by model and field, and nothing is sent.
#[tokio::test]
async fn what_cannot_be_held_is_refused_before_it_is_sent() {
    let place = Place::new(&[Everything::def()]).await;
    let good = rows(Everything::def(), 1).remove(0);
    let instant = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
    let json = |text: &str| Value::Json(Box::new(serde_json::from_str(text).unwrap()));
    let cases = [
        ("words", text("a\0b"), "PostgreSQL cannot hold a NUL character"),
        ("names", Value::Array(vec![text("a"), text("\0")]), "PostgreSQL cannot hold a NUL character"),
        ("document", json(r#"{"a": ["\u0000"]}"#), "PostgreSQL cannot hold a NUL character"),
        ("document", json(r#"{"\u0000": 1}"#), "PostgreSQL cannot hold a NUL character"),
        ("document", json("1e200000"), "PostgreSQL cannot hold a number of that size"),
        ("documents", Value::Array(vec![json("-1e-20000")]), "PostgreSQL cannot hold a number of that size"),
        ("instant", Value::Instant(instant(-5000)), "the year -5000 is before the first that PostgreSQL can hold"),
        ("matrix", matrix(&[2, 1]), "the array is ragged"),
        ("matrix", matrix(&[0]), "an array of empty arrays"),
        ("matrix", Value::Array(vec![matrix(&[1]), Value::Null]), "a row of an array with several dimensions"),
        ("large", Value::I32(1), "expected bigint, got i32"),
    ];
    for (field, bad, message) in cases {
        let mut row = good.clone();
        let position = Everything::def().layout().position(field).unwrap();
        row[position] = bad;
        let batch = |count: usize| {
            let rows = rows(Everything::def(), count).into_iter().chain([row.clone()]).map(Ok);
            Op::BatchCreate { rows: Box::new(rows), returning: false }
        };
        for op in [Op::Create(row.clone()), batch(3), batch(4_200)] {
            let name = op.name();
            let error = place.run::<Everything>(op).await.unwrap_err();
            assert!(error.message().starts_with(message), "{name} {field}: {error}");
            assert_eq!((error.model(), error.field()), (Some("Everything"), Some(field)), "{name}");
            assert_eq!(error.kind(), ErrorKind::Invalid, "{name}");
            assert!(std::error::Error::source(&error).is_none(), "{name}: the server has not seen it");
        }
    }
    assert_eq!(place.count::<Everything>().await, 0);
    place.create::<Everything>(good).await.unwrap();
}

fn matrix(lengths: &[usize]) -> Value {
    Value::Array(lengths.iter().map(|length| Value::Array(vec![Value::F64(0.5); *length])).collect())
}

/// What others have stored, and the types cannot hold.
#[tokio::test]
async fn what_the_types_cannot_hold_is_told_when_it_is_read() {
    let place = Place::new(&[Everything::def()]).await;
    let mut stored = rows(Everything::def(), 1).remove(0);
    stored[Everything::def().layout().position("numbers").unwrap()] = Value::Null;
    let key = vec![stored[0].clone()];
    place.create::<Everything>(stored.clone()).await.unwrap();
    for (field, sql, good) in [
        ("number", "'NaN'", "0"),
        ("number", "'Infinity'", "0"),
        ("number", "1e40", "0"),
        ("number", "1e-40", "0"),
        ("instant", "'infinity'", "'2026-01-01'"),
        ("instant", "'-infinity'", "'2026-01-01'"),
        ("date", "'infinity'", "null"),
        ("time", "'24:00'", "'12:00'"),
        ("matrix", "'{1,2}'", "'{}'"),
    ] {
        place.sql(&format!("UPDATE everything SET {field} = {sql}")).await;
        let outcome = place.get::<Everything>(key.clone()).await;
        if field == "matrix" {
            // One dimension less is what the type's own reader tells.
            let row = outcome.unwrap().unwrap();
            assert!(sqh_model::row::from_row::<Everything>(row).is_err());
        } else {
            let error = outcome.unwrap_err();
            assert_eq!((error.kind(), error.field()), (ErrorKind::Invalid, Some(field)), "{sql}: {error}");
        }
        place.sql(&format!("UPDATE everything SET {field} = {good}")).await;
    }
    place.sql("UPDATE everything SET number = 1.5000000000000000000000000000000000000000").await;
    let row = place.get::<Everything>(key).await.unwrap().unwrap();
    assert_eq!(*value::<Everything>(&row, "number"), Value::Decimal(Decimal::new(15, 1)));
}
