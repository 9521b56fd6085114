//! Statements that callers have written: run by themselves in a transaction that only reads, within limits.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt as _;
use sqh_model::{Error, Result, Row};
use sqlx::postgres::PgRow;
use sqlx::{Row as _, ValueRef as _};

use super::codec::Columns;
use super::error;
use super::run::Work;
use super::session::{Session, arriving_once};
use super::statement::{Inputs, Statement, guard, raw};
use crate::op::{Op, Plan, Table};
use crate::sql::Sql;

impl Work<'_> {
    /// What a statement replies.
    pub(super) async fn sql(&self, session: &mut Session<'_>, sql: &Sql) -> Result<Table> {
        if session.in_transaction {
            return Err(Error::unsupported("a statement of one's own is not run inside a transaction"));
        }
        let (statement, owners) = raw::select(sql, self.sources()?)?;
        let inputs = Inputs { others: Some(&owners), ..self.inputs() };
        session.begin(self.def, guard::begin_read_only(self.route, sql.options.timeout)).await?;
        match self.read(session, sql, &statement, inputs).await {
            // The connection goes with what it has not been asked for.
            ControlFlow::Break(error) => Err(error),
            ControlFlow::Continue(Ok(table)) => session.commit(self.def).await.map(|()| table),
            ControlFlow::Continue(Err(error)) => {
                let _ = session.rollback(self.def).await;
                Err(error)
            }
        }
    }

    /// How a statement would be run. What it computes of constants, the planner computes: within the limits of
    /// the statement itself.
    pub(super) async fn sql_plan(&self, session: &mut Session<'_>, op: &mut Op, timeout: Duration) -> Result<Plan> {
        session.begin(self.def, guard::begin_read_only(self.route, timeout)).await?;
        match self.plan(session, op).await {
            Ok(plan) => session.commit(self.def).await.map(|()| plan),
            Err(error) => {
                let _ = session.rollback(self.def).await;
                Err(error)
            }
        }
    }

    async fn read(
        &self,
        session: &mut Session<'_>,
        sql: &Sql,
        statement: &Statement,
        inputs: Inputs<'_>,
    ) -> ControlFlow<Error, Result<Table>> {
        let mut reading = Reading { sql, columns: None, rows: Vec::new(), bytes: 0 };
        let mut outcome = self.each(session, sql, &statement.sql, statement, inputs, |row| reading.row(row)).await?;
        if outcome.is_ok() && reading.columns.is_none() && sql.expected.is_some() {
            let see = |row: &PgRow| reading.look(row).map(drop);
            outcome = self.each(session, sql, &statement.described(), statement, inputs, see).await?;
        }
        let Reading { columns, rows, .. } = reading;
        ControlFlow::Continue(outcome.map(|()| Table { types: columns.map_or_else(Vec::new, |c| c.types()), rows }))
    }

    /// Shows each row to a function. Its error ends the reading, and the connection with it: nobody waits
    /// for the rest.
    async fn each(
        &self,
        session: &mut Session<'_>,
        sql: &Sql,
        text: &Arc<str>,
        statement: &Statement,
        inputs: Inputs<'_>,
        mut see: impl FnMut(&PgRow) -> Result<()>,
    ) -> ControlFlow<Error, Result<()>> {
        let arguments = match statement.arguments(inputs) {
            Ok(arguments) => arguments,
            Err(error) => return ControlFlow::Continue(Err(error)),
        };
        let mut rows = arriving_once(session.lease, text, arguments);
        let refused = loop {
            match rows.try_next().await {
                Ok(Some(row)) => {
                    if let Err(error) = see(&row) {
                        return ControlFlow::Break(error);
                    }
                }
                Ok(None) => return ControlFlow::Continue(Ok(())),
                Err(error) => break error,
            }
        };
        ControlFlow::Continue(Err(error::of_sql(self.def, refused, sql.options.timeout)))
    }
}

/// What has been read so far.
struct Reading<'a> {
    sql: &'a Sql,
    columns: Option<Columns>,
    rows: Vec<Row>,
    bytes: u64,
}

impl Reading<'_> {
    fn row(&mut self, row: &PgRow) -> Result<()> {
        let options = &self.sql.options;
        if self.rows.len() >= options.max_rows as usize {
            let message = format!("the statement finds more than the {} rows that it may reply", options.max_rows);
            return Err(Error::invalid(message + ": add a LIMIT, or allow more"));
        }
        for i in 0..row.len() {
            let length = row.try_get_raw(i).ok().filter(|raw| !raw.is_null()).and_then(|raw| raw.as_bytes().ok());
            self.bytes += length.map_or(0, |bytes| bytes.len() as u64);
        }
        if self.bytes > options.max_bytes {
            let message = format!("the statement finds more than the {} bytes that it may reply", options.max_bytes);
            return Err(Error::invalid(message + ": ask for less, or allow more"));
        }
        let values = self.look(row)?.decode(row)?;
        self.rows.push(values);
        Ok(())
    }

    /// The columns of the reply, by its first row.
    fn look(&mut self, row: &PgRow) -> Result<&Columns> {
        if self.columns.is_none() {
            self.columns = Some(Columns::of(row, &self.sql.checked.columns, self.sql.expected.as_deref())?);
        }
        self.columns.as_ref().ok_or_else(|| Error::internal("the reply has no columns"))
    }
}
