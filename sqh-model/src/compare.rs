//! The one order of values, which is PostgreSQL's under `COLLATE "C"`: text by bytes, NaN above
//! every number and equal to itself, `-0.0` equal to `0.0`.

use std::cmp::Ordering;

use serde_json::Value as Json;

use crate::types::{EnumDef, EnumStorage, Shape, TypeDef};
use crate::value::Value;

/// Compares two values of the type `ty`, which [`compare`] does but for one thing: a native enum is
/// ordered as it is declared.
pub fn compare_as(ty: &TypeDef, a: &Value, b: &Value) -> Ordering {
    match (ty.shape, a, b) {
        (Shape::Enum(def), Value::Text(a), Value::Text(b)) if def.storage == EnumStorage::Native => {
            position(def, a).cmp(&position(def, b))
        }
        (Shape::Link(link), a, b) => compare_as(&link.key, a, b),
        (Shape::Collection(_, element), Value::Array(left), Value::Array(right)) => {
            // The rows of an array of several dimensions are arrays of the same element.
            let ty = |value: &Value| if matches!(value, Value::Array(_)) { ty } else { element };
            let different = left.iter().zip(right).map(|(a, b)| compare_as(ty(a), a, b)).find(|order| order.is_ne());
            different.unwrap_or_else(|| left.len().cmp(&right.len()))
        }
        _ => compare(a, b),
    }
}

fn position(def: &EnumDef, name: &str) -> Option<usize> {
    def.variants.iter().position(|variant| variant.name == name)
}

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
pub(crate) fn compare_json(a: &Json, b: &Json) -> Ordering {
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

/// Whether two JSON values are equal as `jsonb` sees it: `1` and `1.0` are, the order of keys is nothing.
pub(crate) fn json_eq(a: &Json, b: &Json) -> bool {
    compare_json(a, b).is_eq()
}

// Numbers in JSON have any size here, and none of their digits may be lost in comparing them.
fn compare_numbers(a: &str, b: &str) -> Ordering {
    let (a, b) = (Digits::of(a), Digits::of(b));
    match (a.sign(), b.sign()) {
        (1, 1) => a.compare_magnitude(&b),
        (-1, -1) => b.compare_magnitude(&a),
        (a, b) => a.cmp(&b),
    }
}

/// A JSON number as `0.digits × 10^exponent`, without zeros at either end.
struct Digits {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Digits {
    fn of(number: &str) -> Self {
        let (negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let exponent = exponent.parse::<i64>().unwrap_or(if exponent.starts_with('-') { i64::MIN } else { i64::MAX });
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let leading_zeros = digits.len() - digits.trim_start_matches('0').len();
        let shift = whole.len() as i64 - leading_zeros as i64;
        Self { negative, digits: digits.trim_matches('0').to_owned(), exponent: exponent.saturating_add(shift) }
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    // Digits compare as text: what is longer has further digits behind, none of which end in 0.
    fn compare_magnitude(&self, other: &Self) -> Ordering {
        self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits))
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 2,
        Value::Unset => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::VariantDef;

    static SIZE: EnumDef = EnumDef {
        name: "Size",
        doc: "",
        storage: EnumStorage::Native,
        variants: &[VariantDef { name: "small", doc: "" }, VariantDef { name: "large", doc: "" }],
    };
    static SIZE_TYPE: TypeDef = TypeDef { shape: Shape::Enum(&SIZE), nullable: false };

    #[test]
    fn numbers_of_any_size_compare_exactly() {
        let ascending = [
            "-1e400",
            "-100000000000000000000000000000001",
            "-1e32",
            "-2",
            "-0.1000000000000000000000000000000001",
            "-0.1",
            "-1e-400",
            "0",
            "1e-400",
            "0.1",
            "0.1000000000000000000000000000000001",
            "0.2",
            "9",
            "10",
            "11",
            "99999999999999999999999999999999",
            "1e32",
            "1.1e32",
            "1e400",
            "1e401",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(compare_numbers(a, b), i.cmp(&j), "{a} and {b}");
            }
        }
        for [a, b] in [["0", "-0.0"], ["1", "1.0"], ["1e2", "100"], ["0.001", "1e-3"], ["1.5E+3", "1500.0"]] {
            assert_eq!(compare_numbers(a, b), Ordering::Equal, "{a} and {b}");
        }
    }

    #[test]
    fn floats_are_in_the_order_of_postgresql() {
        let ascending = [f64::NEG_INFINITY, -1.0, 0.0, 1.0, f64::INFINITY, f64::NAN].map(Value::F64);
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a:?} and {b:?}");
            }
        }
        assert_eq!(compare(&Value::F64(-0.0), &Value::F64(0.0)), Ordering::Equal);
    }

    #[test]
    fn a_native_enum_is_in_the_order_of_its_declaration() {
        let [small, large] = ["small", "large"].map(|name| Value::Text(name.to_owned()));
        assert_eq!(compare_as(&SIZE_TYPE, &small, &large), Ordering::Less);
        assert_eq!(compare(&small, &large), Ordering::Greater);
        let list = TypeDef { shape: Shape::Collection(crate::types::Collection::List, &SIZE_TYPE), nullable: false };
        let [smalls, larges] = [small, large].map(|value| Value::Array(vec![value]));
        assert_eq!(compare_as(&list, &smalls, &larges), Ordering::Less);
    }
}
