//! [`Filter`], orders and cursors as SQL for PostgreSQL.
//!
//! Values never become text: each is a bind, written as `$1`, `$2`, … in the order of [`Binds`].
//! Start with [`Relation`]. What is rendered relies on the columns' own collation, which the DDL
//! declares as `"C"`; [`Travel`] says which columns need a cast.

mod bind;
mod keyset;
mod literal;
mod shape;
mod spatial;
mod text_search;
mod travel;

use std::fmt::Write as _;

use sea_query::Expr;

pub use self::bind::{Bind, Binds, placeholder};
pub use self::literal::text_literal;
pub use self::shape::FilterShape;
pub use self::spatial::geography;
pub use self::text_search::{SearchSql, search_vector};
pub use self::travel::{Travel, quoted, type_name};
use super::filter::{Comparison, Filter, column, escape_like};
use crate::error::{Error, Result};
use crate::schema::{ColumnDef, ModelDef};
use crate::types::{FieldType, Shape};
use crate::value::Value;

/// A model's table as a statement names it.
#[derive(Debug, Clone, Copy)]
pub struct Relation<'a> {
    /// The model.
    pub def: &'static ModelDef,
    /// The schema of the table and of the native enums.
    pub schema: &'a str,
    /// The table's alias in the statement: a plain identifier.
    pub alias: &'a str,
}

impl Relation<'_> {
    /// A column by its position in the layout: `t."value"`.
    pub fn column(&self, position: usize) -> String {
        format!("{}.{}", self.alias, quoted(&self.def.layout().columns()[position].name))
    }

    /// The column's value in the form in which it is read: `t."color"::text`.
    pub fn read_column(&self, position: usize) -> String {
        let column = &self.def.layout().columns()[position];
        self.column(position) + Travel::of_column(column).read_cast(&column.ty)
    }

    /// A filter as an expression for statements that are made with sea-query.
    ///
    /// # Errors
    /// As [`Relation::push_filter`].
    pub fn filter(&self, filter: &Filter, binds: &mut Binds) -> Result<Expr> {
        let mut sql = String::new();
        self.push_filter(filter, &mut sql, binds)?;
        Ok(Expr::cust(sql))
    }

    /// Appends a filter as one condition that needs no further parentheses.
    ///
    /// # Errors
    /// `Invalid`, naming the field, for a field that the model does not have.
    pub fn push_filter(&self, filter: &Filter, sql: &mut String, binds: &mut Binds) -> Result<()> {
        match filter {
            Filter::Everything => sql.push_str("TRUE"),
            Filter::And(filters) => self.push_all(filters, " AND ", "TRUE", sql, binds)?,
            Filter::Or(filters) => self.push_all(filters, " OR ", "FALSE", sql, binds)?,
            Filter::Not(filter) => {
                sql.push_str("(NOT ");
                self.push_filter(filter, sql, binds)?;
                sql.push(')');
            }
            Filter::IsNull { field } => {
                let (position, _) = column(self.def, field)?;
                self.push_leaf(sql, position, " IS NULL");
            }
            Filter::Compare { field, comparison, value } => {
                let (position, column) = column(self.def, field)?;
                let bind = binds.of_column(column, value.clone(), self.schema);
                self.push_leaf(sql, position, &format!(" {} {bind}", operator(*comparison)));
            }
            Filter::In { field, values } => {
                let (position, column) = column(self.def, field)?;
                self.push_in(position, column, values, sql, binds);
            }
            Filter::Like { field, pattern, case_sensitive } => {
                let (position, column) = column(self.def, field)?;
                let bind = binds.plain(column, String::DEF, Value::Text(pattern.clone()));
                let operator = if *case_sensitive { "LIKE" } else { "ILIKE" };
                self.push_leaf(sql, position, &format!(" {operator} {bind}"));
            }
            Filter::Regex { field, pattern, case_sensitive } => {
                let (position, column) = column(self.def, field)?;
                let bind = binds.plain(column, String::DEF, Value::Text(pattern.clone()));
                let operator = if *case_sensitive { "~" } else { "~*" };
                self.push_leaf(sql, position, &format!(" {operator} {bind}"));
            }
            Filter::ContainsAll { field, values } => self.push_elements(field, "@>", values, sql, binds)?,
            Filter::Overlaps { field, values } => self.push_elements(field, "&&", values, sql, binds)?,
            Filter::ContainedBy { field, values } => self.push_elements(field, "<@", values, sql, binds)?,
            Filter::JsonContains { field, json } => {
                let (position, column) = column(self.def, field)?;
                let bind = binds.plain(column, serde_json::Value::DEF, Value::Json(json.clone()));
                self.push_leaf(sql, position, &format!("{} @> {bind}", as_jsonb(column)));
            }
            Filter::JsonHasKey { field, key } => {
                let (position, column) = column(self.def, field)?;
                let bind = binds.plain(column, String::DEF, Value::Text(key.clone()));
                self.push_leaf(sql, position, &format!("{} ? {bind}", as_jsonb(column)));
            }
            Filter::JsonPath { field, path, json } => {
                let (position, column) = column(self.def, field)?;
                let path = Value::Array(path.iter().cloned().map(Value::Text).collect());
                let path = binds.plain(column, <Vec<String>>::DEF, path);
                let bind = binds.plain(column, serde_json::Value::DEF, Value::Json(json.clone()));
                self.push_leaf(sql, position, &format!("{} #> {path} = {bind}", as_jsonb(column)));
            }
            Filter::Spatial { field, is } => {
                let (position, column) = column(self.def, field)?;
                self.push_spatial(position, column, is, sql, binds);
            }
        }
        Ok(())
    }

    /// Appends the terms behind `ORDER BY`. PostgreSQL's own rule for nulls is ours: last where
    /// ascending, first where descending.
    pub fn push_order(&self, order: &[(usize, bool)], sql: &mut String) {
        for (i, (position, descending)) in order.iter().enumerate() {
            let _ = write!(
                sql,
                "{}{}{}",
                if i == 0 { "" } else { ", " },
                self.column(*position),
                if *descending { " DESC" } else { "" }
            );
        }
    }

    fn push_leaf(&self, sql: &mut String, position: usize, rest: &str) {
        let _ = write!(sql, "({}{rest})", self.column(position));
    }

    fn push_all(&self, filters: &[Filter], glue: &str, none: &str, sql: &mut String, binds: &mut Binds) -> Result<()> {
        if filters.is_empty() {
            sql.push_str(none);
            return Ok(());
        }
        for (i, filter) in filters.iter().enumerate() {
            sql.push_str(if i == 0 { "(" } else { glue });
            self.push_filter(filter, sql, binds)?;
        }
        sql.push(')');
        Ok(())
    }

    // Any number of values is one bind. A collection is compared value by value: `ANY` of an array
    // of arrays would look at their elements.
    fn push_in(
        &self,
        position: usize,
        column: &'static ColumnDef,
        values: &[Value],
        sql: &mut String,
        binds: &mut Binds,
    ) {
        if !matches!(column.ty.shape, Shape::Collection(..)) {
            let bind = binds.many_of_column(column, values.to_vec(), self.schema);
            self.push_leaf(sql, position, &format!(" = ANY({bind})"));
            return;
        }
        if values.is_empty() {
            sql.push_str("FALSE");
            return;
        }
        for (i, value) in values.iter().enumerate() {
            let bind = binds.of_column(column, value.clone(), self.schema);
            sql.push_str(if i == 0 { "(" } else { " OR " });
            self.push_leaf(sql, position, &format!(" = {bind}"));
        }
        sql.push(')');
    }

    fn push_elements(
        &self,
        field: &str,
        operator: &str,
        values: &[Value],
        sql: &mut String,
        binds: &mut Binds,
    ) -> Result<()> {
        let (position, column) = column(self.def, field)?;
        if !matches!(column.ty.shape, Shape::Collection(..)) {
            return Err(Error::invalid(format!("the field is {} and has no elements", column.ty.name()))
                .in_field(field)
                .in_model(self.def.name));
        }
        let bind = binds.of_column(column, Value::Array(values.to_vec()), self.schema);
        self.push_leaf(sql, position, &format!(" {operator} {bind}"));
        Ok(())
    }
}

/// Records whose search fields hold `text`, taken literally, without regard to the case of ASCII
/// letters.
pub fn search(def: &'static ModelDef, text: &str) -> Filter {
    let pattern = format!("%{}%", escape_like(text));
    let columns = def.layout().columns().iter().filter(|column| column.field.search.is_some());
    Filter::Or(
        columns
            .map(|column| Filter::Like {
                field: column.path.as_str().into(),
                pattern: pattern.clone(),
                case_sensitive: false,
            })
            .collect(),
    )
}

/// The operator of a comparison.
pub fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Eq => "=",
        Comparison::Ne => "<>",
        Comparison::Lt => "<",
        Comparison::Lte => "<=",
        Comparison::Gt => ">",
        Comparison::Gte => ">=",
    }
}

fn as_jsonb(column: &ColumnDef) -> &'static str {
    if column.field.sql_type.is_some() { "::jsonb" } else { "" }
}
