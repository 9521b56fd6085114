//! Default values as SQL literals.

use super::name;
use crate::error::Result;
use crate::value::Value;

/// A default of the client as a literal, so that a row written by hand takes it too.
///
/// Only plain values are: a uuid or a time is made anew by each call, and so is whatever differs
/// between two calls. The client sets its default in any case.
pub(super) fn of_default(default: fn() -> Result<Value>, type_name: &str) -> Option<String> {
    let value = default().ok()?;
    let again = default().ok()?;
    if value != again {
        return None;
    }
    literal(&value, type_name)
}

fn literal(value: &Value, type_name: &str) -> Option<String> {
    match value {
        Value::Array(elements) if elements.is_empty() => Some(format!("'{{}}'::{type_name}")),
        Value::Array(elements) => {
            let elements = elements.iter().map(plain).collect::<Option<Vec<_>>>()?;
            Some(format!("ARRAY[{}]::{type_name}", elements.join(", ")))
        }
        value => plain(value),
    }
}

fn plain(value: &Value) -> Option<String> {
    Some(match value {
        Value::Bool(value) => value.to_string(),
        Value::I16(value) => number(value.to_string()),
        Value::I32(value) => number(value.to_string()),
        Value::I64(value) => number(value.to_string()),
        Value::F32(value) => float(f64::from(*value), value.to_string()),
        Value::F64(value) => float(*value, value.to_string()),
        Value::Decimal(value) => number(value.to_string()),
        Value::Text(value) if !value.contains('\0') => name::literal(value),
        _ => return None,
    })
}

fn float(value: f64, text: String) -> String {
    match value {
        f64::INFINITY => "'Infinity'".to_owned(),
        f64::NEG_INFINITY => "'-Infinity'".to_owned(),
        _ => number(text),
    }
}

// A sign or a name, as in `-1` or `NaN`, is no literal of its own.
fn number(text: String) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { text } else { format!("'{text}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_are_literals() {
        for (value, expected) in [
            (Value::Bool(true), Some("true")),
            (Value::I32(-1), Some("'-1'")),
            (Value::F64(1.5), Some("1.5")),
            (Value::F64(f64::NEG_INFINITY), Some("'-Infinity'")),
            (Value::Text("it's".into()), Some("'it''s'")),
            (Value::Array(vec![]), Some("'{}'::t[]")),
            (Value::Array(vec![Value::Text("a".into()), Value::Text("b".into())]), Some("ARRAY['a', 'b']::t[]")),
            (Value::Uuid(uuid::Uuid::nil()), None),
            (Value::Null, None),
        ] {
            assert_eq!(literal(&value, "t[]").as_deref(), expected, "{value:?}");
        }
    }

    #[test]
    fn a_default_that_changes_is_no_literal() {
        fn fresh() -> Result<Value> {
            Ok(Value::Text(uuid::Uuid::new_v4().to_string()))
        }
        assert_eq!(of_default(fresh, "text"), None);
    }
}
