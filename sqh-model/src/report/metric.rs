//! [`Metric`]: a value for each group of records.

use super::Sort;
use super::condition::Condition;
use super::scalar::Scalar;

/// A value for each group of records, or, over a window, for each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// What is computed.
    pub function: MetricFunction,
    /// Of what; `None` counts the records themselves.
    pub of: Option<Scalar>,
    /// Only once of equal values.
    pub distinct: bool,
    /// In which order the values are taken, where that makes a difference.
    pub order: Vec<Sort>,
    /// Only of the records that match.
    pub filter: Condition,
}

/// What is computed of the values of a group. Nulls are left out, by all of them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum MetricFunction {
    /// How many there are.
    Count,
    /// Their sum: an `i64` of integers, an `f64` of floats. A sum beyond an `i64` is an error.
    Sum,
    /// Their mean.
    Avg,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The standard deviation of a sample: null for fewer than two values.
    StdDev,
    /// The variance of a sample: null for fewer than two values.
    Variance,
    /// The value below which a share of them lies, between two of them where there is none.
    Percentile(f64),
    /// The first one behind a share of them.
    PercentileDiscrete(f64),
    /// The first in the order.
    First,
    /// The last in the order.
    Last,
    /// All of them, with this between them.
    Joined(String),
    /// All of them as a list.
    Listed,
    /// Whether all of them are true.
    Every,
    /// Whether any of them is true.
    Any,
}

impl MetricFunction {
    /// Its name in messages and in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::StdDev => "std_dev",
            Self::Variance => "variance",
            Self::Percentile(_) => "percentile",
            Self::PercentileDiscrete(_) => "percentile_discrete",
            Self::First => "first",
            Self::Last => "last",
            Self::Joined(_) => "joined",
            Self::Listed => "listed",
            Self::Every => "every",
            Self::Any => "any",
        }
    }
}

impl MetricFunction {
    /// Whether the result has the type of what it is computed of.
    pub(super) fn keeps_type(&self) -> bool {
        matches!(self, Self::Min | Self::Max | Self::First | Self::Last | Self::PercentileDiscrete(_) | Self::Listed)
    }
}

impl Metric {
    /// A function of a value.
    pub fn new(function: MetricFunction, of: Option<Scalar>) -> Self {
        Self { function, of, distinct: false, order: Vec::new(), filter: Condition::Always }
    }
}
