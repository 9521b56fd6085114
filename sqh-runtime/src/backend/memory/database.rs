//! [`Database`]: what is committed of one route's tables, and the lock of its writers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use sqh_model::Result;
use tokio::sync::OwnedMutexGuard;

use super::table::Table;

/// Tables by name. A clone is a snapshot: a table is copied when it is next written.
pub(super) type Tables = BTreeMap<&'static str, Arc<Table>>;

/// One route's tables.
#[derive(Debug, Default)]
pub(super) struct Database {
    committed: Mutex<Tables>,
    writer: Arc<tokio::sync::Mutex<()>>,
}

/// The right to write, until it is dropped.
pub(super) type Writer = OwnedMutexGuard<()>;

impl Database {
    /// What is committed now.
    pub(super) fn snapshot(&self) -> Tables {
        self.lock().clone()
    }

    /// Waits for the other writers.
    pub(super) async fn writer(&self) -> Writer {
        Arc::clone(&self.writer).lock_owned().await
    }

    /// Changes what is committed, in place; `change` undoes its own failure. Only the holder of the
    /// [`Writer`] does this.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Tables) -> Result<T>) -> Result<T> {
        change(&mut self.lock())
    }

    /// Commits a transaction's tables. Only the holder of the [`Writer`] does this.
    pub(super) fn commit(&self, tables: Tables) {
        *self.lock() = tables;
    }

    // Never held across an await. A panic below leaves at worst an uncommitted statement.
    fn lock(&self) -> std::sync::MutexGuard<'_, Tables> {
        self.committed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
