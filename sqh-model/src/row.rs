//! Rows: a record's values in the order of its columns, and the cursors by which the generated
//! codec writes and reads them.

use crate::error::{Error, Result};
use crate::schema::{FieldDef, ModelDef, PlatformModel};
use crate::types::FieldType;
use crate::value::Value;

/// A record's values, one for each physical column of the model, in the layout's order
/// ([`ModelDef::layout`]).
pub type Row = Vec<Value>;

/// Receives a struct's fields in declaration order. Used by generated code.
#[derive(Debug)]
pub struct RowWriter<'a> {
    values: &'a mut Row,
    fields: std::slice::Iter<'static, FieldDef>,
    form: Form,
}

/// What a field becomes in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A value for each physical column.
    Columns,
    /// One value, also for an embedded struct.
    Whole,
}

impl<'a> RowWriter<'a> {
    /// Appends to `values` the columns of the fields that `fields` describes.
    pub fn new(fields: &'static [FieldDef], values: &'a mut Row) -> Self {
        Self { values, fields: fields.iter(), form: Form::Columns }
    }

    /// Appends to `values` one value for each of `fields`.
    pub fn whole(fields: &'static [FieldDef], values: &'a mut Row) -> Self {
        Self { values, fields: fields.iter(), form: Form::Whole }
    }

    /// Writes the next field.
    ///
    /// # Errors
    /// `Invalid` with the field's name if the value cannot be held.
    #[inline]
    pub fn field<T: FieldType>(&mut self, value: T) -> Result<()> {
        let field = self.next();
        let written = match self.form {
            Form::Columns => value.encode(self.values),
            Form::Whole => value.into_value().map(|value| self.values.push(value)),
        };
        written.map_err(|error| error.in_field(field.name))
    }

    /// Goes over the next field, an inherited model: its fields are written by what comes back.
    pub fn parent(&mut self, parent: &'static ModelDef) -> RowWriter<'_> {
        self.next();
        RowWriter { values: self.values, fields: parent.fields.iter(), form: self.form }
    }

    #[inline]
    fn next(&mut self) -> &'static FieldDef {
        self.fields.next().expect("the generated codec writes as many fields as the definition has")
    }
}

/// Hands out a row's values in declaration order. Used by generated code.
#[derive(Debug)]
pub struct RowReader<'a> {
    values: &'a mut std::vec::IntoIter<Value>,
    fields: std::slice::Iter<'static, FieldDef>,
    form: Form,
}

impl<'a> RowReader<'a> {
    /// Reads from `values` the columns of the fields that `fields` describes.
    pub fn new(fields: &'static [FieldDef], values: &'a mut std::vec::IntoIter<Value>) -> Self {
        Self { values, fields: fields.iter(), form: Form::Columns }
    }

    /// Reads from `values` one value for each of `fields`.
    pub fn whole(fields: &'static [FieldDef], values: &'a mut std::vec::IntoIter<Value>) -> Self {
        Self { values, fields: fields.iter(), form: Form::Whole }
    }

    /// Reads the next field.
    ///
    /// # Errors
    /// `Invalid` with the field's name if the stored value is none of the field's type.
    #[inline]
    pub fn field<T: FieldType>(&mut self) -> Result<T> {
        let field = self.next();
        let read = match self.form {
            Form::Columns => T::decode(self.values),
            Form::Whole => next_value(self.values).and_then(T::from_value),
        };
        read.map_err(|error| error.in_field(field.name))
    }

    /// Goes over the next field, an inherited model: its fields are read by what comes back.
    pub fn parent(&mut self, parent: &'static ModelDef) -> RowReader<'_> {
        self.next();
        RowReader { values: self.values, fields: parent.fields.iter(), form: self.form }
    }

    #[inline]
    fn next(&mut self) -> &'static FieldDef {
        self.fields.next().expect("the generated codec reads as many fields as the definition has")
    }
}

/// Encodes a struct into a row.
///
/// # Errors
/// `Invalid`, naming model and field, if a value is one that no system here can hold.
pub fn to_row<M: PlatformModel>(record: M) -> Result<Row> {
    let mut row = Row::with_capacity(M::def().fields.len());
    append_row(record, &mut row)?;
    Ok(row)
}

/// [`to_row`] into a buffer that the caller keeps.
///
/// # Errors
/// As [`to_row`].
pub fn append_row<M: PlatformModel>(record: M, row: &mut Row) -> Result<()> {
    let def = M::def();
    record.encode(&mut RowWriter::new(def.fields, row)).map_err(|error| error.in_model(def.name))
}

/// Decodes a row into a struct.
///
/// # Errors
/// `Invalid`, naming model and field, if a stored value is none of the field's type.
pub fn from_row<M: PlatformModel>(row: Row) -> Result<M> {
    let def = M::def();
    let mut values = row.into_iter();
    M::decode(&mut RowReader::new(def.fields, &mut values)).map_err(|error| error.in_model(def.name))
}

pub(crate) fn next_value(values: &mut std::vec::IntoIter<Value>) -> Result<Value> {
    values.next().ok_or_else(|| Error::internal("the row has fewer values than the model has columns"))
}

/// The columns of `def` that a row of it carries.
pub fn width(def: &'static ModelDef) -> usize {
    def.layout().columns().len()
}
