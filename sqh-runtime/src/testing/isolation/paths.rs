//! Every way that leads to records. A test of the architecture reads the services' sources: a public
//! method or a variant of [`Op`](crate::op::Op) that is not in this table fails it.

use std::collections::BTreeMap;
use std::fmt;

use sqh_model::{ErrorKind, Result};

/// A method of the services that reaches records.
#[derive(Debug, Clone, Copy)]
pub struct Path {
    /// The method's name.
    pub name: &'static str,
    /// The operations that it sends, by the names of the variants of [`Op`](crate::op::Op).
    pub operations: &'static [&'static str],
}

const fn path(name: &'static str, operations: &'static [&'static str]) -> Path {
    Path { name, operations }
}

/// Every one of them.
pub const PATHS: &[Path] = &[
    path("get", &["Get"]),
    path("find", &["Get"]),
    path("list", &["List"]),
    path("list_with", &["List", "Related"]),
    path("page", &["List"]),
    path("search", &["Search"]),
    path("count", &["Count"]),
    path("count_estimate", &["Count"]),
    path("create", &["Create"]),
    path("update", &["Update"]),
    path("replace", &["Update"]),
    path("delete", &["Delete"]),
    path("upsert", &["Upsert"]),
    path("batch_create", &["BatchCreate"]),
    path("batch_create_count", &["BatchCreate"]),
    path("try_batch_create_count", &["BatchCreate"]),
    path("stream", &["Stream"]),
    path("query", &["List", "Select", "Create", "UpdateWhere", "DeleteWhere"]),
    path("get_dyn", &["Get"]),
    path("list_dyn", &["List"]),
    path("list_with_dyn", &["List", "Related"]),
    path("page_dyn", &["List"]),
    path("search_dyn", &["Search"]),
    path("count_dyn", &["Count"]),
    path("create_dyn", &["Create"]),
    path("update_dyn", &["Update"]),
    path("delete_dyn", &["Delete"]),
    path("batch_create_dyn", &["BatchCreate"]),
    path("fuzzy_search", &["FuzzySearch"]),
    path("aggregate", &["Report"]),
    path("join_query", &["Report"]),
    path("window_functions", &["Report"]),
    path("stream_report", &["StreamReport"]),
    path("stream_report_dyn", &["StreamReport"]),
    path("raw_sql", &["Sql"]),
    path("raw_sql_dyn", &["Sql"]),
    path("aggregate_dyn", &["Report"]),
    path("join_dyn", &["Report"]),
    path("window_dyn", &["Report"]),
    path("fuzzy_search_dyn", &["FuzzySearch"]),
    path("full_text_search", &["FullTextSearch"]),
    path("full_text_search_dyn", &["FullTextSearch"]),
    path("explain_search", &["Explain"]),
    path("explain_search_dyn", &["Explain"]),
    path("explain_raw_sql", &["Explain"]),
    path("list_shared", &["List"]),
    path("get_shared", &["Get"]),
    path("join_shared", &["JoinShared", "Report"]),
    path("join_shared_by", &["JoinShared", "Report"]),
    path("join_shared_stream", &["JoinShared"]),
    path("join_shared_dyn", &["JoinShared", "Report"]),
    path("explain_join_shared", &["Explain"]),
    path("explain_join_shared_dyn", &["Explain"]),
    path("explain_report", &["Explain"]),
    path("explain_report_dyn", &["Explain"]),
    path("explain_list_dyn", &["Explain"]),
    path("explain_list", &["Explain"]),
    path("explain_count", &["Explain"]),
    path("explain_access", &["Get"]),
    path("explain_access_to", &[]),
    path("explain_access_dyn", &["Get"]),
    path("refresh", &["Refresh"]),
    path("refresh_dyn", &["Refresh"]),
    path("freshness", &["Freshness"]),
    path("freshness_dyn", &["Freshness"]),
    path("begin", &["Begin"]),
    path("transaction", &["Begin"]),
];

/// How often a path was walked, and what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Walked {
    /// Answered.
    pub answered: u64,
    /// Refused: no such record, a conflict, an input that is not valid.
    pub refused: u64,
    /// Failed, with or without effect: the server was gone, or too busy.
    pub failed: u64,
    /// Dropped by the caller on the way.
    pub dropped: u64,
    /// What the backend cannot do.
    pub unsupported: u64,
}

/// How often each path was walked. It prints as a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walks(pub(super) BTreeMap<&'static str, Walked>);

impl Walks {
    /// What came of a path.
    pub fn of(&self, path: &str) -> Walked {
        self.0.get(path).copied().unwrap_or_default()
    }

    /// The paths that were never asked, of all that there are.
    pub fn missing(&self) -> Vec<&'static str> {
        let names = PATHS.iter().map(|path| path.name);
        names.filter(|name| self.of(name) == Walked::default()).collect()
    }

    /// Notes a call; `None` if it was dropped.
    pub(super) fn note<T>(&mut self, path: &'static str, outcome: Option<&Result<T>>) {
        let walked = self.0.entry(path).or_default();
        let count = match outcome {
            None => &mut walked.dropped,
            Some(Ok(_)) => &mut walked.answered,
            Some(Err(error)) => match error.kind() {
                ErrorKind::Unsupported => &mut walked.unsupported,
                ErrorKind::Overloaded | ErrorKind::Unavailable | ErrorKind::Internal => &mut walked.failed,
                _ => &mut walked.refused,
            },
        };
        *count += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (path, walked) in &other.0 {
            let sum = self.0.entry(path).or_default();
            sum.answered += walked.answered;
            sum.refused += walked.refused;
            sum.failed += walked.failed;
            sum.dropped += walked.dropped;
            sum.unsupported += walked.unsupported;
        }
    }
}

impl fmt::Display for Walks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let titles = ["answered", "refused", "failed", "dropped", "unsupported"];
        write!(f, "{:<24}", "path")?;
        titles.iter().try_for_each(|title| write!(f, "{title:>12}"))?;
        for path in PATHS {
            let Walked { answered, refused, failed, dropped, unsupported } = self.of(path.name);
            write!(f, "\n{:<24}", path.name)?;
            let counts = [answered, refused, failed, dropped, unsupported];
            counts.iter().try_for_each(|count| write!(f, "{count:>12}"))?;
        }
        Ok(())
    }
}
