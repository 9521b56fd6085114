//! The reference backend: records in memory, with the meaning that PostgreSQL gives them.
//!
//! It says what every backend must do, runs the tests of an application without a server, and is
//! what the others are compared with. Start with [`MemoryBackend`]; [`statement`] holds the
//! operations, [`table`] the rows and their unique constraints, [`foreign`] the references.
//!
//! It interprets no SQL: checks and defaults written in SQL are not seen, and a model with a
//! partial unique index or a generated column is `Unsupported`.
//!
//! Readers never wait. Writers of one database wait for each other, and a transaction that has
//! written keeps them waiting until it ends.

mod constraints;
mod database;
mod foreign;
mod key;
mod read;
mod statement;
mod stored;
mod table;
#[cfg(test)]
mod tests;
mod transaction;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqh_model::Result;

use self::database::Database;
use self::transaction::MemoryTransaction;
use super::{Backend, Capabilities};
use crate::engine::{Route, Scoped};
use crate::op::{Op, Reply};

/// Records in memory, one database for each route. They are gone when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryBackend {
    databases: Mutex<HashMap<Route, Arc<Database>>>,
}

impl MemoryBackend {
    fn database(&self, route: &Route) -> Arc<Database> {
        let mut databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(databases.entry(route.clone()).or_default())
    }
}

impl Backend for MemoryBackend {
    fn execute(&self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        let database = self.database(scoped.route());
        // The rows of a batch are taken before the first wait: their source is no `Sync`.
        match statement::Work::of(scoped) {
            Err(error) => futures::future::ready(Err(error)).boxed(),
            Ok(work) => async move { run(database, work).await }.boxed(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }
}

const CAPABILITIES: Capabilities = Capabilities {
    raw_sql: false,
    sql_expressions: false,
    fuzzy_search: false,
    full_text_search: false,
    explain: false,
    reports: false,
    views: false,
    ..Capabilities::ALL
};

async fn run(database: Arc<Database>, work: statement::Work) -> Result<Reply> {
    if matches!(work.op, Op::Begin) {
        return Ok(Reply::Transaction(Box::new(MemoryTransaction::new(database, work.route))));
    }
    if !work.op.is_write() {
        return work.read(&database.snapshot());
    }
    let _writer = database.writer().await;
    database.change(|tables| work.write(tables).map_err(|failure| failure.error))
}
