//! [`Op`]: what can be asked of a backend, and [`Reply`], what comes back.
//!
//! The eight operations of the unified face, and upsert, updates and deletes by filter, streams and
//! transactions, are all variants of one enum, so that each of them takes the one path: there is
//! no other door to a backend.

mod join_shared;
mod plan;

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::stream::BoxStream;
use sqh_model::expr::{Filter, Query, TextSearch};
pub use sqh_model::policy::Verb;
use sqh_model::report::Report;
use sqh_model::schema::ModelDef;
use sqh_model::types::TypeDef;
use sqh_model::{Error, Result, Row, Value};

pub use self::join_shared::{JoinPlan, JoinStep, JoinStrategy, JoinedSource, SharedJoin};
pub use self::plan::{Partitions, Plan, PlanWarning, PlannedTable};
use crate::backend::BackendTransaction;
use crate::sql::Sql;

/// An operation on a model.
#[derive(Debug)]
pub struct Operation {
    /// The model.
    pub model: &'static ModelDef,
    /// What to do with it.
    pub op: Op,
}

/// What can be asked of a backend.
///
/// Rows have a value for each column of the model's layout; [`Value::Unset`] in them means that
/// nothing was said.
#[non_exhaustive]
pub enum Op {
    /// The record with a key: the declared one, or the physical one (with the partition column).
    Get {
        /// The key's values in the layout's order.
        key: Vec<Value>,
    },
    /// The records that match. Replies [`Reply::Rows`].
    List(Query),
    /// The records whose search fields hold a text, without regard to case.
    Search {
        /// The text, taken literally.
        text: String,
        /// Which of them, in which order, how many.
        query: Query,
    },
    /// The records whose column, or words in it, are like a text, the most similar first. Replies
    /// [`Reply::Rows`].
    FuzzySearch {
        /// The column's position in the layout. It holds text.
        column: usize,
        /// The text, which may be spelt wrongly.
        text: String,
        /// At most this many.
        limit: u64,
    },
    /// The records that hold some words, the best first. Replies [`Reply::Rows`]: behind a record's columns how
    /// good it is, and if that is asked for, each search field with marks around the words.
    FullTextSearch(Box<TextSearch>),
    /// The values of some columns of the records that match. Replies [`Reply::Rows`] of that width.
    Select {
        /// Which records.
        query: Query,
        /// The columns' positions in the layout.
        columns: Vec<usize>,
    },
    /// The records whose column has one of these values. Replies [`Reply::Rows`], those of each value in the
    /// query's order; its limit is one for each value, and it has neither an offset nor a cursor.
    Related {
        /// Which of them, in which order, how many of each.
        query: Query,
        /// The column's position in the layout.
        column: usize,
        /// The values: none is null, and none comes twice.
        values: Vec<Value>,
    },
    /// What is computed of the records of the model and of those joined to them. Replies
    /// [`Reply::Rows`] of the report's width.
    Report(Box<Report>),
    /// What is computed of records of a tenant and of shared ones, which are in another database. Replies
    /// [`Reply::Rows`] of the report's width, or a [`Reply::Stream`] of them. The operation's model is that of its
    /// home.
    JoinShared(Box<SharedJoin>),
    /// What a statement replies that a caller has written, each table of which holds what its principal may
    /// read. Replies [`Reply::Table`].
    Sql(Box<Sql>),
    /// How many records match.
    Count {
        /// Which records.
        filter: Filter,
        /// Whether an estimate will do.
        estimate: bool,
    },
    /// A new record. Replies [`Reply::Row`] with what was stored.
    Create(Row),
    /// A new record, or an update of the one that it conflicts with. Replies with what is stored.
    Upsert {
        /// The record.
        row: Row,
        /// The positions of the columns of the unique constraint that decides.
        conflict: Vec<usize>,
        /// The positions of further columns that a record which is there keeps.
        keep: Vec<usize>,
    },
    /// Changes the record with a key. Replies with what is stored, or with no row if there is none.
    Update {
        /// The key's values.
        key: Vec<Value>,
        /// The new values; what is unset stays.
        changes: Row,
        /// The version that the caller saw; another one stored is a `Conflict`.
        version: Option<Value>,
    },
    /// Changes every record that matches. Replies [`Reply::Count`].
    UpdateWhere {
        /// Which records.
        filter: Filter,
        /// The new values; what is unset stays.
        changes: Row,
    },
    /// Deletes the record with a key. Replies [`Reply::Count`] of 0 or 1.
    Delete {
        /// The key's values.
        key: Vec<Value>,
        /// The version that the caller saw; another one stored is a `Conflict`.
        version: Option<Value>,
    },
    /// Deletes every record that matches. Replies [`Reply::Count`].
    DeleteWhere {
        /// Which records.
        filter: Filter,
    },
    /// Any number of new records, all or none. Replies rows or a count.
    BatchCreate {
        /// The records, produced as they are sent.
        rows: RowSource,
        /// Whether the stored records are wanted.
        returning: bool,
    },
    /// [`Op::List`] with bounded memory. Replies [`Reply::Stream`].
    Stream(Query),
    /// [`Op::Report`] with bounded memory. Replies [`Reply::Stream`].
    StreamReport(Box<Report>),
    /// Computes a view anew. Replies [`Reply::Freshness`].
    Refresh,
    /// When a view was last computed. Replies [`Reply::Freshness`].
    Freshness,
    /// How an operation that lists or counts would be run, without running it. Replies
    /// [`Reply::Plan`], or [`Reply::JoinPlan`] of a join of two databases.
    Explain(Box<Op>),
    /// A transaction in the database of the operation's model. Replies [`Reply::Transaction`].
    Begin,
}

/// Records as they are produced.
pub type RowSource = Box<dyn Iterator<Item = Result<Row>> + Send>;

/// Records as they arrive.
pub type RowStream = BoxStream<'static, Result<Row>>;

/// What a backend answers.
#[non_exhaustive]
pub enum Reply {
    /// One record, or none.
    Row(Option<Row>),
    /// Records.
    Rows(Vec<Row>),
    /// Values of columns whose types the backend has found.
    Table(Table),
    /// A number of records.
    Count(u64),
    /// Records as they arrive.
    Stream(RowStream),
    /// How it would be run.
    Plan(Box<Plan>),
    /// How a join of two databases would be run.
    JoinPlan(Box<JoinPlan>),
    /// When a view was last computed.
    Freshness(Freshness),
    /// A transaction that has begun.
    Transaction(Box<dyn BackendTransaction>),
}

/// How fresh a view is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Freshness {
    /// It holds what was committed before then, by the server's clock.
    pub as_of: DateTime<Utc>,
    /// How long it took to compute it.
    pub took: Duration,
}

/// Values of columns whose types the backend has found.
#[derive(Default)]
pub struct Table {
    /// The types, if there is a row.
    pub types: Vec<TypeDef>,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Op {
    /// What the principal must be allowed to do to the records that it touches. What one may not
    /// read, one can neither change nor delete.
    pub fn touches(&self) -> &'static [Verb] {
        match self {
            Self::Get { .. } => &[Verb::Read],
            Self::List(_)
            | Self::Search { .. }
            | Self::FuzzySearch { .. }
            | Self::FullTextSearch(_)
            | Self::Select { .. }
            | Self::Related { .. }
            | Self::Report(_)
            | Self::JoinShared(_)
            | Self::Sql(_)
            | Self::Count { .. }
            | Self::Freshness
            | Self::Stream(_)
            | Self::StreamReport(_) => &[Verb::List],
            Self::Explain(op) => op.touches(),
            Self::Upsert { .. } | Self::Update { .. } | Self::UpdateWhere { .. } => &[Verb::Read, Verb::Update],
            Self::Delete { .. } | Self::DeleteWhere { .. } => &[Verb::Read, Verb::Delete],
            Self::Create(_) | Self::BatchCreate { .. } | Self::Refresh | Self::Begin => &[],
        }
    }

    /// What the principal must be allowed to do to the records as they are once they are written.
    pub fn writes(&self) -> &'static [Verb] {
        match self {
            Self::Create(_) | Self::BatchCreate { .. } => &[Verb::Create],
            // Which of the two it was would tell whether there was a record.
            Self::Upsert { .. } => &[Verb::Create, Verb::Update],
            Self::Update { .. } | Self::UpdateWhere { .. } => &[Verb::Update],
            _ => &[],
        }
    }

    /// The models whose records it reads beside those of the operation's own, in order. All that is
    /// asked of the principal for its own is asked for each of them.
    pub fn joined(&self) -> Vec<&'static ModelDef> {
        match self {
            Self::Report(report) | Self::StreamReport(report) => {
                report.sources[1..].iter().map(|source| source.relation.model).collect()
            }
            Self::JoinShared(join) => join.joined(),
            Self::Sql(sql) => sql.checked.sources[1..].iter().map(|source| source.model).collect(),
            Self::Explain(op) => op.joined(),
            _ => Vec::new(),
        }
    }

    /// Whether the records that it reads may be in several databases.
    pub(crate) fn is_of_two_databases(&self) -> bool {
        match self {
            Self::JoinShared(_) => true,
            Self::Explain(op) => op.is_of_two_databases(),
            _ => false,
        }
    }

    /// Its name in messages and spans.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Get { .. } => "get",
            Self::List(_) => "list",
            Self::Search { .. } => "search",
            Self::FuzzySearch { .. } => "fuzzy_search",
            Self::FullTextSearch(_) => "full_text_search",
            Self::Select { .. } => "select",
            Self::Related { .. } => "related",
            Self::Report(_) => "report",
            Self::JoinShared(_) => "join_shared",
            Self::Sql(_) => "raw_sql",
            Self::Count { .. } => "count",
            Self::Create(_) => "create",
            Self::Upsert { .. } => "upsert",
            Self::Update { .. } => "update",
            Self::UpdateWhere { .. } => "update by filter",
            Self::Delete { .. } => "delete",
            Self::DeleteWhere { .. } => "delete by filter",
            Self::BatchCreate { .. } => "batch_create",
            Self::Stream(_) => "stream",
            Self::StreamReport(_) => "stream_report",
            Self::Refresh => "refresh",
            Self::Freshness => "freshness",
            Self::Explain(_) => "explain",
            Self::Begin => "begin",
        }
    }

    /// Whether it changes what is stored.
    pub fn is_write(&self) -> bool {
        self.touches().iter().chain(self.writes()).any(|verb| verb.is_write())
    }
}

impl std::fmt::Debug for Op {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may be a tenant's data and stay out of logs.
        f.write_str(self.name())
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Row(Some(_)) => "one row",
            Self::Row(None) => "no row",
            Self::Rows(_) => "rows",
            Self::Table(_) => "a table",
            Self::Count(_) => "a count",
            Self::Stream(_) => "a stream",
            Self::Plan(_) => "a plan",
            Self::JoinPlan(_) => "the plan of a join",
            Self::Freshness(_) => "a time",
            Self::Transaction(_) => "a transaction",
        })
    }
}

macro_rules! expect_reply {
    ($(#[$doc:meta])* $name:ident, $variant:ident, $ty:ty) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// `Internal` if the backend has answered something else.
        pub fn $name(self) -> Result<$ty> {
            match self {
                Self::$variant(value) => Ok(value),
                other => Err(Error::internal(format!(concat!("expected ", stringify!($variant), " of the backend, got {:?}"), other))),
            }
        }
    };
}

impl Reply {
    expect_reply!(
        /// One record, or none.
        into_row, Row, Option<Row>);
    expect_reply!(
        /// Records.
        into_rows, Rows, Vec<Row>);
    expect_reply!(
        /// Values of columns.
        into_table, Table, Table);
    expect_reply!(
        /// A number of records.
        into_count, Count, u64);
    expect_reply!(
        /// Records as they arrive.
        into_stream, Stream, RowStream);
    expect_reply!(
        /// How it would be run.
        into_plan, Plan, Box<Plan>);
    expect_reply!(
        /// How a join of two databases would be run.
        into_join_plan, JoinPlan, Box<JoinPlan>);
    expect_reply!(
        /// When a view was last computed.
        into_freshness, Freshness, Freshness);
    expect_reply!(
        /// A transaction.
        into_transaction, Transaction, Box<dyn BackendTransaction>);
}
