//! Arrays of any number of dimensions, in PostgreSQL's binary form and as literals.
//!
//! The binary form (src/backend/utils/adt/arrayfuncs.c): the number of dimensions, whether there
//! are nulls, the element's type, a length and a lower bound for each dimension, the elements.

use sqh_model::expr::lower::Travel;
use sqh_model::types::{Shape, TypeDef};
use sqh_model::{Error, Result, Value, ValueKind};

use super::{Codec, expect_value, other_shape, text_form};

pub(super) fn encode(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    encode_elements(value, ty, &Codec::new(element(ty)?, Travel::Native), out)
}

pub(super) fn decode(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    decode_elements(bytes, ty, &Codec::new(element(ty)?, Travel::Native))
}

pub(super) fn encode_text_forms(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    encode_elements(value, ty, &Codec::new(element(ty)?, Travel::Text), out)
}

pub(super) fn decode_text_forms(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    decode_elements(bytes, ty, &Codec::new(element(ty)?, Travel::Text))
}

/// Appends what stands before the elements of an array with these lengths.
pub(in crate::backend::postgres) fn begin_array(element_oid: u32, lengths: &[usize], out: &mut Vec<u8>) -> Result<()> {
    let too_long = |_| Error::invalid("the array is longer than PostgreSQL can hold");
    out.extend_from_slice(&(lengths.len() as i32).to_be_bytes());
    // Only a hint: the server looks for itself.
    out.extend_from_slice(&1_i32.to_be_bytes());
    out.extend_from_slice(&element_oid.to_be_bytes());
    for length in lengths {
        out.extend_from_slice(&i32::try_from(*length).map_err(too_long)?.to_be_bytes());
        out.extend_from_slice(&1_i32.to_be_bytes());
    }
    Ok(())
}

/// Appends an array as a literal, such as `{{"a","b"},{"c",NULL}}`.
pub(in crate::backend::postgres) fn literal(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    let values = expect_value!(value, Array, ty);
    lengths(values)?;
    let element = element(ty)?;
    // What stands between elements is said by their type (pg_type.typdelim), and PostGIS says so.
    let delimiter = if element.kind() == ValueKind::Geometry { b':' } else { b',' };
    Literal { element, delimiter, text: Vec::new(), out }.write(values)
}

struct Literal<'a> {
    element: &'a TypeDef,
    delimiter: u8,
    text: Vec<u8>,
    out: &'a mut Vec<u8>,
}

impl Literal<'_> {
    fn write(&mut self, values: &[Value]) -> Result<()> {
        self.out.push(b'{');
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                self.out.push(self.delimiter);
            }
            match value {
                Value::Null => self.out.extend_from_slice(b"NULL"),
                Value::Array(inner) => self.write(inner)?,
                value => self.quoted(value)?,
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn quoted(&mut self, value: &Value) -> Result<()> {
        self.text.clear();
        text_form::encode(value, self.element, &mut self.text)?;
        self.out.push(b'"');
        for byte in &self.text {
            if matches!(byte, b'"' | b'\\') {
                self.out.push(b'\\');
            }
            self.out.push(*byte);
        }
        self.out.push(b'"');
        Ok(())
    }
}

fn element(ty: &TypeDef) -> Result<&'static TypeDef> {
    match ty.shape {
        Shape::Collection(_, element) => Ok(element),
        _ => Err(Error::internal(format!("{} has no elements", ty.name()))),
    }
}

fn encode_elements(value: &Value, ty: &TypeDef, codec: &Codec, out: &mut Vec<u8>) -> Result<()> {
    let values = expect_value!(value, Array, ty);
    if values.iter().any(|value| matches!(value, Value::Array(_))) {
        begin_array(codec.oid, &lengths(values)?, out)?;
        return encode_flat(values, codec, out);
    }
    match values.len() {
        0 => begin_array(codec.oid, &[], out)?,
        length => begin_array(codec.oid, &[length], out)?,
    }
    values.iter().try_for_each(|value| codec.encode_field(value, out))
}

fn encode_flat(values: &[Value], codec: &Codec, out: &mut Vec<u8>) -> Result<()> {
    values.iter().try_for_each(|value| match value {
        Value::Array(inner) => encode_flat(inner, codec, out),
        value => codec.encode_field(value, out),
    })
}

/// The length of each dimension; none at all for an empty array.
fn lengths(values: &[Value]) -> Result<Vec<usize>> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let mut lengths = vec![values.len()];
    if !values.iter().any(|value| matches!(value, Value::Array(_))) {
        return Ok(lengths);
    }
    let mut inner = values.iter().map(|value| match value {
        Value::Array(row) if row.is_empty() => {
            Err(Error::invalid("an array of empty arrays cannot be told from an empty array: use an empty array"))
        }
        Value::Array(row) => self::lengths(row),
        _ => Err(Error::invalid("a row of an array with several dimensions cannot be null")),
    });
    let first = inner.next().transpose()?.unwrap_or_default();
    for row in inner {
        if row? != first {
            return Err(Error::invalid("the array is ragged: its rows have different lengths"));
        }
    }
    lengths.extend(first);
    Ok(lengths)
}

fn decode_elements(bytes: &[u8], ty: &TypeDef, codec: &Codec) -> Result<Value> {
    let mut reader = Reader { bytes, ty };
    let dimensions = reader.length()?;
    let _has_nulls = reader.i32()?;
    let element_oid = reader.i32()? as u32;
    if element_oid != codec.oid && !is_text_like(element_oid, codec.oid) {
        return Err(other_shape(ty));
    }
    let mut lengths = Vec::new();
    for _ in 0..dimensions {
        lengths.push(reader.length()?);
        let _lower_bound = reader.i32()?;
    }
    if lengths.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    reader.elements(&lengths, codec).map(Value::Array)
}

// varchar and bpchar have text's form.
fn is_text_like(stored: u32, wanted: u32) -> bool {
    wanted == 25 && matches!(stored, 1042 | 1043)
}

struct Reader<'a> {
    bytes: &'a [u8],
    ty: &'a TypeDef,
}

impl<'a> Reader<'a> {
    fn elements(&mut self, lengths: &[usize], codec: &Codec) -> Result<Vec<Value>> {
        let [length, inner @ ..] = lengths else {
            return Err(other_shape(self.ty));
        };
        (0..*length)
            .map(|_| if inner.is_empty() { self.element(codec) } else { self.elements(inner, codec).map(Value::Array) })
            .collect()
    }

    fn element(&mut self, codec: &Codec) -> Result<Value> {
        match self.i32()? {
            -1 => Ok(Value::Null),
            length => codec.decode(self.take(usize::try_from(length).map_err(|_| other_shape(self.ty))?)?),
        }
    }

    fn length(&mut self) -> Result<usize> {
        usize::try_from(self.i32()?).map_err(|_| other_shape(self.ty))
    }

    fn i32(&mut self) -> Result<i32> {
        let bytes = self.take(4)?;
        Ok(i32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or_else(|| other_shape(self.ty))?;
        self.bytes = rest;
        Ok(taken)
    }
}
