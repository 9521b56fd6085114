//! Reports: what is computed of records, of one model or of several, rather than the records
//! themselves.
//!
//! A [`Report`] is data, as a [`Query`](crate::expr::Query) is: [`check`](Report::check) says whether it
//! makes sense and what its columns are, [`mod@lower`] writes it for PostgreSQL. It is made in two ways.
//! [`from`] is the typed one: a column of another model, a column that is neither grouped by nor
//! computed, a bucket of what is no time do not compile. JSON by name is the other, by
//! [`report_from_json`], with the same checks as errors.

mod check;
mod condition;
mod dynamic;
mod interval;
pub mod lower;
mod metric;
mod part;
mod scalar;
mod typed;
mod types;
pub(crate) mod view;
mod visit;
mod window;

pub use self::condition::Condition;
pub use self::dynamic::{ReportForm, report_from_json};
pub use self::interval::{Interval, Part, Unit};
pub use self::metric::{Metric, MetricFunction};
pub use self::part::{KeyColumn, PartColumn, Reduction, SourcePart};
pub use self::scalar::{Bucket, ColumnRef, Function, Scalar, SourceRef};
pub use self::typed::*;
pub use self::visit::Use;
pub use self::window::{Bound, Frame, Window, WindowFunction};

use crate::error::{Error, Result};
use crate::schema::ModelDef;
use crate::types::TypeDef;

/// What is computed of the records of one model or several.
#[derive(Debug, Clone)]
pub struct Report {
    /// Where the records come from. The first is the root, and each of the others is joined to those
    /// before it.
    pub sources: Vec<Source>,
    /// Which of the joined records.
    pub filter: Condition,
    /// The columns.
    pub outputs: Vec<Output>,
    /// How the records are grouped; `None` if each gives a row of its own.
    pub grouping: Option<Grouping>,
    /// Which groups.
    pub having: Condition,
    /// In which order.
    pub order: Vec<Sort>,
    /// At most this many rows.
    pub limit: Option<u64>,
    /// Leaves out this many of the first.
    pub offset: u64,
}

/// The records of a model in a report.
#[derive(Debug, Clone)]
pub struct Source {
    /// Which model, and by which name.
    pub relation: SourceRef,
    /// How it is joined to those before it; the root is not.
    pub join: Option<Join>,
}

/// How the records of a source are joined to what stands before it.
#[derive(Debug, Clone)]
pub struct Join {
    /// Which pairs are kept.
    pub kind: JoinKind,
    /// Which records belong together.
    pub on: Condition,
}

/// Which pairs a join keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// Those that belong together.
    Inner,
    /// Those that belong together, and what stands before it where nothing belongs to it.
    Left,
    /// What stands before it where something belongs to it, once.
    Semi,
    /// What stands before it where nothing belongs to it.
    Anti,
}

impl JoinKind {
    /// Whether the columns of the joined source can be read.
    pub fn is_read(self) -> bool {
        matches!(self, Self::Inner | Self::Left)
    }
}

/// A column of a report.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub of: Scalar,
    /// The type in which it is read.
    pub ty: TypeDef,
}

/// How records are grouped: by every output that is no metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grouping {
    /// By all of them together.
    Keys,
    /// `ROLLUP`: by all of them, by all but the last, …, and all records together.
    Rollup,
    /// `CUBE`: by each subset of them.
    Cube,
    /// By each of these sets of them, by their numbers among the keys.
    Sets(Vec<Vec<usize>>),
}

impl Grouping {
    /// Whether a key is null in some rows because these are not grouped by it.
    pub fn has_subtotals(&self) -> bool {
        !matches!(self, Self::Keys)
    }
}

/// An order by a scalar: ascending with nulls last, or descending with nulls first.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    /// By what.
    pub by: Scalar,
    /// Largest first.
    pub descending: bool,
}

impl Report {
    /// All records of a model, nothing of them yet.
    pub fn of(relation: SourceRef) -> Self {
        Self {
            sources: vec![Source { relation, join: None }],
            filter: Condition::Always,
            outputs: Vec::new(),
            grouping: None,
            having: Condition::Always,
            order: Vec::new(),
            limit: None,
            offset: 0,
        }
    }

    /// Whether what comes of a record of the root depends on no other: it has neither groups, windows, an order nor
    /// a limit.
    pub fn is_row_by_row(&self) -> bool {
        let is_whole = self.grouping.is_none() && self.order.is_empty() && self.limit.is_none() && self.offset == 0;
        is_whole && !self.outputs.iter().any(|output| output.of.has_window())
    }

    /// Whether a condition on records may fail for one of them.
    pub fn can_fail(&self) -> bool {
        let joins = self.sources.iter().filter_map(|source| source.join.as_ref());
        self.filter.can_fail() || joins.into_iter().any(|join| join.on.can_fail())
    }

    /// The model of the first source.
    pub fn root(&self) -> &'static ModelDef {
        self.sources[0].relation.model
    }

    /// The positions of the outputs that are grouped by.
    pub fn keys(&self) -> impl Iterator<Item = usize> {
        self.outputs.iter().enumerate().filter(|(_, output)| !output.of.has_metric()).map(|(i, _)| i)
    }

    /// The number of a source.
    ///
    /// # Errors
    /// `Invalid`, naming the model.
    pub fn source(&self, relation: &SourceRef) -> Result<usize> {
        self.sources.iter().position(|source| source.relation == *relation).ok_or_else(|| {
            Error::invalid(format!("the query has no `{relation}`: join it first")).in_model(relation.model.name)
        })
    }
}
