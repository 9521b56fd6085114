//! The one order of values, which is PostgreSQL's under `COLLATE "C"`: text by bytes, NaN above
//! every number and equal to itself, `-0.0` equal to `0.0`.

use std::cmp::Ordering;

use serde_json::Value as Json;

use crate::value::Value;

/// Compares two values of one type. Nulls sort last, as in PostgreSQL's ascending order.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::I16(a), Value::I16(b)) => a.cmp(b),
        (Value::I32(a), Value::I32(b)) => a.cmp(b),
        (Value::I64(a), Value::I64(b)) => a.cmp(b),
        (Value::F32(a), Value::F32(b)) => compare_floats((*a).into(), (*b).into()),
        (Value::F64(a), Value::F64(b)) => compare_floats(*a, *b),
        (Value::Decimal(a), Value::Decimal(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (Value::Uuid(a), Value::Uuid(b)) => a.cmp(b),
        (Value::Instant(a), Value::Instant(b)) => a.cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Json(a), Value::Json(b)) => compare_json(a, b),
        (Value::Array(a), Value::Array(b)) | (Value::Record(a), Value::Record(b)) => {
            let different = a.iter().zip(b).map(|(a, b)| compare(a, b)).find(|order| order.is_ne());
            different.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Value::Geometry(a), Value::Geometry(b)) => format!("{a:?}").cmp(&format!("{b:?}")),
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

fn compare_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

// Equality is that of jsonb (numbers by value, objects without order); the order among different
// documents is only total, since no backend is asked for one.
fn compare_json(a: &Json, b: &Json) -> Ordering {
    fn rank(json: &Json) -> u8 {
        match json {
            Json::Null => 0,
            Json::String(_) => 1,
            Json::Number(_) => 2,
            Json::Bool(_) => 3,
            Json::Array(_) => 4,
            Json::Object(_) => 5,
        }
    }
    match (a, b) {
        (Json::String(a), Json::String(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Json::Bool(a), Json::Bool(b)) => a.cmp(b),
        (Json::Number(a), Json::Number(b)) => compare_numbers(&a.to_string(), &b.to_string()),
        (Json::Array(a), Json::Array(b)) => {
            let different = a.iter().zip(b).map(|(a, b)| compare_json(a, b)).find(|order| order.is_ne());
            a.len().cmp(&b.len()).then(different.unwrap_or(Ordering::Equal))
        }
        (Json::Object(a), Json::Object(b)) => {
            let sorted = |object: &serde_json::Map<String, Json>| {
                let mut entries = object.iter().map(|(key, value)| (key.clone(), value.clone())).collect::<Vec<_>>();
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                entries
            };
            let (left, right) = (sorted(a), sorted(b));
            let different = left
                .iter()
                .zip(&right)
                .map(|(a, b)| a.0.cmp(&b.0).then_with(|| compare_json(&a.1, &b.1)))
                .find(|order| order.is_ne());
            a.len().cmp(&b.len()).then(different.unwrap_or(Ordering::Equal))
        }
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

fn compare_numbers(a: &str, b: &str) -> Ordering {
    use rust_decimal::Decimal;
    let exact = |text: &str| Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
    if let (Ok(a), Ok(b)) = (exact(a), exact(b)) {
        return a.cmp(&b);
    }
    let float = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    compare_floats(float(a), float(b)).then_with(|| a.cmp(b))
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 2,
        Value::Unset => 1,
        _ => 0,
    }
}
