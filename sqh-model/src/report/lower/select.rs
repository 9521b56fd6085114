//! A whole report as a `SELECT`.

use std::fmt::Write as _;

use super::Lowering;
use crate::error::Result;
use crate::report::{Condition, Grouping, JoinKind, Scalar, Sort};
use crate::types::FieldType as _;
use crate::value::Value;

/// What a statement says of a report beside the report itself.
#[derive(Clone, Copy)]
pub struct SelectForm<'a> {
    /// The tables, one for each source, under the aliases of the relations.
    pub tables: &'a [Table],
    /// A column before those of the report, by which its groups are told apart too.
    pub first: Option<&'a FirstKey>,
    /// What is selected of the output of a number, whose value is this.
    pub output: &'a dyn Fn(&Lowering<'_>, usize, String) -> Result<String>,
}

/// A source of a report, as a statement names it.
#[derive(Debug, Clone)]
pub struct Table {
    /// The table or a subquery, with its alias.
    pub sql: String,
    /// By what it is joined beside the report's own condition.
    pub also: Option<String>,
}

/// A column before those of a report.
#[derive(Debug, Clone)]
pub struct FirstKey {
    /// What is selected.
    pub selected: String,
    /// What is grouped by.
    pub grouped: String,
}

impl Lowering<'_> {
    /// Appends the report as a `SELECT`.
    ///
    /// # Errors
    /// `Invalid` for what [`Report::check`](crate::report::Report::check) refuses.
    pub fn push_select(&mut self, form: &SelectForm<'_>, sql: &mut String) -> Result<()> {
        self.push_outputs(form, sql)?;
        self.push_tables(form, sql)?;
        self.push_conditions_of(form, sql)?;
        self.push_groups(form, sql)?;
        self.push_order_of(form, sql)?;
        self.push_bounds(sql);
        Ok(())
    }

    fn push_outputs(&mut self, form: &SelectForm<'_>, sql: &mut String) -> Result<()> {
        let mut word = "SELECT ";
        if let Some(first) = form.first {
            let _ = write!(sql, "{word}{}", first.selected);
            word = ", ";
        }
        for (i, output) in self.report.outputs.iter().enumerate() {
            sql.push_str(word);
            let mut value = String::new();
            self.push(&output.of, &mut value)?;
            sql.push_str(&(form.output)(self, i, value)?);
            word = ", ";
        }
        Ok(())
    }

    fn push_tables(&mut self, form: &SelectForm<'_>, sql: &mut String) -> Result<()> {
        for (source, table) in self.report.sources.iter().zip(form.tables) {
            let (word, on) = match &source.join {
                None => (" FROM ", None),
                Some(join) if join.kind == JoinKind::Inner => (" JOIN ", Some(&join.on)),
                Some(join) if join.kind == JoinKind::Left => (" LEFT JOIN ", Some(&join.on)),
                Some(_) => continue,
            };
            let _ = write!(sql, "{word}{}", table.sql);
            if let Some(on) = on {
                sql.push_str(" ON ");
                self.push_join(on, table, sql)?;
            }
        }
        Ok(())
    }

    fn push_join(&mut self, on: &Condition, table: &Table, sql: &mut String) -> Result<()> {
        self.push_condition(on, sql)?;
        if let Some(also) = &table.also {
            let _ = write!(sql, " AND {also}");
        }
        Ok(())
    }

    fn push_conditions_of(&mut self, form: &SelectForm<'_>, sql: &mut String) -> Result<()> {
        let mut word = " WHERE ";
        if self.report.filter != Condition::Always {
            sql.push_str(word);
            self.push_condition(&self.report.filter, sql)?;
            word = " AND ";
        }
        for (source, table) in self.report.sources.iter().zip(form.tables) {
            let Some(join) = source.join.as_ref().filter(|join| !join.kind.is_read()) else {
                continue;
            };
            let not = if join.kind == JoinKind::Anti { "NOT " } else { "" };
            let _ = write!(sql, "{word}{not}EXISTS (SELECT FROM {} WHERE ", table.sql);
            self.push_join(&join.on, table, sql)?;
            sql.push(')');
            word = " AND ";
        }
        Ok(())
    }

    fn push_groups(&mut self, form: &SelectForm<'_>, sql: &mut String) -> Result<()> {
        let Some(grouping) = &self.report.grouping else {
            return Ok(());
        };
        let keys = self.report.keys().map(|key| self.place(form, key)).collect::<Result<Vec<_>>>()?;
        let first = form.first.map(|first| first.grouped.clone());
        let all: Vec<&str> = first.iter().chain(&keys).map(String::as_str).collect();
        let all = all.join(", ");
        match grouping {
            _ if all.is_empty() => {}
            Grouping::Keys => {
                let _ = write!(sql, " GROUP BY {all}");
            }
            Grouping::Rollup => {
                let _ = write!(sql, " GROUP BY ROLLUP ({all})");
            }
            Grouping::Cube => {
                let _ = write!(sql, " GROUP BY CUBE ({all})");
            }
            Grouping::Sets(sets) => {
                let set = |set: &Vec<usize>| {
                    let keys: Vec<&str> = set.iter().map(|key| keys[*key].as_str()).collect();
                    format!("({})", keys.join(", "))
                };
                let sets: Vec<String> = sets.iter().map(set).collect();
                let _ = write!(sql, " GROUP BY GROUPING SETS ({})", sets.join(", "));
            }
        }
        if self.report.having != Condition::Always {
            sql.push_str(" HAVING ");
            self.push_condition(&self.report.having, sql)?;
        }
        Ok(())
    }

    fn push_order_of(&mut self, form: &SelectForm<'_>, sql: &mut String) -> Result<()> {
        for (i, Sort { by, descending }) in self.report.order.iter().enumerate() {
            sql.push_str(if i == 0 { " ORDER BY " } else { ", " });
            match self.report.outputs.iter().position(|output| output.of == *by) {
                Some(output) => sql.push_str(&self.place(form, output)?),
                None => self.push(by, sql)?,
            }
            sql.push_str(if *descending { " DESC" } else { "" });
        }
        Ok(())
    }

    fn push_bounds(&mut self, sql: &mut String) {
        let mut bound = |word: &str, number: u64| {
            let number = Value::I64(i64::try_from(number).unwrap_or(i64::MAX));
            let number = self.binds.free(i64::DEF, number);
            let _ = write!(sql, " {word} {number}");
        };
        if let Some(limit) = self.report.limit {
            bound("LIMIT", limit);
        }
        if self.report.offset > 0 {
            bound("OFFSET", self.report.offset);
        }
    }

    // An output by its number: written again, its binds would be others, and PostgreSQL would not know
    // it again. A column is written as it is, since the output may be a cast of it.
    fn place(&mut self, form: &SelectForm<'_>, output: usize) -> Result<String> {
        let mut sql = String::new();
        match &self.report.outputs[output].of {
            column @ Scalar::Column(_) => self.push(column, &mut sql)?,
            _ => sql = (1 + usize::from(form.first.is_some()) + output).to_string(),
        }
        Ok(sql)
    }
}
