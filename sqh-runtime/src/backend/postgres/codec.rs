//! [`Codec`]: a value to and from PostgreSQL's binary form, chosen once for each column.
//!
//! The same bytes serve as a bind, as an element of an array and as a field of a binary `COPY`.
//! What PostgreSQL cannot hold is refused while it is encoded, before anything is sent. The forms
//! of single types stand below `codec/`.

mod array;
pub(super) mod bind;
mod columns;
mod document;
mod geometry;
mod number;
mod row;
mod text;
mod text_form;
mod time;

use sqh_model::expr::lower::Travel;
use sqh_model::schema::ColumnDef;
use sqh_model::types::{Shape, TypeDef};
use sqh_model::{Error, Result, Value, ValueKind};

pub(super) use self::array::{begin_array, literal};
pub(super) use self::columns::Columns;
pub(super) use self::row::RowCodec;

/// A value's binary form: how to write it, how to read it, and its type's identity.
#[derive(Clone, Copy)]
pub(super) struct Codec {
    pub(super) ty: TypeDef,
    /// The type that is announced to the server.
    pub(super) oid: u32,
    /// The type of an array of it; 0 if it is an array itself.
    pub(super) array_oid: u32,
    encode: Encode,
    decode: Decode,
}

/// Appends a value that is neither null nor unset.
type Encode = fn(&Value, &TypeDef, &mut Vec<u8>) -> Result<()>;
type Decode = fn(&[u8], &TypeDef) -> Result<Value>;

impl Codec {
    /// The codec of a column's values.
    pub(super) fn of_column(column: &ColumnDef) -> Self {
        Self::new(&column.ty, Travel::of_column(column))
    }

    /// The codec of a type's values in one of the forms in which they travel.
    pub(super) fn new(ty: &TypeDef, travel: Travel) -> Self {
        let Scalar { oid, array_oid, encode, decode } = match travel {
            Travel::Native => native(ty),
            Travel::Text => TEXT_FORM,
            Travel::TextArray => Scalar {
                oid: TEXT.array_oid,
                array_oid: 0,
                encode: array::encode_text_forms,
                decode: array::decode_text_forms,
            },
        };
        Self { ty: *ty, oid, array_oid, encode, decode }
    }

    /// Appends a value without its length. `false` if it is null, and then nothing was appended.
    #[inline]
    pub(super) fn encode(&self, value: &Value, out: &mut Vec<u8>) -> Result<bool> {
        match value {
            Value::Null => Ok(false),
            Value::Unset => Err(Error::internal("an unset value has no form in PostgreSQL")),
            value => (self.encode)(value, &self.ty, out).map(|()| true),
        }
    }

    /// Appends a value with its length before it, as arrays and `COPY` want it.
    #[inline]
    pub(super) fn encode_field(&self, value: &Value, out: &mut Vec<u8>) -> Result<()> {
        with_length(out, |out| self.encode(value, out))
    }

    /// Reads a value that is not null.
    #[inline]
    pub(super) fn decode(&self, bytes: &[u8]) -> Result<Value> {
        (self.decode)(bytes, &self.ty)
    }
}

/// Appends what `write` appends, with its length before it; -1 if it says that there is nothing.
#[inline]
pub(super) fn with_length(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> Result<bool>) -> Result<()> {
    let start = out.len();
    out.extend_from_slice(&(-1_i32).to_be_bytes());
    if write(out)? {
        let length = i32::try_from(out.len() - start - 4)
            .map_err(|_| Error::invalid("the value is longer than PostgreSQL can hold"))?;
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}

struct Scalar {
    oid: u32,
    array_oid: u32,
    encode: Encode,
    decode: Decode,
}

const TEXT: Scalar = Scalar { oid: 25, array_oid: 1009, encode: text::encode, decode: text::decode };
const TEXT_FORM: Scalar = Scalar { encode: text_form::encode, decode: text_form::decode, ..TEXT };
const JSONB: Scalar = Scalar { oid: 3802, array_oid: 3807, encode: document::encode, decode: document::decode };

fn native(ty: &TypeDef) -> Scalar {
    match ty.shape {
        Shape::Scalar(scalar) => of_kind(scalar.kind),
        Shape::Enum(_) => TEXT,
        Shape::Link(link) => native(&link.key),
        Shape::Collection(_, element) => {
            Scalar { oid: native(element).array_oid, array_oid: 0, encode: array::encode, decode: array::decode }
        }
        Shape::Record(_) | Shape::Subdocument(_) | Shape::Parent => JSONB,
    }
}

// Object identifiers of PostgreSQL's own types never change (pg_type.dat).
fn of_kind(kind: ValueKind) -> Scalar {
    let scalar = |oid, array_oid, encode, decode| Scalar { oid, array_oid, encode, decode };
    match kind {
        ValueKind::Bool => scalar(16, 1000, number::encode_bool, number::decode_bool),
        ValueKind::I16 => scalar(21, 1005, number::encode_i16, number::decode_i16),
        ValueKind::I32 => scalar(23, 1007, number::encode_i32, number::decode_i32),
        ValueKind::I64 => scalar(20, 1016, number::encode_i64, number::decode_i64),
        ValueKind::F32 => scalar(700, 1021, number::encode_f32, number::decode_f32),
        ValueKind::F64 => scalar(701, 1022, number::encode_f64, number::decode_f64),
        ValueKind::Decimal => scalar(1700, 1231, number::encode_decimal, number::decode_decimal),
        ValueKind::Text => TEXT,
        ValueKind::Bytes => scalar(17, 1001, text::encode_bytes, text::decode_bytes),
        ValueKind::Uuid => scalar(2950, 2951, text::encode_uuid, text::decode_uuid),
        ValueKind::Instant => scalar(1184, 1185, time::encode_instant, time::decode_instant),
        ValueKind::DateTime => scalar(1114, 1115, time::encode_datetime, time::decode_datetime),
        ValueKind::Date => scalar(1082, 1182, time::encode_date, time::decode_date),
        ValueKind::Time => scalar(1083, 1183, time::encode_time, time::decode_time),
        // PostGIS casts between bytea and geometry without being asked.
        ValueKind::Geometry => scalar(17, 1001, geometry::encode, geometry::decode),
        ValueKind::Json | ValueKind::Record | ValueKind::Array => JSONB,
    }
}

/// The bytes of a type of fixed length.
fn fixed<const N: usize>(bytes: &[u8], ty: &TypeDef) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| other_shape(ty))
}

/// The error for stored bytes that are none of the type.
fn other_shape(ty: &TypeDef) -> Error {
    Error::internal(format!("the stored value is no {}: the table has another shape than the model", ty.name()))
}

/// The error for a value that is none of the type.
fn mismatch(ty: &TypeDef, value: &Value) -> Error {
    let got = value.kind().map_or_else(|| "nothing".to_owned(), |kind| format!("{kind:?}").to_lowercase());
    ty.mismatch(got)
}

/// Unpacks the variant that a codec was chosen for.
macro_rules! expect_value {
    ($value:expr, $variant:ident, $ty:expr) => {
        match $value {
            sqh_model::Value::$variant(value) => value,
            other => return Err($crate::backend::postgres::codec::mismatch($ty, other)),
        }
    };
}
use expect_value;
