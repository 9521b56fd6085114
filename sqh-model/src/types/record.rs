//! What `#[derive(PlatformValue)]` emits is a [`Record`]; the rest of its `FieldType` is here.

use std::vec::IntoIter;

use super::{RecordDef, RecordStorage, Shape, TypeDef, describe};
use crate::error::Result;
use crate::row::{Row, RowReader, RowWriter, next_value};
use crate::schema::PlatformModel;
use crate::value::Value;

/// An embedded struct as data and two mechanical functions. Used by generated code.
pub trait Record: Sized {
    /// The struct as data.
    const RECORD: RecordDef;

    /// Writes the fields in declaration order.
    ///
    /// # Errors
    /// `Invalid`, naming the field, if a value cannot be held.
    fn encode(self, row: &mut RowWriter<'_>) -> Result<()>;

    /// Reads the fields in declaration order.
    ///
    /// # Errors
    /// `Invalid`, naming the field, if a stored value is none of the field's type.
    fn decode(row: &mut RowReader<'_>) -> Result<Self>;
}

/// The type of an embedded struct.
pub const fn def<R: Record>() -> TypeDef {
    TypeDef { shape: Shape::Record(&R::RECORD), nullable: false }
}

/// `FieldType::into_value` of an embedded struct: one value for each field.
///
/// # Errors
/// As [`Record::encode`].
pub fn into_value<R: Record>(record: R) -> Result<Value> {
    let mut values = Row::with_capacity(R::RECORD.fields.len());
    record.encode(&mut RowWriter::whole(R::RECORD.fields, &mut values))?;
    Ok(Value::Record(values))
}

/// `FieldType::from_value` of an embedded struct.
///
/// # Errors
/// As [`Record::decode`].
pub fn from_value<R: Record>(value: Value) -> Result<R> {
    match value {
        Value::Record(values) => R::decode(&mut RowReader::whole(R::RECORD.fields, &mut values.into_iter())),
        other => Err(def::<R>().mismatch(describe(&other))),
    }
}

/// `FieldType::encode` of an embedded struct: its columns, or the one `jsonb` column.
///
/// # Errors
/// As [`Record::encode`].
pub fn encode<R: Record>(record: R, row: &mut Row) -> Result<()> {
    match R::RECORD.storage {
        RecordStorage::Flatten => record.encode(&mut RowWriter::new(R::RECORD.fields, row)),
        RecordStorage::Json => {
            row.push(into_value(record)?);
            Ok(())
        }
    }
}

/// `FieldType::decode` of an embedded struct.
///
/// # Errors
/// As [`Record::decode`].
pub fn decode<R: Record>(values: &mut IntoIter<Value>) -> Result<R> {
    match R::RECORD.storage {
        RecordStorage::Flatten => R::decode(&mut RowReader::new(R::RECORD.fields, values)),
        RecordStorage::Json => from_value(next_value(values)?),
    }
}

/// The type of a graph model that lives inside its parent.
pub const fn subdocument<M: PlatformModel>() -> TypeDef {
    TypeDef { shape: Shape::Subdocument(M::def), nullable: false }
}

/// `FieldType::into_value` of a subdocument.
///
/// # Errors
/// As [`PlatformModel::encode`].
pub fn subdocument_into_value<M: PlatformModel>(record: M) -> Result<Value> {
    let fields = M::def().fields;
    let mut values = Row::with_capacity(fields.len());
    record.encode(&mut RowWriter::whole(fields, &mut values))?;
    Ok(Value::Record(values))
}

/// `FieldType::from_value` of a subdocument.
///
/// # Errors
/// As [`PlatformModel::decode`].
pub fn subdocument_from_value<M: PlatformModel>(value: Value) -> Result<M> {
    match value {
        Value::Record(values) => M::decode(&mut RowReader::whole(M::def().fields, &mut values.into_iter())),
        other => Err(subdocument::<M>().mismatch(describe(&other))),
    }
}
