//! [`Sql`]: the text of a statement, and the only place where a table is named.
//!
//! Each of its methods that names the table writes the tenant's condition with it, or the tenant's
//! column where rows go in: a statement in row placement without it cannot be written.

use std::fmt::Write as _;

use sqh_model::expr::Filter;
use sqh_model::expr::lower::{Binds, Relation, quoted};
use sqh_model::{Error, Result};

use super::ALIAS;
use super::target::Target;

/// The alias of the table in a condition on other rows of it.
pub(super) const PROBE: &str = "u";

/// The text of a statement on one table.
pub(in crate::backend::postgres) struct Sql<'a> {
    target: Target<'a>,
    text: String,
}

/// Where the rows of an insert come from.
pub(in crate::backend::postgres) enum From<'a> {
    /// One row, of these values.
    Values(&'a [String]),
    /// A row of these values for each of a function's rows.
    Rows { values: &'a [String], function: &'a str },
}

impl<'a> Sql<'a> {
    /// `SELECT … FROM … WHERE …`: conditions may follow.
    pub(super) fn select(target: &Target<'a>, what: &str) -> Self {
        let mut sql = Self { target: *target, text: format!("SELECT {what} FROM {} AS {ALIAS}", table(target)) };
        sql.condition(ALIAS);
        sql
    }

    /// `SELECT … FROM … (…) AS t WHERE TRUE`, of what this one selects: conditions may follow.
    pub(super) fn select_of(self, what: &str, before: &str) -> Self {
        let text = format!("SELECT {what} FROM {before}({}) AS {ALIAS} WHERE TRUE", self.text);
        Self { text, ..self }
    }

    /// The table as a relation of a larger statement: `(SELECT … WHERE …) AS alias`, with the records that
    /// the filter lets through.
    ///
    /// # Errors
    /// `Invalid` if the filter does not fit the model.
    pub(super) fn relation(target: &Target<'a>, scope: &Filter, alias: &str, binds: &mut Binds) -> Result<String> {
        let mut sql = Self::select(target, "*");
        sql.and_filter(ALIAS, scope, binds)?;
        Ok(format!("({}) AS {alias}", sql.finish()))
    }

    /// As [`relation`](Self::relation), of these columns alone, for a statement that a caller has written.
    ///
    /// Where there are records that the principal may not read, nothing of the caller's is evaluated before
    /// they are filtered: `OFFSET 0` keeps the planner from moving conditions in, whose errors would tell of
    /// them.
    ///
    /// # Errors
    /// `Invalid` if the filter does not fit the model.
    pub(super) fn fenced(
        target: &Target<'a>,
        scope: &Filter,
        columns: &[String],
        alias: &str,
        binds: &mut Binds,
    ) -> Result<String> {
        let mut sql = Self::select(target, &columns.join(", "));
        sql.and_filter(ALIAS, scope, binds)?;
        if target.tenant.is_some() || *scope != Filter::Everything {
            sql.push(" OFFSET 0");
        }
        Ok(format!("({}) AS {alias}", sql.finish()))
    }

    /// `DELETE FROM … WHERE …`: conditions may follow.
    pub(super) fn delete(target: &Target<'a>) -> Self {
        let mut sql = Self { target: *target, text: format!("DELETE FROM {} AS {ALIAS}", table(target)) };
        sql.condition(ALIAS);
        sql.and_guard();
        sql
    }

    /// `UPDATE … SET … WHERE …`: conditions may follow.
    pub(super) fn update(target: &Target<'a>, set: &[String]) -> Self {
        let text = format!("UPDATE {} AS {ALIAS} SET {}", table(target), set.join(", "));
        let mut sql = Self { target: *target, text };
        sql.condition(ALIAS);
        sql.and_guard();
        sql
    }

    /// `INSERT INTO …` with the tenant's column first.
    ///
    /// # Errors
    /// `Internal` for a column that is the tenant's: nobody else writes it.
    pub(in crate::backend::postgres) fn insert(
        target: &Target<'a>,
        columns: &[usize],
        from: &From<'_>,
    ) -> Result<Self> {
        let named = target.def.layout().columns();
        if columns.iter().any(|position| target.is_tenant(*position)) {
            return Err(Error::internal("a record names the tenant's column by itself").in_model(target.def.name));
        }
        let tenant = target.tenant.map(|lead| (quoted(lead.name), target.key(lead)));
        let mut names: Vec<String> = tenant.iter().map(|(name, _)| name.clone()).collect();
        names.extend(columns.iter().map(|position| quoted(&named[*position].name)));
        let (From::Values(values) | From::Rows { values, .. }) = from;
        let values: Vec<&str> =
            tenant.iter().map(|(_, key)| key.as_str()).chain(values.iter().map(String::as_str)).collect();
        let mut text = format!("INSERT INTO {} AS {ALIAS}", table(target));
        if !names.is_empty() {
            let _ = write!(text, " ({})", names.join(", "));
        }
        let (guard, values) = (target.guard(), values.join(", "));
        let _ = match (from, &guard) {
            (From::Values(_), None) if names.is_empty() => write!(text, " DEFAULT VALUES"),
            (From::Values(_), None) => write!(text, " VALUES ({values})"),
            (From::Values(_), Some(guard)) => write!(text, " SELECT {values} WHERE {guard}"),
            (From::Rows { function, .. }, None) => write!(text, " SELECT {values} FROM {function}"),
            (From::Rows { function, .. }, Some(guard)) => {
                write!(text, " SELECT {values} FROM {function} WHERE {guard}")
            }
        };
        Ok(Self { target: *target, text })
    }

    /// `COPY … FROM STDIN` in the binary form, with the tenant's column first.
    pub(in crate::backend::postgres) fn copy(target: &Target<'a>, columns: &[usize]) -> String {
        let named = target.def.layout().columns();
        let tenant = target.tenant.map(|lead| quoted(lead.name));
        let names: Vec<String> =
            tenant.into_iter().chain(columns.iter().map(|position| quoted(&named[*position].name))).collect();
        format!("COPY {} ({}) FROM STDIN (FORMAT binary)", table(target), names.join(", "))
    }

    /// Appends ` ON CONFLICT (…) DO UPDATE SET … WHERE …`: conditions may follow.
    pub(super) fn on_conflict(&mut self, columns: &[usize], set: &[String]) {
        let named = self.target.def.layout().columns();
        let tenant = self.target.tenant.map(|lead| quoted(lead.name));
        let own = columns.iter().filter(|position| !self.target.is_tenant(**position));
        let names: Vec<String> = tenant.into_iter().chain(own.map(|position| quoted(&named[*position].name))).collect();
        let _ = write!(self.text, " ON CONFLICT ({}) DO UPDATE SET {}", names.join(", "), set.join(", "));
        self.condition(ALIAS);
    }

    /// Appends the condition that fewer than two rows meet the conditions that `conditions` appends
    /// for their alias.
    pub(super) fn and_fewer_than_two(&mut self, conditions: impl FnOnce(&mut Self, &str) -> Result<()>) -> Result<()> {
        let _ = write!(self.text, " AND 2 > (SELECT count(*) FROM (SELECT FROM {} AS {PROBE}", table(&self.target));
        self.condition(PROBE);
        conditions(self, PROBE)?;
        self.text.push_str(" LIMIT 2) AS probe)");
        Ok(())
    }

    /// Appends a condition.
    pub(super) fn and(&mut self, condition: &str) {
        self.text.push_str(" AND ");
        self.text.push_str(condition);
    }

    /// Appends a filter as a condition, unless it lets everything through.
    ///
    /// # Errors
    /// `Invalid` if the filter does not fit the model.
    pub(super) fn and_filter(&mut self, alias: &str, filter: &Filter, binds: &mut Binds) -> Result<()> {
        if *filter == Filter::Everything {
            return Ok(());
        }
        self.text.push_str(" AND ");
        Relation { alias, ..self.target.relation() }.push_filter(filter, &mut self.text, binds)
    }

    /// Appends what follows the conditions.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends `RETURNING` of the whole record.
    pub(in crate::backend::postgres) fn returning_all(&mut self) {
        let _ = write!(self.text, " RETURNING {}", self.target.read_all());
    }

    /// The text, for what is appended by functions of the model's side.
    pub(super) fn text(&mut self) -> &mut String {
        &mut self.text
    }

    pub(in crate::backend::postgres) fn finish(self) -> String {
        self.text
    }

    fn and_guard(&mut self) {
        if let Some(guard) = self.target.guard() {
            self.and(&guard);
        }
    }

    fn condition(&mut self, alias: &str) {
        #[cfg(test)]
        if let Some(lead) = self.target.tenant.filter(|_| forgets(&self.text)) {
            let _ = write!(self.text, " WHERE {} IS NOT NULL", self.target.key(lead));
            return;
        }
        let _ = match self.target.tenant {
            Some(lead) => write!(self.text, " WHERE {alias}.{} = {}", quoted(lead.name), self.target.key(lead)),
            None => write!(self.text, " WHERE TRUE"),
        };
    }
}

#[cfg(test)]
std::thread_local! {
    /// What the statements of this thread begin with that lack the tenant's condition: the isolation test
    /// must find out.
    pub(crate) static FORGETFUL: std::cell::Cell<Option<&'static str>> = const { std::cell::Cell::new(None) };
}

#[cfg(test)]
fn forgets(text: &str) -> bool {
    FORGETFUL.get().is_some_and(|start| text.starts_with(start))
}

/// The table's full name: `"public"."app_lab_result"`.
fn table(target: &Target<'_>) -> String {
    format!("{}.{}", quoted(target.schema), quoted(target.def.table))
}
