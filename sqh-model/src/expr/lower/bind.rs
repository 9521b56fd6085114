//! The values of a statement, in the order of their placeholders.

use super::literal::literal;
use super::travel::{Travel, type_name};
use crate::schema::ColumnDef;
use crate::types::{Collection, Shape, TypeDef};
use crate::value::Value;

/// The values of a statement, or those behind its first ones.
#[derive(Debug, Default)]
pub struct Binds {
    before: usize,
    values: Vec<Bind>,
    /// Whether values are written out where a placeholder would stand.
    are_literals: bool,
}

/// A value of a statement.
#[derive(Debug)]
pub struct Bind {
    /// The value.
    pub value: Value,
    /// Its type.
    pub ty: TypeDef,
    /// The form in which it is sent.
    pub travel: Travel,
    /// The path of the field that it is about, for errors; empty if it is about none.
    pub field: &'static str,
}

/// The placeholder of a value of a type, with the cast that it needs.
pub fn placeholder(number: usize, ty: &TypeDef, sql_type: Option<&str>, schema: &str) -> String {
    match Travel::of(ty, sql_type) {
        Travel::Native => format!("${number}"),
        Travel::Text | Travel::TextArray => format!("${number}::{}", type_name(ty, sql_type, schema)),
    }
}

impl Binds {
    /// The values behind others: the first is `$4` behind three.
    pub fn behind(before: usize) -> Self {
        Self { before, ..Self::default() }
    }

    /// No values at all: each is written out where its placeholder would stand, for the definition of
    /// something that takes none.
    pub fn literals() -> Self {
        Self { are_literals: true, ..Self::default() }
    }

    /// Appends a value of a column's own type, and returns its placeholder with the cast that it
    /// needs.
    pub fn of_column(&mut self, column: &'static ColumnDef, value: Value, schema: &str) -> String {
        self.push(column, column.ty, column.field.sql_type, value, schema)
    }

    /// Appends values of a column's own type as one list, and returns its placeholder with the cast that it
    /// needs.
    pub fn many_of_column(&mut self, column: &'static ColumnDef, values: Vec<Value>, schema: &str) -> String {
        let ty = TypeDef { shape: Shape::Collection(Collection::List, &column.ty), nullable: false };
        self.push(column, ty, column.field.sql_type, Value::Array(values), schema)
    }

    /// Appends a value of a type of the mapping's own, and returns its placeholder.
    pub fn plain(&mut self, column: &'static ColumnDef, ty: TypeDef, value: Value) -> String {
        self.push(column, ty, None, value, "")
    }

    /// Appends a value that is about no field, such as a limit, and returns its placeholder.
    pub fn free(&mut self, ty: TypeDef, value: Value) -> String {
        if self.are_literals {
            return literal(&value, &ty, None, "");
        }
        self.values.push(Bind { value, ty, travel: Travel::Native, field: "" });
        format!("${}", self.before + self.values.len())
    }

    /// Appends a value that is about no field, of any type, and returns its placeholder with the cast that
    /// it needs.
    pub fn of_type(&mut self, ty: TypeDef, value: Value, schema: &str) -> String {
        if self.are_literals {
            return literal(&value, &ty, None, schema);
        }
        self.values.push(Bind { value, ty, travel: Travel::of(&ty, None), field: "" });
        placeholder(self.before + self.values.len(), &ty, None, schema)
    }

    pub(super) fn push(
        &mut self,
        column: &'static ColumnDef,
        ty: TypeDef,
        sql_type: Option<&str>,
        value: Value,
        schema: &str,
    ) -> String {
        if self.are_literals {
            return literal(&value, &ty, sql_type, schema);
        }
        self.add(column, ty, sql_type, value);
        placeholder(self.before + self.values.len(), &ty, sql_type, schema)
    }

    /// Appends a value whose placeholder is written already.
    pub(super) fn add(&mut self, column: &'static ColumnDef, ty: TypeDef, sql_type: Option<&str>, value: Value) {
        self.values.push(Bind { value, ty, travel: Travel::of(&ty, sql_type), field: &column.path });
    }

    /// The values in order.
    pub fn values(&self) -> &[Bind] {
        &self.values
    }
}
