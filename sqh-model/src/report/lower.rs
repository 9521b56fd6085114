//! The values and conditions of a report as SQL for PostgreSQL.
//!
//! Tables are not named here: whoever makes the statement names them, with all that keeps tenants
//! apart, and says by [`Relation`] how their columns are reached.

mod bucket;
mod metric;
mod select;
mod window;

use std::fmt::Write as _;

pub use self::select::{FirstKey, SelectForm, Table};
use super::condition::Condition;
use super::interval::Part;
use super::scalar::{ColumnRef, Function, Scalar, SourceRef};
use super::{Report, Sort};
use crate::error::Result;
use crate::expr::lower::{Binds, Relation, Travel, operator};
use crate::expr::{Comparison, column};
use crate::schema::ColumnDef;
use crate::types::TypeDef;
use crate::value::Value;

/// Writes the values and conditions of a report.
#[derive(Debug)]
pub struct Lowering<'a> {
    report: &'a Report,
    relations: &'a [Relation<'a>],
    /// The values, in the order of their placeholders.
    pub binds: Binds,
}

impl<'a> Lowering<'a> {
    /// A report whose sources are named so, one for each of them. The first bind stands behind what is
    /// in `binds`.
    pub fn new(report: &'a Report, relations: &'a [Relation<'a>], binds: Binds) -> Self {
        Self { report, relations, binds }
    }

    /// Appends a value.
    ///
    /// # Errors
    /// `Invalid` for what [`Report::check`] refuses.
    pub fn push(&mut self, scalar: &Scalar, sql: &mut String) -> Result<()> {
        match scalar {
            Scalar::Column(reference) => sql.push_str(&self.column(reference)?),
            Scalar::Value(value, ty) => {
                let schema = self.relations[0].schema;
                sql.push_str(&self.binds.of_type(*ty, value.clone(), schema));
            }
            Scalar::Bucket(bucket) => self.push_bucket(bucket, sql)?,
            Scalar::Call(function, of) => self.push_call(*function, of, sql)?,
            Scalar::Metric(metric) => self.push_metric(metric, "", sql)?,
            Scalar::Window(window) => self.push_window(window, sql)?,
            Scalar::Case(condition, then, otherwise) => {
                sql.push_str("(CASE WHEN ");
                self.push_condition(condition, sql)?;
                sql.push_str(" THEN ");
                self.push(then, sql)?;
                sql.push_str(" ELSE ");
                self.push(otherwise, sql)?;
                sql.push_str(" END)");
            }
        }
        Ok(())
    }

    /// Appends a condition that needs no further parentheses.
    ///
    /// # Errors
    /// `Invalid` for what [`Report::check`] refuses.
    pub fn push_condition(&mut self, condition: &Condition, sql: &mut String) -> Result<()> {
        match condition {
            Condition::Always => sql.push_str("TRUE"),
            Condition::Of(source, filter) => {
                let relation = self.relation(source)?;
                relation.push_filter(filter, sql, &mut self.binds)?;
            }
            Condition::Compare(left, comparison, right) => self.push_comparison(left, *comparison, right, sql)?,
            Condition::IsNull(scalar) => {
                sql.push('(');
                self.push(scalar, sql)?;
                sql.push_str(" IS NULL)");
            }
            Condition::And(conditions) => self.push_conditions(conditions, " AND ", "TRUE", sql)?,
            Condition::Or(conditions) => self.push_conditions(conditions, " OR ", "FALSE", sql)?,
            Condition::Not(condition) => {
                sql.push_str("(NOT ");
                self.push_condition(condition, sql)?;
                sql.push(')');
            }
        }
        Ok(())
    }

    /// Appends the terms of an order.
    ///
    /// # Errors
    /// `Invalid` for what [`Report::check`] refuses.
    pub fn push_sorts(&mut self, sorts: &[Sort], sql: &mut String) -> Result<()> {
        for (i, sort) in sorts.iter().enumerate() {
            sql.push_str(if i == 0 { "" } else { ", " });
            self.push(&sort.by, sql)?;
            sql.push_str(if sort.descending { " DESC" } else { "" });
        }
        Ok(())
    }

    /// The form in which an output's values travel, and the cast for it.
    ///
    /// # Errors
    /// `Invalid` for a field that its model does not have.
    pub fn travel(&self, of: &Scalar, ty: &TypeDef) -> Result<(Travel, &'static str)> {
        let travel = Travel::of(ty, sql_type(of)?);
        Ok((travel, travel.read_cast(ty)))
    }

    fn relation(&self, source: &SourceRef) -> Result<Relation<'a>> {
        Ok(self.relations[self.report.source(source)?])
    }

    fn column(&self, reference: &ColumnRef) -> Result<String> {
        let (position, _) = column(reference.source.model, &reference.field)?;
        Ok(self.relation(&reference.source)?.column(position))
    }

    fn push_comparison(
        &mut self,
        left: &Scalar,
        comparison: Comparison,
        right: &Scalar,
        sql: &mut String,
    ) -> Result<()> {
        sql.push('(');
        self.push(left, sql)?;
        let _ = write!(sql, " {} ", operator(comparison));
        // A value is of the type that its column has in the database, whatever that is.
        match (left, right) {
            (Scalar::Column(reference), Scalar::Value(value, _)) => {
                let (_, column) = column(reference.source.model, &reference.field)?;
                let schema = self.relation(&reference.source)?.schema;
                sql.push_str(&self.binds.of_column(column, value.clone(), schema));
            }
            _ => self.push(right, sql)?,
        }
        sql.push(')');
        Ok(())
    }

    fn push_conditions(&mut self, conditions: &[Condition], glue: &str, none: &str, sql: &mut String) -> Result<()> {
        if conditions.is_empty() {
            sql.push_str(none);
            return Ok(());
        }
        for (i, condition) in conditions.iter().enumerate() {
            sql.push_str(if i == 0 { "(" } else { glue });
            self.push_condition(condition, sql)?;
        }
        sql.push(')');
        Ok(())
    }

    fn push_call(&mut self, function: Function, of: &[Scalar], sql: &mut String) -> Result<()> {
        let (open, glue, close) = match function {
            Function::Add => ("(", " + ", ")"),
            Function::Subtract => ("(", " - ", ")"),
            Function::Multiply => ("(", " * ", ")"),
            Function::Divide => ("(", " / ", ")"),
            Function::Negate => ("(- ", "", ")"),
            Function::Abs => ("abs(", "", ")"),
            Function::Round => ("round(", "", ")"),
            Function::Floor => ("floor(", "", ")"),
            Function::Ceil => ("ceil(", "", ")"),
            Function::Lower => ("lower(", "", ")"),
            Function::Upper => ("upper(", "", ")"),
            Function::Length => ("char_length(", "", ")"),
            Function::Concat => ("(", " || ", ")"),
            Function::Coalesce => ("coalesce(", ", ", ")"),
            Function::SecondsBetween => ("(0 - extract(epoch FROM (", ") - (", "))::float8)"),
            Function::Part(part) => (part_of(part), "", ")::int4"),
        };
        let is_utc = matches!(function, Function::Part(_)) && self.report.type_of(&of[0])?.kind() == INSTANT;
        sql.push_str(open);
        for (i, of) in of.iter().enumerate() {
            sql.push_str(if i == 0 { "" } else { glue });
            self.push(of, sql)?;
        }
        sql.push_str(if is_utc { " AT TIME ZONE 'UTC'" } else { "" });
        sql.push_str(close);
        Ok(())
    }
}

const INSTANT: crate::value::ValueKind = crate::value::ValueKind::Instant;

fn part_of(part: Part) -> &'static str {
    match part {
        Part::Year => "extract(year FROM ",
        Part::Quarter => "extract(quarter FROM ",
        Part::Month => "extract(month FROM ",
        Part::Week => "extract(week FROM ",
        Part::Day => "extract(day FROM ",
        Part::Weekday => "extract(isodow FROM ",
        Part::Hour => "extract(hour FROM ",
        Part::Minute => "extract(minute FROM ",
    }
}

/// The type that a value has in the database, where that is another than the mapping's.
fn sql_type(of: &Scalar) -> Result<Option<&'static str>> {
    Ok(match of {
        Scalar::Column(reference) => {
            let column: &'static ColumnDef = column(reference.source.model, &reference.field)?.1;
            column.field.sql_type
        }
        Scalar::Metric(metric) if metric.function.keeps_type() => match &metric.of {
            Some(of) => sql_type(of)?,
            None => None,
        },
        Scalar::Call(Function::Coalesce, of) => sql_type(&of[0])?,
        Scalar::Case(_, then, _) => sql_type(then)?,
        Scalar::Window(window) => match window.function.of() {
            Some(of) => sql_type(of)?,
            None => None,
        },
        _ => None,
    })
}

/// A constant as a value, for what has no type of a field's.
pub(super) fn text(value: &str) -> (TypeDef, Value) {
    (<String as crate::types::FieldType>::DEF, Value::Text(value.to_owned()))
}
