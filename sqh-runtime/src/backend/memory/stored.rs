//! What PostgreSQL would give back of a value: documents in the normal form of `jsonb`, and no text
//! with a NUL.

use serde_json::{Map, Number, Value as Json};
use sqh_model::schema::{ColumnDef, ModelDef};
use sqh_model::{Error, Result, Row, Value};

// `numeric` holds as many digits before the point, and as many behind it.
const DIGITS_BEFORE_POINT: i64 = 131_072;
const DIGITS_BEHIND_POINT: i64 = 16_383;

/// A new row as it is stored.
///
/// # Errors
/// `Invalid`, naming the field, for what PostgreSQL cannot hold.
pub(super) fn row(model: &'static ModelDef, row: Row) -> Result<Row> {
    model.layout().columns().iter().zip(row).map(|(column, value)| self::value(column, value)).collect()
}

/// A value as it is stored in a column. What is unset has no default here: it is null.
///
/// # Errors
/// As [`row`].
pub(super) fn value(column: &ColumnDef, value: Value) -> Result<Value> {
    if value.is_unset() {
        if column.ty.nullable {
            return Ok(Value::Null);
        }
        return Err(Error::unsupported("the memory backend has no value for the field: set it").in_field(&column.path));
    }
    normal(value).map_err(|error| error.in_field(&column.path))
}

fn normal(value: Value) -> Result<Value> {
    Ok(match value {
        Value::Text(text) => Value::Text(check_text(text)?),
        Value::Json(json) => Value::Json(Box::new(normal_json(*json)?)),
        Value::Array(values) => Value::Array(values.into_iter().map(normal).collect::<Result<_>>()?),
        Value::Record(values) => Value::Record(values.into_iter().map(normal).collect::<Result<_>>()?),
        value => value,
    })
}

fn check_text(text: String) -> Result<String> {
    if text.contains('\0') {
        return Err(Error::invalid("PostgreSQL cannot hold a NUL character in text: use `Vec<u8>` for bytes"));
    }
    Ok(text)
}

fn normal_json(json: Json) -> Result<Json> {
    Ok(match json {
        Json::String(text) => Json::String(check_text(text)?),
        Json::Number(number) => Json::Number(normal_number(&number)?),
        Json::Array(items) => Json::Array(items.into_iter().map(normal_json).collect::<Result<_>>()?),
        Json::Object(object) => {
            let mut entries: Vec<(String, Json)> = object.into_iter().collect();
            // The order of keys in `jsonb`: shorter ones first.
            entries.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
            let entries = entries.into_iter().map(|(key, json)| Ok((check_text(key)?, normal_json(json)?)));
            Json::Object(entries.collect::<Result<Map<_, _>>>()?)
        }
        json => json,
    })
}

// `numeric` knows no exponent: it keeps the digits that one stands for, zeros behind the point too.
fn normal_number(number: &Number) -> Result<Number> {
    let text = number.to_string();
    let (negative, rest) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let too_large = || Error::invalid(format!("PostgreSQL cannot hold the JSON number {number}"));
    let exponent: i64 = exponent.parse().map_err(|_| too_large())?;
    let point = exponent.saturating_add(whole.len() as i64);
    let behind = (digits.len() as i64).saturating_sub(point);
    if point > DIGITS_BEFORE_POINT || behind > DIGITS_BEHIND_POINT {
        return Err(too_large());
    }
    let (before, after) = match usize::try_from(point) {
        // Not by a format's width: that ends at 65,535.
        Ok(point) if point >= digits.len() => (format!("{digits}{}", "0".repeat(point - digits.len())), String::new()),
        Ok(point) => (digits[..point].to_owned(), digits[point..].to_owned()),
        Err(_) => (String::new(), format!("{}{digits}", "0".repeat(behind as usize - digits.len()))),
    };
    let before = before.trim_start_matches('0');
    let before = if before.is_empty() { "0" } else { before };
    // There is no negative zero among them.
    let is_zero = digits.bytes().all(|digit| digit == b'0');
    let sign = if negative && !is_zero { "-" } else { "" };
    let plain = if after.is_empty() { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") };
    serde_json::from_str(&plain).map_err(|source| Error::internal("a plain number is JSON").with_source(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The expectations were read off PostgreSQL 15: `select '…'::jsonb`.
    #[test]
    fn documents_have_the_normal_form_of_jsonb() {
        let cases = [
            (r#"{"bb": 1, "a": 2, "b": 3}"#, r#"{"a":2,"b":3,"bb":1}"#),
            ("[1.50, 1e2, 1E-2, -0.0, -0, 1.5e1, 100e-1]", "[1.50,100,0.01,0.0,0,15,10.0]"),
            ("[1.500e1, 0.001e5, 12345678901234567890123456789]", "[15.00,100,12345678901234567890123456789]"),
        ];
        for (json, stored) in cases {
            let json: Json = serde_json::from_str(json).unwrap();
            assert_eq!(normal_json(json).unwrap().to_string(), stored);
        }
    }

    #[test]
    fn long_numbers_are_written_out() {
        let zeros = |count| "0".repeat(count);
        let cases = [
            ("1e100000", format!("1{}", zeros(100_000))),
            ("-1.5e131071", format!("-15{}", zeros(131_070))),
            ("1e-16383", format!("0.{}1", zeros(16_382))),
        ];
        for (json, stored) in cases {
            let json: Json = serde_json::from_str(json).unwrap();
            let text = normal_json(json.clone()).unwrap().to_string();
            assert!(text == stored, "{json}");
        }
    }

    #[test]
    fn what_jsonb_refuses_is_refused() {
        let cases = [
            r#""a\u0000b""#,
            r#"{"\u0000": 1}"#,
            "1e131072",
            "1e-16384",
            "1e99999999999999999999",
            "1e9223372036854775807",
            "1e-9223372036854775808",
        ];
        for json in cases {
            let json: Json = serde_json::from_str(json).unwrap();
            assert_eq!(normal_json(json).unwrap_err().kind(), sqh_model::ErrorKind::Invalid);
        }
    }
}
