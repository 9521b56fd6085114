//! Values as PostgreSQL reads and writes them in text: for types that travel with a cast, and for
//! the elements of array literals.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime};
use rust_decimal::Decimal;
use sqh_model::types::{Shape, TypeDef};
use sqh_model::{Error, Result, Value, ValueKind};

use super::{document, geometry, mismatch, other_shape, text};

pub(super) fn encode(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    // What the codec of one kind takes must not depend on the form.
    if value.kind() != Some(ty.kind()) {
        return Err(mismatch(ty, value));
    }
    let text = match value {
        Value::Text(_) => return text::encode(value, ty, out),
        Value::Json(_) | Value::Record(_) => return document::write(value, ty, out),
        Value::Bytes(bytes) => format!("\\x{}", hex(bytes)),
        Value::Geometry(_) => {
            let mut bytes = Vec::new();
            geometry::encode(value, ty, &mut bytes)?;
            hex(&bytes)
        }
        Value::Bool(value) => value.to_string(),
        Value::I16(value) => value.to_string(),
        Value::I32(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::F32(value) => float(f64::from(*value), format!("{value:?}")),
        Value::F64(value) => float(*value, format!("{value:?}")),
        Value::Decimal(value) => value.to_string(),
        Value::Uuid(value) => value.to_string(),
        Value::Instant(value) => {
            check_year(value.year())?;
            value.format("%Y-%m-%d %H:%M:%S%.f+00").to_string()
        }
        Value::DateTime(value) => {
            check_year(value.year())?;
            value.format("%Y-%m-%d %H:%M:%S%.f").to_string()
        }
        Value::Date(value) => {
            check_year(value.year())?;
            value.to_string()
        }
        Value::Time(value) => value.to_string(),
        Value::Array(_) | Value::Null | Value::Unset => return Err(mismatch(ty, value)),
    };
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

pub(super) fn decode(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    let text = text::utf8(bytes, ty)?;
    let value = match kind(ty) {
        ValueKind::Text => Some(Value::Text(text.to_owned())),
        ValueKind::Json | ValueKind::Record => return document::read(bytes, ty),
        ValueKind::Bytes => text.strip_prefix("\\x").and_then(unhex).map(Value::Bytes),
        ValueKind::Geometry => return geometry::decode(&unhex(text).ok_or_else(|| other_shape(ty))?, ty),
        ValueKind::Bool => match text {
            "true" | "t" => Some(Value::Bool(true)),
            "false" | "f" => Some(Value::Bool(false)),
            _ => None,
        },
        ValueKind::I16 => text.parse().ok().map(Value::I16),
        ValueKind::I32 => text.parse().ok().map(Value::I32),
        ValueKind::I64 => text.parse().ok().map(Value::I64),
        ValueKind::F32 => text.parse().ok().map(Value::F32),
        ValueKind::F64 => text.parse().ok().map(Value::F64),
        ValueKind::Decimal => Decimal::from_str_exact(text).ok().map(Value::Decimal),
        ValueKind::Uuid => uuid::Uuid::try_parse(text).ok().map(Value::Uuid),
        // The offset may be without minutes: `2026-01-31 12:30:00.5+00`.
        ValueKind::Instant => {
            DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z").ok().map(|value| Value::Instant(value.to_utc()))
        }
        ValueKind::DateTime => NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok().map(Value::DateTime),
        ValueKind::Date => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Value::Date),
        ValueKind::Time => NaiveTime::parse_from_str(text, "%H:%M:%S%.f").ok().map(Value::Time),
        ValueKind::Array => None,
    };
    value.ok_or_else(|| other_shape(ty))
}

fn kind(ty: &TypeDef) -> ValueKind {
    match ty.shape {
        Shape::Link(link) => kind(&link.key),
        _ => ty.kind(),
    }
}

fn float(value: f64, text: String) -> String {
    match value {
        value if value.is_finite() => text,
        value if value.is_nan() => "NaN".to_owned(),
        value if value > 0.0 => "Infinity".to_owned(),
        _ => "-Infinity".to_owned(),
    }
}

// Another year has more digits than PostgreSQL's parser takes without an era.
fn check_year(year: i32) -> Result<()> {
    if (1..=9999).contains(&year) {
        return Ok(());
    }
    Err(Error::invalid(format!("the year {year} is outside 1 to 9999")))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)] as char, DIGITS[usize::from(byte & 15)] as char])
        .collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}
