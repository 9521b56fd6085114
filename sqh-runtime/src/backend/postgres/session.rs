//! [`Session`]: statements on one connection, by themselves or inside a transaction.
//!
//! Two failures are mended here, where nothing can be lost by it: a plan that is older than the
//! table is forgotten and made anew, and a connection that died while it was idle is replaced if
//! the statement only reads. Inside a transaction neither is tried.
//!
//! A lease is marked as settled only once the last reply has been read, so a future that is
//! dropped earlier takes its connection with it.

use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};
use sqh_model::schema::ModelDef;
use sqh_model::{Result, Row};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, Connection as _, Postgres, query::Query};

use super::error;
use super::statement::{Inputs, Statement};
use crate::tenancy::is_connection_lost;
use crate::tenancy::lease::Lease;

/// Statements on one connection.
pub(super) struct Session<'a> {
    pub(super) lease: &'a mut Lease,
    pub(super) in_transaction: bool,
    /// Whether the server has refused a statement, which ends a transaction.
    pub(super) failed: bool,
    sent: bool,
}

/// Whether a statement may be sent again on another connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It only reads, or opens a transaction.
    IfLost,
    Never,
}

impl<'a> Session<'a> {
    pub(super) fn new(lease: &'a mut Lease, in_transaction: bool) -> Self {
        Self { lease, in_transaction, failed: false, sent: in_transaction }
    }

    /// The rows that a statement replies.
    pub(super) async fn rows(&mut self, statement: &Statement, inputs: Inputs<'_>, repeat: Repeat) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.each(statement, inputs, repeat, |row| {
            rows.push(statement.reply.decode(row)?);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// Hands each row that a statement replies to a function. Its first error is told once the
    /// reply has been read. Once it has seen a row, the statement is not sent again.
    pub(super) async fn each(
        &mut self,
        statement: &Statement,
        inputs: Inputs<'_>,
        repeat: Repeat,
        mut see: impl FnMut(&PgRow) -> Result<()>,
    ) -> Result<()> {
        loop {
            let query = self.prepared(statement, inputs)?;
            let mut rows = query.fetch(self.lease.connection());
            let (mut outcome, mut has_rows, mut is_foreign) = (Ok(()), false, false);
            let lost = loop {
                match rows.try_next().await {
                    Ok(Some(row)) => {
                        has_rows = true;
                        if outcome.is_ok() {
                            let verified = statement.verify(inputs.owner, &row);
                            is_foreign |= verified.is_err();
                            outcome = verified.and_then(|()| see(&row));
                        }
                    }
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                }
            };
            drop(rows);
            // A transaction that has met another tenant's row keeps nothing.
            self.failed |= is_foreign;
            match lost {
                None => {
                    self.settle();
                    return outcome;
                }
                Some(error) if has_rows => return Err(self.refused(statement.def, error)),
                Some(error) => self.mend(statement.def, error, repeat).await?,
            }
        }
    }

    /// Whether each operation needs a transaction of its own, since its statements would not meet on
    /// one connection of the server otherwise.
    pub(super) fn needs_transaction(&self) -> bool {
        self.lease.is_pooled() && !self.in_transaction
    }

    fn prepared<'q>(&self, statement: &Statement, inputs: Inputs<'_>) -> Result<Query<'q, Postgres, PgArguments>> {
        Ok(prepared(&statement.sql, statement.arguments(inputs)?, self.lease.is_pooled() || statement.is_once))
    }

    /// The number of records that a statement has touched.
    pub(super) async fn affected(&mut self, statement: &Statement, inputs: Inputs<'_>) -> Result<u64> {
        loop {
            let query = self.prepared(statement, inputs)?;
            match query.execute(self.lease.connection()).await {
                Ok(done) => {
                    self.settle();
                    return Ok(done.rows_affected());
                }
                Err(error) => self.mend(statement.def, error, Repeat::Never).await?,
            }
        }
    }

    /// Opens a transaction by SQL that begins with BEGIN, and may go on.
    pub(super) async fn begin(&mut self, def: &'static ModelDef, sql: String) -> Result<()> {
        let sql = Arc::<str>::from(sql);
        loop {
            self.lease.began();
            let begun = sqlx::raw_sql(safe(Arc::clone(&sql))).execute(self.lease.connection()).await;
            let Err(error) = begun else { break };
            // What comes behind the BEGIN was refused.
            let is_open = matches!(error, sqlx::Error::Database(_)) && !is_connection_lost(&error);
            let mended = self.mend(def, error, Repeat::IfLost).await;
            if is_open && mended.is_err() {
                let _ = self.end(def, "ROLLBACK").await;
            }
            mended?;
        }
        self.in_transaction = true;
        self.sent = true;
        Ok(())
    }

    /// Keeps the transaction's work. On an error the connection goes.
    pub(super) async fn commit(&mut self, def: &'static ModelDef) -> Result<()> {
        self.end(def, "COMMIT").await
    }

    /// Undoes the transaction's work. On an error the connection goes, which undoes it too.
    pub(super) async fn rollback(&mut self, def: &'static ModelDef) -> Result<()> {
        self.end(def, "ROLLBACK").await
    }

    /// Runs a statement without binds inside the transaction, such as a savepoint.
    pub(super) async fn raw(&mut self, def: &'static ModelDef, sql: String) -> Result<()> {
        let done = sqlx::raw_sql(safe(sql.into())).execute(self.lease.connection()).await;
        done.map(drop).map_err(|error| self.refused(def, error))
    }

    /// Says that the last reply has been read.
    pub(super) fn settle(&mut self) {
        self.sent = true;
        if !self.in_transaction {
            self.lease.settled();
        }
    }

    /// Takes note of an error after which the reply has been read, or the connection is gone.
    pub(super) fn refused(&mut self, def: &'static ModelDef, error: sqlx::Error) -> sqh_model::Error {
        self.failed = true;
        if !is_connection_lost(&error) && matches!(error, sqlx::Error::Database(_)) && !error::is_stale_plan(&error) {
            self.settle();
        }
        error::of_statement(def, error)
    }

    async fn end(&mut self, def: &'static ModelDef, verb: &'static str) -> Result<()> {
        let done = sqlx::raw_sql(verb).execute(self.lease.connection()).await;
        match done {
            Ok(_) => {
                self.in_transaction = false;
                self.lease.ended();
                self.settle();
                Ok(())
            }
            // A refused commit has ended the transaction, but what else holds of the connection is
            // not known: it is not marked as settled.
            Err(error) => Err(error::of_statement(def, error)),
        }
    }

    /// Makes it possible to send a statement again.
    ///
    /// # Errors
    /// What has failed, if it must not be sent again.
    async fn mend(&mut self, def: &'static ModelDef, error: sqlx::Error, repeat: Repeat) -> Result<()> {
        if self.sent {
            return Err(self.refused(def, error));
        }
        self.sent = true;
        if error::is_stale_plan(&error) {
            let forgotten = self.lease.connection().clear_cached_statements().await;
            return forgotten.map_err(|error| self.refused(def, error));
        }
        if repeat == Repeat::IfLost && is_connection_lost(&error) && !self.lease.is_fresh() {
            // A login is much larger than all else that an operation keeps: in a box it weighs on no other.
            return Box::pin(self.lease.renew()).await;
        }
        Err(self.refused(def, error))
    }
}

/// A statement with its binds. A pooler may lend the next transaction another connection, which does not
/// know the names of this one: behind one, statements have none.
fn prepared<'q>(sql: &Arc<str>, arguments: PgArguments, is_pooled: bool) -> Query<'q, Postgres, PgArguments> {
    sqlx::query_with(safe(Arc::clone(sql)), arguments).persistent(!is_pooled)
}

/// The only place that says of an operation's SQL that it is safe: it holds identifiers in quotes
/// and placeholders, and no values. DDL has its own, beside the statements that it runs.
fn safe(sql: Arc<str>) -> AssertSqlSafe<Arc<str>> {
    AssertSqlSafe(sql)
}

/// The rows of a statement that is not kept, as they arrive: one that is never sent again must not take the
/// place of one that is.
pub(super) fn arriving_once<'c>(
    lease: &'c mut Lease,
    sql: &Arc<str>,
    arguments: PgArguments,
) -> futures::stream::BoxStream<'c, Result<PgRow, sqlx::Error>> {
    prepared(sql, arguments, true).fetch(lease.connection()).boxed()
}

/// The rows of a statement as they arrive.
pub(super) fn arriving<'c>(
    lease: &'c mut Lease,
    sql: &Arc<str>,
    arguments: PgArguments,
) -> futures::stream::BoxStream<'c, Result<PgRow, sqlx::Error>> {
    prepared(sql, arguments, lease.is_pooled()).fetch(lease.connection()).boxed()
}
