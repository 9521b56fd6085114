//! Values at the edge of a type, and JSON that is close to one.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use sqh_model::Value;
use sqh_model::types::document_form::{from_document, to_document};
use sqh_model::types::json_form::{from_json, to_json};
use sqh_model::types::{FieldType, Point, Polygon};
use uuid::Uuid;

use super::forms::{Document, one, refused, refused_json, wrapped};

fn json_text<T: FieldType>(value: T) -> String {
    to_json(&T::DEF, &value.into_value().unwrap()).unwrap().to_string()
}

fn document_text<T: FieldType>(value: T) -> String {
    to_document(&T::DEF, &value.into_value().unwrap()).unwrap().unwrap().to_string()
}

fn read<T: FieldType>(text: &str) -> T {
    let json: Json = serde_json::from_str(text).unwrap();
    T::from_value(from_json(&T::DEF, &json).unwrap()).unwrap()
}

fn read_document<T: FieldType>(text: &str) -> T {
    let json: Json = serde_json::from_str(text).unwrap();
    T::from_value(from_document(&T::DEF, Some(&json)).unwrap()).unwrap()
}

#[test]
fn integers_do_not_wrap_or_round() {
    assert_eq!(json_text(i64::MIN), "-9223372036854775808");
    assert_eq!(document_text(i64::MAX), "9223372036854775807");
    refused_json::<i64>("9223372036854775808", "is no bigint");
    refused_json::<i16>("32768", "is no smallint");
    refused_json::<i32>("1.5", "is no integer");
    refused_json::<i32>("1e400", "is no integer");
    refused_json::<i32>("\"1\"", "expected integer, got a string");
}

#[test]
fn floats_keep_what_they_have() {
    for (value, text) in [(f64::NAN, "\"NaN\""), (f64::INFINITY, "\"Infinity\""), (f64::NEG_INFINITY, "\"-Infinity\"")]
    {
        assert_eq!(json_text(value), text);
        one(value, Document::Refuses);
        one(value as f32, Document::Refuses);
    }
    assert_eq!(json_text(-0.0), "-0.0");
    assert!(read::<f64>("-0.0").is_sign_negative() && read::<f32>("-0.0").is_sign_negative());
    // TerminusDB gives it back as zero, so zero is what is sent.
    assert_eq!((document_text(-0.0), document_text(-0.0f32)), ("0.0".to_owned(), "0.0".to_owned()));
    assert_eq!(json_text(0.1f32), "0.1");
    // What TerminusDB writes for an xsd:float, and how it writes large doubles.
    assert_eq!(read_document::<f32>("0.10000000149011612"), 0.1f32);
    assert_eq!(read_document::<f64>("1e+300"), 1e300);
    assert_eq!(read_document::<f64>("31"), 31.0);
    refused_json::<f64>("1e400", "beyond double precision");
    refused_json::<f32>("1e39", "beyond real");
    refused_json::<f64>("\"nan\"", "expected double precision");
}

#[test]
fn a_float_read_by_terminusdb_is_the_same_float() {
    for value in [f32::MIN, f32::MAX, f32::MIN_POSITIVE, 1e-45, 16_777_217.0, 0.1] {
        let sent = document_text(value);
        // The server keeps the f32 and writes the f64 that is equal to it.
        let server: f32 = sent.parse().unwrap();
        assert_eq!(read_document::<f32>(&Json::from(f64::from(server)).to_string()), value, "{sent}");
    }
}

#[test]
fn decimals_are_exact() {
    let longest = Decimal::from_str_exact("7922816251426433759354395033.5").unwrap();
    assert_eq!(json_text(longest), "\"7922816251426433759354395033.5\"");
    assert_eq!(json_text(Decimal::new(110, 2)), "\"1.10\"");
    assert_eq!(document_text(Decimal::new(110, 2)), "1.1");
    assert_eq!(read::<Decimal>("0.1"), Decimal::new(1, 1));
    assert_eq!(read::<Decimal>("1.5E+3"), Decimal::from(1500));
    assert_eq!(read_document::<Decimal>("1e-20"), Decimal::new(1, 20));
    one(Decimal::MAX, Document::Holds);
    one(Decimal::new(1, 21), Document::Refuses);
    for text in ["\"1e29\"", "79228162514264337593543950336", "\"0.00000000000000000000000000001\"", "1e999999999"] {
        refused_json::<Decimal>(text, "no decimal");
    }
    for text in ["\"\"", "\"1,5\"", "\"NaN\"", "\"0x1\"", "\"1_0\""] {
        refused_json::<Decimal>(text, "no decimal");
    }
}

#[test]
fn times_are_cut_to_microseconds_and_bounded() {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    assert_eq!(
        instant("2026-01-31T12:00:00.123456789Z").into_value().unwrap(),
        Value::Instant(instant("2026-01-31T12:00:00.123456Z"))
    );
    assert_eq!(
        instant("1969-12-31T23:59:59.999999999Z").into_value().unwrap(),
        Value::Instant(instant("1969-12-31T23:59:59.999999Z"))
    );
    assert_eq!(json_text(instant("0001-01-01T00:00:00Z")), "\"0001-01-01T00:00:00Z\"");
    assert_eq!(json_text(instant("9999-12-31T23:59:59.999999Z")), "\"9999-12-31T23:59:59.999999Z\"");
    assert_eq!(document_text(read::<DateTime<Utc>>("\"2026-01-31T12:00:00+02:00\"")), "\"2026-01-31T10:00:00Z\"");
    assert_eq!(read_document::<DateTime<Utc>>("\"2026-01-31T12:00:00.500Z\""), instant("2026-01-31T12:00:00.5Z"));
    refused(DateTime::<Utc>::MIN_UTC, "outside 1 to 9999");
    refused(DateTime::<Utc>::MAX_UTC, "outside 1 to 9999");
    refused(NaiveDateTime::MAX, "outside 1 to 9999");
    refused(NaiveDate::MAX, "outside 1 to 9999");
    refused(NaiveDate::from_ymd_opt(0, 12, 31).unwrap(), "outside 1 to 9999");
    refused_json::<DateTime<Utc>>("\"0001-01-01T00:00:00+02:00\"", "outside 1 to 9999");
    refused_json::<DateTime<Utc>>("\"2026-01-31T12:00:00\"", "no RFC 3339 time");
}

#[test]
fn leap_seconds_have_no_place() {
    let leap = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap();
    let day = NaiveDate::from_ymd_opt(2016, 12, 31).unwrap();
    refused(leap, "leap second");
    refused(day.and_time(leap), "leap second");
    refused(day.and_time(leap).and_utc(), "leap second");
    refused_json::<DateTime<Utc>>("\"2016-12-31T23:59:60Z\"", "leap second");
    refused_json::<NaiveTime>("\"23:59:60\"", "leap second");
}

#[test]
fn dates_are_written_in_full() {
    for text in ["26-01-31", "2026-1-31", "2026-01-32", "2023-02-29", "+2026-01-31", " 2026-01-31", "2026-01-31Z"] {
        refused_json::<NaiveDate>(&format!("{text:?}"), "no date such as");
    }
    for text in ["26-01-31T00:00:00", "2026-01-31 00:00:00", "2026-01-31T0:00:00", "2026-01-31T00:00:00ZZ"] {
        refused_json::<NaiveDateTime>(&format!("{text:?}"), "no date and time such as");
    }
    for text in ["1:00:00", "12:00", "24:00:00", "12:00:00+01:00"] {
        refused_json::<NaiveTime>(&format!("{text:?}"), "no time of day such as");
    }
    // A time without a zone comes back from TerminusDB with one.
    let noon = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap().and_hms_opt(12, 0, 0).unwrap();
    assert_eq!(document_text(noon), "\"2026-01-31T12:00:00Z\"");
    assert_eq!(read_document::<NaiveDateTime>("\"2026-01-31T12:00:00Z\""), noon);
    assert_eq!(read_document::<NaiveTime>("\"12:00:00Z\""), noon.time());
}

#[test]
fn text_is_kept_as_it_is() {
    for text in ["", "\0", "a\0b", " \t\n", "\u{feff}", "𝄞", "e\u{301}"] {
        one(text.to_owned(), Document::Holds);
    }
    refused_json::<String>("5", "expected text, got a number");
    refused_json::<bool>("\"true\"", "expected boolean, got a string");
    refused_json::<bool>("1", "expected boolean, got a number");
}

#[test]
fn bytes_and_uuids_are_checked() {
    assert_eq!(json_text(vec![0u8, 255]), "\"AP8=\"");
    one(Vec::<u8>::new(), Document::Holds);
    for text in ["AP8", "AP8=\\n", "_-8=", "A"] {
        refused_json::<Vec<u8>>(&format!("\"{text}\""), "no base64");
    }
    refused_json::<Vec<u8>>("[0, 255]", "expected bytea, got an array");
    assert_eq!(json_text(Uuid::max()), "\"ffffffff-ffff-ffff-ffff-ffffffffffff\"");
    refused_json::<Uuid>("\"00000000-0000-0000-0000-00000000000\"", "no uuid");
}

#[test]
fn json_keeps_its_numbers_and_nulls() {
    let text = r#"{"z":[null,{"a":null}],"a":123456789012345678901234567890.12345678901234567890}"#;
    let json: Json = serde_json::from_str(text).unwrap();
    assert_eq!(json_text(json.clone()), text);
    one(json, Document::Holds);
    one(Json::Null, Document::Refuses);
    one(serde_json::json!({"a b": 1}), Document::Refuses);
    one(serde_json::json!([{"é": 1}]), Document::Refuses);
    refused(Some(Json::Null), "cannot be told from `None`");
}

#[test]
fn data_that_json_would_lose_is_refused() {
    use std::collections::BTreeMap;

    // serde_json would write a null, which an `Option` would read as `None`.
    refused(wrapped(Some(f64::NAN)), "JSON has no NaN");
    refused(wrapped(vec![(1, BTreeMap::from([("a".to_owned(), f32::INFINITY)]))]), "JSON has no inf");
    refused(wrapped(BTreeMap::from([((1, 2), 3)])), "key must be a string");
    one(wrapped(vec![(1, BTreeMap::from([("a".to_owned(), Some(0.5f32))]))]), Document::Holds);
}

#[test]
fn geometries_are_finite_and_closed() {
    refused(Point::new(f64::NAN, 0.0), "not finite");
    refused(Polygon::new(vec![(0.0, 0.0), (1.0, 1.0)], vec![]), "three corners");
    refused(Polygon::new(vec![(0.0, 0.0), (1.0, 0.0), (1.0, f64::INFINITY)], vec![]), "not finite");
    assert_eq!(json_text(Point::new(-76.5, 39.25)), r#"{"type":"Point","coordinates":[-76.5,39.25]}"#);
    assert_eq!(document_text(Point::new(-76.5, 39.25)), "\"POINT(-76.5 39.25)\"");
    let triangle = Polygon::new(vec![(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)], vec![]);
    assert_eq!(triangle.exterior().0.len(), 4, "the ring is closed");
    one(triangle, Document::Holds);
    let json: Json = serde_json::from_str(r#"{"type":"Polygon","coordinates":[]}"#).unwrap();
    assert!(from_json(&Polygon::DEF, &json).is_err());
    let point: Json = serde_json::from_str(r#"{"type":"Point","coordinates":[1,2]}"#).unwrap();
    assert!(from_json(&Polygon::DEF, &point).unwrap_err().to_string().contains("another geometry"));
    for text in ["LINESTRING(0 0,1 1)", "POINT(1)", "POINT(1 2", ""] {
        assert!(from_document(&Point::DEF, Some(&Json::from(text))).is_err(), "{text}");
    }
}

#[test]
fn a_missing_property_is_told() {
    let error = from_document(&i32::DEF, None).unwrap_err();
    assert!(error.to_string().contains("the property is missing"), "{error}");
    assert_eq!(from_document(&Option::<i32>::DEF, None).unwrap(), Value::Null);
    assert_eq!(from_document(&Vec::<i32>::DEF, None).unwrap(), Value::Array(vec![]));
}
