//! Values written out in SQL, for definitions, which take no binds.

use geozero::ToWkt as _;

use super::travel::type_name;
use crate::types::{SRID, TypeDef, json_form};
use crate::value::Value;

/// A value with its type: `'5'::integer`.
pub(super) fn literal(value: &Value, ty: &TypeDef, sql_type: Option<&str>, schema: &str) -> String {
    format!("{}::{}", plain(value, ty), type_name(ty, sql_type, schema))
}

/// A string as SQL, whatever `standard_conforming_strings` says.
pub fn text_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') { format!("E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

fn plain(value: &Value, ty: &TypeDef) -> String {
    let text = match value {
        Value::Unset | Value::Null => return "NULL".to_owned(),
        Value::Array(values) if values.is_empty() => "{}".to_owned(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(|value| plain(value, ty)).collect();
            return format!("ARRAY[{}]", values.join(", "));
        }
        Value::Bool(value) => value.to_string(),
        Value::I16(value) => value.to_string(),
        Value::I32(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::F32(value) => value.to_string(),
        Value::F64(value) => value.to_string(),
        Value::Decimal(value) => value.to_string(),
        Value::Text(value) => value.clone(),
        Value::Bytes(value) => value.iter().fold("\\x".to_owned(), |text, byte| text + &format!("{byte:02x}")),
        Value::Uuid(value) => value.to_string(),
        Value::Instant(value) => value.to_rfc3339(),
        Value::DateTime(value) => value.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
        Value::Date(value) => value.format("%Y-%m-%d").to_string(),
        Value::Time(value) => value.format("%H:%M:%S%.f").to_string(),
        Value::Json(value) => value.to_string(),
        Value::Geometry(value) => match value.to_wkt() {
            Ok(text) => format!("SRID={SRID};{text}"),
            Err(_) => return "NULL".to_owned(),
        },
        Value::Record(_) => match json_form::to_json(ty, value) {
            Ok(json) => json.to_string(),
            Err(_) => return "NULL".to_owned(),
        },
    };
    text_literal(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FieldType;

    #[test]
    fn values_have_their_types() {
        for (value, ty, expected) in [
            (Value::I32(-1), i32::DEF, "'-1'::integer"),
            (Value::F64(f64::NAN), f64::DEF, "'NaN'::double precision"),
            (Value::Text("it's".into()), String::DEF, "'it''s'::text"),
            (Value::Text("a\\'; DROP".into()), String::DEF, "E'a\\\\''; DROP'::text"),
            (Value::Bytes(vec![1, 255]), <Vec<u8>>::DEF, "E'\\\\x01ff'::bytea"),
            (Value::Null, String::DEF, "NULL::text"),
            (Value::Array(vec![]), <Vec<String>>::DEF, "'{}'::text[]"),
            (
                Value::Array(vec![Value::Text("a".into()), Value::Null]),
                <Vec<Option<String>>>::DEF,
                "ARRAY['a', NULL]::text[]",
            ),
            (Value::Json(Box::new(serde_json::json!({"a": "b'"}))), serde_json::Value::DEF, "'{\"a\":\"b''\"}'::jsonb"),
        ] {
            assert_eq!(literal(&value, &ty, None, ""), expected);
        }
    }
}
