//! Every column that a report names, and what for.

use super::condition::Condition;
use super::scalar::{ColumnRef, Scalar, SourceRef};
use super::window::{Window, WindowFunction};
use super::{Metric, Report, Sort};
use crate::error::Result;

/// What a report wants of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Its value, as it is, is the output of this number.
    Shown(usize),
    /// What comes out depends on it: a filter, an order, a key of a group, a metric.
    Asked,
}

impl Report {
    /// Goes over every column that the report names: its source, its field and what for.
    ///
    /// # Errors
    /// What `see` says; `Invalid` for a source that is not there.
    pub fn visit_columns<'a>(&'a self, see: &mut dyn FnMut(&'a SourceRef, &'a str, Use) -> Result<()>) -> Result<()> {
        for (i, output) in self.outputs.iter().enumerate() {
            match (&output.of, &self.grouping) {
                (Scalar::Column(ColumnRef { source, field }), None) => see(source, field, Use::Shown(i))?,
                (scalar, _) => scalar.visit(see)?,
            }
        }
        self.filter.visit(see)?;
        self.having.visit(see)?;
        for join in self.sources.iter().filter_map(|source| source.join.as_ref()) {
            join.on.visit(see)?;
        }
        visit_sorts(&self.order, see)
    }
}

impl Scalar {
    /// Goes over every column that it names.
    ///
    /// # Errors
    /// What `see` says.
    pub fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a SourceRef, &'a str, Use) -> Result<()>) -> Result<()> {
        match self {
            Self::Column(column) => see(&column.source, &column.field, Use::Asked),
            Self::Value(..) => Ok(()),
            Self::Bucket(bucket) => bucket.of.visit(see),
            Self::Call(_, of) => of.iter().try_for_each(|of| of.visit(see)),
            Self::Metric(metric) => metric.visit(see),
            Self::Window(window) => window.visit(see),
            Self::Case(condition, then, otherwise) => {
                condition.visit(see)?;
                then.visit(see)?;
                otherwise.visit(see)
            }
        }
    }
}

impl Condition {
    pub(super) fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a SourceRef, &'a str, Use) -> Result<()>) -> Result<()> {
        match self {
            Self::Always => Ok(()),
            Self::Of(source, filter) => {
                filter.fields().into_iter().try_for_each(|field| see(source, field, Use::Asked))
            }
            Self::Compare(left, _, right) => left.visit(see).and_then(|()| right.visit(see)),
            Self::IsNull(scalar) => scalar.visit(see),
            Self::And(conditions) | Self::Or(conditions) => {
                conditions.iter().try_for_each(|condition| condition.visit(see))
            }
            Self::Not(condition) => condition.visit(see),
        }
    }
}

impl Metric {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a SourceRef, &'a str, Use) -> Result<()>) -> Result<()> {
        self.of.iter().try_for_each(|of| of.visit(see))?;
        visit_sorts(&self.order, see)?;
        self.filter.visit(see)
    }
}

impl Window {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a SourceRef, &'a str, Use) -> Result<()>) -> Result<()> {
        match &self.function {
            WindowFunction::Lag(of, _)
            | WindowFunction::Lead(of, _)
            | WindowFunction::FirstValue(of)
            | WindowFunction::LastValue(of) => of.visit(see)?,
            WindowFunction::Metric(metric) => metric.visit(see)?,
            _ => {}
        }
        self.partition.iter().try_for_each(|scalar| scalar.visit(see))?;
        visit_sorts(&self.order, see)
    }
}

fn visit_sorts<'a>(sorts: &'a [Sort], see: &mut dyn FnMut(&'a SourceRef, &'a str, Use) -> Result<()>) -> Result<()> {
    sorts.iter().try_for_each(|sort| sort.by.visit(see))
}
