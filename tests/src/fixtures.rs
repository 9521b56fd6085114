//! Records with every type in them.

use std::collections::HashSet;

use serde_json::{Value as AnyJson, json};
use sqh_runtime::prelude::*;

use crate::models::{Color, Dimensions, Everything, Label, Perhaps, Preferences, Size};

/// An ordinary record with every type.
pub fn ordinary() -> Everything {
    Everything {
        id: Uuid::from_u128(1),
        text: "text".to_owned(),
        cow: "cow".into(),
        small: 1,
        medium: 2,
        large: 3,
        single: 1.5,
        double: 2.5,
        flag: true,
        decimal: decimal("12.50"),
        uuid: Uuid::from_u128(7),
        instant: DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap(),
        datetime: date(2024, 2, 29).and_hms_micro_opt(12, 30, 15, 1).unwrap(),
        date: date(2024, 2, 29),
        time: NaiveTime::from_hms_micro_opt(1, 2, 3, 4).unwrap(),
        bytes: vec![0, 1, 255],
        json: json!({"a": [1, "x", null, true, {"b": 1.5}]}),
        preferences: Json(Preferences { theme: "dark".to_owned(), limits: vec![(1, 0.5)], parent: None }),
        tags: texts(["b", "a"]),
        numbers: HashSet::from([3, 1, 2]),
        series: vec![1.0, -2.5],
        holes: vec![Some("x".to_owned()), None],
        grid: vec![vec![1, 2], vec![3, 4]],
        vector: [1.0, 2.0, 3.0],
        color: Color::DarkBlue,
        size: Size::Medium,
        palette: vec![Color::Green, Color::Red, Color::Green],
        dimensions: Dimensions { width: 1.0, height: Some(2.0), material: Some("oak".to_owned()) },
        label: Label { text: "fragile".to_owned(), printed: Some(DateTime::UNIX_EPOCH), lines: vec![1, 2] },
    }
}

/// The least that each type holds, and the emptiest.
pub fn lowest() -> Everything {
    Everything {
        id: Uuid::nil(),
        text: String::new(),
        cow: "".into(),
        small: i16::MIN,
        medium: i32::MIN,
        large: i64::MIN,
        single: f32::NEG_INFINITY,
        double: f64::NEG_INFINITY,
        flag: false,
        decimal: Decimal::MIN,
        uuid: Uuid::nil(),
        instant: date(1, 1, 1).and_hms_opt(0, 0, 0).unwrap().and_utc(),
        datetime: date(1, 1, 1).and_hms_opt(0, 0, 0).unwrap(),
        date: date(1, 1, 1),
        time: NaiveTime::MIN,
        bytes: vec![],
        json: AnyJson::Null,
        preferences: Json(Preferences { theme: String::new(), limits: vec![], parent: None }),
        tags: BTreeSet::new(),
        numbers: HashSet::new(),
        series: vec![],
        holes: vec![],
        grid: vec![],
        vector: [f64::NEG_INFINITY, f64::MIN, -0.0],
        color: Color::Red,
        size: Size::Small,
        palette: vec![],
        dimensions: Dimensions { width: f64::MIN, height: None, material: None },
        label: Label { text: String::new(), printed: None, lines: vec![] },
    }
}

/// The greatest that each type holds, and the most awkward.
pub fn highest() -> Everything {
    let awkward = "a \"quoted\" 'text', with {braces}, back\\slashes, \n\t\r and \u{10ffff}é\u{301}🦀 ";
    Everything {
        id: Uuid::max(),
        text: awkward.repeat(2000),
        cow: awkward.into(),
        small: i16::MAX,
        medium: i32::MAX,
        large: i64::MAX,
        single: f32::MAX,
        double: f64::MAX,
        flag: true,
        decimal: Decimal::MAX,
        uuid: Uuid::max(),
        instant: date(9999, 12, 31).and_hms_micro_opt(23, 59, 59, 999_999).unwrap().and_utc(),
        datetime: date(9999, 12, 31).and_hms_micro_opt(23, 59, 59, 999_999).unwrap(),
        date: date(9999, 12, 31),
        time: NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap(),
        bytes: (0..=255).cycle().take(100_000).collect(),
        json: serde_json::from_str(
            r#"{"b": 12345678901234567890.123456789, "a": {"": [[], {}, "\u0001 \ud83e\udd80"]}, "n": -0.5}"#,
        )
        .unwrap(),
        preferences: Json(Preferences {
            theme: awkward.to_owned(),
            limits: vec![(i32::MAX, 0.1), (i32::MIN, -0.1)],
            parent: Some(Box::new(Preferences { theme: "t".to_owned(), limits: vec![], parent: None })),
        }),
        tags: texts(["", "NULL", "null", awkward, ",", "{}", "\"", "\\", " lead", "ä", "Z", "z"]),
        numbers: HashSet::from([i32::MIN, 0, i32::MAX]),
        series: vec![f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, 5e-324, 0.1, 1e300],
        holes: vec![None, Some("NULL".to_owned()), Some(String::new()), Some(awkward.to_owned()), None],
        grid: vec![vec![i64::MAX, i64::MIN, 0]; 3],
        vector: [f64::INFINITY, f64::MAX, 0.1 + 0.2],
        color: Color::DarkBlue,
        size: Size::Large,
        palette: vec![Color::DarkBlue; 50],
        dimensions: Dimensions { width: f64::MAX, height: Some(5e-324), material: Some(awkward.to_owned()) },
        label: Label {
            text: "🦀".repeat(20),
            printed: Some(date(9999, 12, 31).and_hms_micro_opt(23, 59, 59, 999_999).unwrap().and_utc()),
            lines: vec![i64::MIN, i64::MAX],
        },
    }
}

/// What a comparison or a mapping may get wrong.
pub fn odd() -> Everything {
    Everything {
        id: Uuid::from_u128(4),
        single: f32::NAN,
        double: f64::NAN,
        decimal: decimal("-0.0000000000000000000000000001"),
        json: json!("only a text"),
        series: vec![f64::NAN, -0.0, 0.0],
        vector: [f64::NAN, f64::EPSILON, 5e-324],
        dimensions: Dimensions { width: f64::NAN, height: Some(f64::NEG_INFINITY), material: Some(String::new()) },
        ..ordinary()
    }
}

/// A record with nothing but a key.
pub fn nothing(id: i32) -> Perhaps {
    Perhaps {
        id,
        text: None,
        small: None,
        medium: None,
        large: None,
        single: None,
        double: None,
        flag: None,
        decimal: None,
        uuid: None,
        instant: None,
        datetime: None,
        date: None,
        time: None,
        bytes: None,
        json: None,
        tags: None,
        series: None,
        color: None,
        size: None,
        dimensions: None,
        label: None,
    }
}

/// A record with a value in every field.
pub fn something(id: i32) -> Perhaps {
    let full = ordinary();
    Perhaps {
        id,
        text: Some(full.text),
        small: Some(full.small),
        medium: Some(full.medium),
        large: Some(full.large),
        single: Some(full.single),
        double: Some(full.double),
        flag: Some(full.flag),
        decimal: Some(full.decimal),
        uuid: Some(full.uuid),
        instant: Some(full.instant),
        datetime: Some(full.datetime),
        date: Some(full.date),
        time: Some(full.time),
        bytes: Some(full.bytes),
        json: Some(full.json),
        tags: Some(full.tags),
        series: Some(vec![1, 2, 2]),
        color: Some(full.color),
        size: Some(full.size),
        dimensions: Some(full.dimensions),
        label: Some(full.label),
    }
}

/// A decimal as it is written.
///
/// # Panics
/// If it is none.
pub fn decimal(text: &str) -> Decimal {
    text.parse().expect("it is a decimal")
}

/// A day.
///
/// # Panics
/// If there is no such day.
pub fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("it is a date")
}

/// A set of texts.
pub fn texts<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}
