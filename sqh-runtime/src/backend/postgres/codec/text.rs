//! Text, bytes and uuids: what is sent as it is.

use sqh_model::types::TypeDef;
use sqh_model::{Error, Result, Value};

use super::{expect_value, fixed, other_shape};

pub(super) fn encode(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    let text = expect_value!(value, Text, ty);
    check_no_nul(text)?;
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

pub(super) fn decode(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    utf8(bytes, ty).map(|text| Value::Text(text.to_owned()))
}

pub(super) fn encode_bytes(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    out.extend_from_slice(expect_value!(value, Bytes, ty));
    Ok(())
}

pub(super) fn decode_bytes(bytes: &[u8], _: &TypeDef) -> Result<Value> {
    Ok(Value::Bytes(bytes.to_owned()))
}

pub(super) fn encode_uuid(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    out.extend_from_slice(expect_value!(value, Uuid, ty).as_bytes());
    Ok(())
}

pub(super) fn decode_uuid(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    Ok(Value::Uuid(uuid::Uuid::from_bytes(fixed(bytes, ty)?)))
}

/// PostgreSQL's text ends at a NUL.
pub(super) fn check_no_nul(text: &str) -> Result<()> {
    if !text.as_bytes().contains(&0) {
        return Ok(());
    }
    Err(Error::invalid("PostgreSQL cannot hold a NUL character in text: remove it, or use `Vec<u8>`"))
}

pub(super) fn utf8<'a>(bytes: &'a [u8], ty: &TypeDef) -> Result<&'a str> {
    std::str::from_utf8(bytes).map_err(|source| other_shape(ty).with_source(source))
}
