//! [`Plan`]: how an operation would be run.

use std::fmt;

use sqh_model::expr::Filter;
use sqh_model::schema::Placement;

/// How an operation would be run. It prints as its lines.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Plan {
    /// The lines of PostgreSQL's `EXPLAIN`.
    pub lines: Vec<String>,
    /// The tables that it reads, that of its own model first.
    pub tables: Vec<PlannedTable>,
    /// What may be meant otherwise.
    pub warnings: Vec<PlanWarning>,
}

/// A table that an operation reads.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PlannedTable {
    /// The model.
    pub model: &'static str,
    /// How tenants are kept apart in it; `None` for a shared model.
    pub placement: Option<Placement>,
    /// Which of its records the rules of the model let the principal read.
    pub rules: Filter,
    /// Which of its partitions are read; `None` if it has none.
    pub partitions: Option<Partitions>,
}

/// The partitions of a table, of which the planner leaves out those that the conditions exclude.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partitions {
    /// Those that are read.
    pub read: Vec<String>,
    /// How many there are.
    pub all: usize,
}

/// What may be meant otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanWarning {
    /// Records are chosen, but not by the column by which the table is partitioned: every partition is read.
    PartitionColumnOmitted {
        /// The model.
        model: &'static str,
        /// The field.
        field: &'static str,
    },
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl fmt::Display for PlanWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PartitionColumnOmitted { model, field } => {
                write!(f, "every partition of `{model}` is read: add a condition on `{field}`")
            }
        }
    }
}
