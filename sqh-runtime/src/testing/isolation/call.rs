//! [`Call`]: what is asked, whatever the way; [`Answer`], what came back.

use sqh_model::schema::ModelDef;
use sqh_model::{Row, Value};

use super::which::{Asked, Which};

/// What is asked, whatever the way.
#[derive(Debug, Clone)]
pub(super) enum Call {
    Get(Key),
    List(Asked),
    /// The values of some columns.
    Columns(Asked, Vec<usize>),
    Search(String, Asked),
    Fuzzy(usize, String),
    /// Words; whether they may be spelt in another way.
    Words(String, bool),
    Count(Which),
    /// What a view can be asked, and another model cannot. No step draws it: it is sought.
    Refresh,
    /// Whether it may be stored.
    MayCreate(Row),
    Create(Row),
    Batch(Vec<Row>),
    Upsert {
        row: Row,
        /// The columns of the unique constraint; the key if there are none.
        by: Vec<usize>,
    },
    Update {
        key: Key,
        changes: Row,
        version: Option<i64>,
    },
    Replace(Row),
    Delete(Key),
    UpdateWhere(Which, Row),
    DeleteWhere(Which),
}

/// A record's key.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// With the partition column.
    pub(super) full: Vec<Value>,
    /// How many of its parts are said.
    pub(super) parts: usize,
}

impl Key {
    /// The key of a record.
    pub(super) fn of(def: &'static ModelDef, row: &Row) -> Self {
        let full: Vec<Value> = def.layout().physical_key().into_iter().map(|position| row[position].clone()).collect();
        Self { parts: full.len(), full }
    }

    pub(super) fn said(&self) -> Vec<Value> {
        self.full[..self.parts].to_vec()
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    Row(Option<Row>),
    Rows(Vec<Row>),
    /// Rows of no more than these columns.
    Columns(Vec<usize>, Vec<Row>),
    Count(u64),
    /// Text for people.
    Lines(Vec<String>),
}

impl Call {
    /// The ways to ask it; those of the second list exist outside of transactions only.
    pub(super) fn ways(&self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Get(_) => (&["get", "find", "get_dyn"], &["explain_access", "explain_access_dyn"]),
            Self::List(_) => (
                &["list", "list_with", "page", "stream", "query", "list_dyn", "list_with_dyn", "page_dyn"],
                &["join_query", "window_functions", "stream_report", "explain_list", "explain_list_dyn"],
            ),
            Self::Columns(..) => (&["query"], &[]),
            Self::Search(..) => (&["search", "search_dyn"], &[]),
            Self::Fuzzy(..) => (&[], &["fuzzy_search", "fuzzy_search_dyn"]),
            Self::Words(..) => {
                (&[], &["full_text_search", "full_text_search_dyn", "explain_search", "explain_search_dyn"])
            }
            Self::Count(_) => (
                &["count", "count_dyn", "count_estimate"],
                &[
                    "aggregate",
                    "aggregate_dyn",
                    "join_dyn",
                    "window_dyn",
                    "stream_report_dyn",
                    "raw_sql",
                    "raw_sql_dyn",
                    "explain_count",
                    "explain_raw_sql",
                    "explain_report",
                    "explain_report_dyn",
                    "join_shared",
                    "join_shared_by",
                    "join_shared_stream",
                    "join_shared_dyn",
                    "explain_join_shared",
                    "explain_join_shared_dyn",
                ],
            ),
            Self::Refresh => (&[], &["refresh", "refresh_dyn", "freshness", "freshness_dyn"]),
            Self::MayCreate(_) => (&[], &["explain_access_to"]),
            Self::Create(_) => (&["create", "create_dyn", "query"], &[]),
            Self::Batch(_) => {
                (&["batch_create", "batch_create_count", "try_batch_create_count", "batch_create_dyn"], &[])
            }
            Self::Upsert { .. } => (&["upsert"], &[]),
            Self::Update { .. } => (&["update", "update_dyn"], &[]),
            Self::Replace(_) => (&["replace"], &[]),
            Self::Delete(_) => (&["delete", "delete_dyn"], &[]),
            Self::UpdateWhere(..) | Self::DeleteWhere(_) => (&["query"], &[]),
        }
    }

    /// The ways to ask it of shared records only.
    pub(super) fn shared_ways(&self) -> &'static [&'static str] {
        match self {
            Self::Get(_) => &["get_shared"],
            Self::List(_) => &["list_shared"],
            _ => &[],
        }
    }

    /// Whether it may change what is stored.
    pub(super) fn is_write(&self) -> bool {
        !matches!(
            self,
            Self::Get(_)
                | Self::List(_)
                | Self::Columns(..)
                | Self::Search(..)
                | Self::Fuzzy(..)
                | Self::Words(..)
                | Self::Count(_)
                | Self::Refresh
                | Self::MayCreate(_)
        )
    }
}

impl Answer {
    /// Hands out every text that came back, in values too.
    pub(super) fn texts(&self, see: &mut dyn FnMut(&str)) {
        match self {
            Self::Row(row) => row.iter().flatten().for_each(|value| texts(value, see)),
            Self::Rows(rows) | Self::Columns(_, rows) => rows.iter().flatten().for_each(|value| texts(value, see)),
            Self::Count(_) => {}
            Self::Lines(lines) => lines.iter().for_each(|line| see(line)),
        }
    }
}

/// Every text in an error: what it says, and what lies beneath.
pub(super) fn error_text(error: &sqh_model::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text += &format!(" {error} {error:?}");
        source = error.source();
    }
    text
}

fn texts(value: &Value, see: &mut dyn FnMut(&str)) {
    match value {
        Value::Text(text) => see(text),
        Value::Bytes(bytes) => see(&String::from_utf8_lossy(bytes)),
        Value::Json(json) => see(&json.to_string()),
        Value::Array(values) | Value::Record(values) => values.iter().for_each(|value| texts(value, see)),
        _ => {}
    }
}
