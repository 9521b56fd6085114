//! [`Backend`]: a system that keeps records. [`memory`] is the reference, [`postgres`] the real one.

use futures::future::BoxFuture;
use sqh_model::schema::ModelDef;
use sqh_model::{Error, ErrorKind, Result};

use crate::engine::Scoped;
use crate::op::Reply;

#[cfg(any(feature = "memory", test))]
pub mod memory;
pub mod postgres;
pub mod terminusdb;

/// A system that keeps records.
///
/// Implementors MUST do exactly what the [`Scoped`] operation says inside the route that it names,
/// MUST apply [`Scoped::filter`] to whatever they read, change or delete, MUST keep nothing of an
/// operation that would write a record which [`Scoped::check`] does not match, and MUST answer with
/// the reply that the operation's documentation states. They MUST be cancel-safe: a dropped future
/// leaves no half of an operation behind. Each case of the conformance suite that
/// [`capabilities`](Backend::capabilities) promises SHOULD pass.
pub trait Backend: std::fmt::Debug + Send + Sync + 'static {
    /// Does what an operation says.
    fn execute(&self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>>;

    /// What it can do. What is missing is refused before it is asked.
    fn capabilities(&self) -> Capabilities;
}

/// A transaction of a backend. Dropped without a commit, it is rolled back.
pub trait BackendTransaction: Send {
    /// Does what an operation says, inside the transaction.
    fn execute(&mut self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>>;

    /// Marks a place to which [`rollback_to_savepoint`](BackendTransaction::rollback_to_savepoint)
    /// returns. Savepoints nest.
    fn savepoint(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Undoes what was done since the last savepoint, and forgets the savepoint.
    fn rollback_to_savepoint(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Keeps what was done since the last savepoint, and forgets the savepoint.
    fn release_savepoint(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Keeps what was done.
    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<()>>;

    /// Undoes what was done.
    fn rollback(self: Box<Self>) -> BoxFuture<'static, Result<()>>;
}

/// What a backend can do, beside the eight operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// It keeps records at all.
    pub records: bool,
    /// Upsert.
    pub upsert: bool,
    /// Changes and deletes by filter.
    pub by_filter: bool,
    /// Transactions with savepoints.
    pub transactions: bool,
    /// Streams.
    pub streams: bool,
    /// Defaults and checks written in SQL.
    pub sql_expressions: bool,
    /// Search for what is spelt in another way.
    pub fuzzy_search: bool,
    /// Search for words, in a language.
    pub full_text_search: bool,
    /// Telling how an operation would be run.
    pub explain: bool,
    /// Reports.
    pub reports: bool,
    /// Statements that callers have written.
    pub raw_sql: bool,
    /// Views.
    pub views: bool,
}

impl Capabilities {
    /// Everything.
    pub const ALL: Self = Self {
        records: true,
        upsert: true,
        by_filter: true,
        transactions: true,
        streams: true,
        sql_expressions: true,
        fuzzy_search: true,
        full_text_search: true,
        explain: true,
        reports: true,
        raw_sql: true,
        views: true,
    };

    /// Nothing.
    pub const NONE: Self = Self {
        records: false,
        upsert: false,
        by_filter: false,
        transactions: false,
        streams: false,
        sql_expressions: false,
        fuzzy_search: false,
        full_text_search: false,
        explain: false,
        reports: false,
        raw_sql: false,
        views: false,
    };
}

/// The error for a record whose values in these columns another one has. It is the same whether or
/// not the principal may see the other one.
pub(crate) fn taken<'a>(columns: impl IntoIterator<Item = &'a str>) -> Error {
    let names: Vec<&str> = columns.into_iter().collect();
    let message = match names[..] {
        [] => "another record has the same key".to_owned(),
        _ => format!("another record has the same `{}`", names.join("`, `")),
    };
    match names[..] {
        [name] => Error::conflict(message).in_field(name),
        _ => Error::conflict(message),
    }
}

/// The error for a record that must not be written as it is, or it could be given away.
pub(crate) fn not_to_be_written(model: &'static ModelDef) -> Error {
    Error::new(ErrorKind::Denied, "the record would be one that you may not write").in_model(model.name)
}
