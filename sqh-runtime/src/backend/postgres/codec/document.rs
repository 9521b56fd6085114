//! `jsonb`: JSON documents, and embedded values in their JSON form.

use std::borrow::Cow;

use serde_json::Value as Json;
use sqh_model::types::{Shape, TypeDef, json_form};
use sqh_model::{Error, Result, Value};

use super::other_shape;
use super::text::check_no_nul;

/// The version of the binary form of jsonb.
const VERSION: u8 = 1;
/// numeric has this many digits before its point at most, and numbers in jsonb are numeric.
const MAX_WHOLE_DIGITS: i64 = 131_072;
const MAX_FRACTION_DIGITS: i64 = 16_383;

pub(super) fn encode(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    out.push(VERSION);
    write(value, ty, out)
}

pub(super) fn decode(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    match bytes.split_first() {
        Some((&VERSION, text)) => read(text, ty),
        _ => Err(other_shape(ty)),
    }
}

/// Appends the JSON text.
pub(super) fn write(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    let json = match value {
        Value::Json(json) => Cow::Borrowed(json.as_ref()),
        value => Cow::Owned(json_form::to_json(ty, value)?),
    };
    check(&json)?;
    serde_json::to_writer(out, &json)
        .map_err(|source| Error::internal("the JSON cannot be written").with_source(source))
}

/// Reads the JSON text.
pub(super) fn read(text: &[u8], ty: &TypeDef) -> Result<Value> {
    let json = serde_json::from_slice(text).map_err(|source| other_shape(ty).with_source(source))?;
    match ty.shape {
        Shape::Scalar(_) => Ok(Value::Json(Box::new(json))),
        _ => json_form::from_json(ty, &json),
    }
}

fn check(json: &Json) -> Result<()> {
    match json {
        Json::String(text) => check_no_nul(text),
        Json::Array(items) => items.iter().try_for_each(check),
        Json::Object(object) => object.iter().try_for_each(|(key, value)| {
            check_no_nul(key)?;
            check(value)
        }),
        Json::Number(number) => check_number(&number.to_string()),
        Json::Null | Json::Bool(_) => Ok(()),
    }
}

fn check_number(number: &str) -> Result<()> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.parse::<i64>().unwrap_or(i64::MAX / 2);
    let whole_digits = whole.trim_start_matches('-').len() as i64 + exponent;
    let fraction_digits = fraction.len() as i64 - exponent;
    if whole_digits <= MAX_WHOLE_DIGITS && fraction_digits <= MAX_FRACTION_DIGITS {
        return Ok(());
    }
    Err(Error::invalid("PostgreSQL cannot hold a number of that size in jsonb"))
}
