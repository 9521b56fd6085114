//! [`Window`]: a value for each row that looks at the rows around it.

use super::Sort;
use super::interval::Interval;
use super::metric::Metric;
use super::scalar::Scalar;

/// A value for each row that looks at the rows around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// What is computed.
    pub function: WindowFunction,
    /// Only rows that are equal in all of these are looked at.
    pub partition: Vec<Scalar>,
    /// In which order.
    pub order: Vec<Sort>,
    /// How far around the row; PostgreSQL's own default without one: all rows of the partition up to
    /// the row and its equals, or all of them if there is no order.
    pub frame: Option<Frame>,
}

/// What is computed over a window.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum WindowFunction {
    /// The row's number, from 1.
    RowNumber,
    /// The row's rank, with gaps behind equals.
    Rank,
    /// The row's rank, without gaps.
    DenseRank,
    /// The rank as a share, from 0 to 1.
    PercentRank,
    /// The share of rows up to this one and its equals.
    CumeDist,
    /// The number of the row's part, of so many parts of equal size.
    Ntile(u32),
    /// The value so many rows before.
    Lag(Scalar, u32),
    /// The value so many rows behind.
    Lead(Scalar, u32),
    /// The first value of the frame.
    FirstValue(Scalar),
    /// The last value of the frame.
    LastValue(Scalar),
    /// A metric of the frame.
    Metric(Metric),
}

/// How far around the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// From here.
    pub start: Bound,
    /// To here, included.
    pub end: Bound,
}

/// An end of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The partition's first row.
    First,
    /// So many rows before.
    RowsBefore(u32),
    /// The time of the row, the only thing in the order, less this.
    TimeBefore(Interval),
    /// The row itself.
    Here,
    /// So many rows behind.
    RowsBehind(u32),
    /// The time of the row, the only thing in the order, and this.
    TimeBehind(Interval),
    /// The partition's last row.
    Last,
}

impl Frame {
    /// Whether the row itself is in it, and so there always is a row.
    pub fn has_row(&self) -> bool {
        use Bound::{First, Here, Last, RowsBefore, RowsBehind, TimeBefore, TimeBehind};
        matches!(self.start, First | RowsBefore(_) | TimeBefore(_) | Here)
            && matches!(self.end, Here | RowsBehind(_) | TimeBehind(_) | Last)
    }

    /// Whether it reaches so far in time, rather than in rows.
    pub fn is_of_time(&self) -> bool {
        let is_time = |bound: Bound| matches!(bound, Bound::TimeBefore(_) | Bound::TimeBehind(_));
        is_time(self.start) || is_time(self.end)
    }
}

impl WindowFunction {
    /// Its name in messages and in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RowNumber => "row_number",
            Self::Rank => "rank",
            Self::DenseRank => "dense_rank",
            Self::PercentRank => "percent_rank",
            Self::CumeDist => "cume_dist",
            Self::Ntile(_) => "ntile",
            Self::Lag(..) => "lag",
            Self::Lead(..) => "lead",
            Self::FirstValue(_) => "first_value",
            Self::LastValue(_) => "last_value",
            Self::Metric(metric) => metric.function.name(),
        }
    }

    /// Whether it looks at the frame, rather than at the whole partition.
    pub fn is_framed(&self) -> bool {
        matches!(self, Self::FirstValue(_) | Self::LastValue(_) | Self::Metric(_))
    }

    /// Whether it means nothing without an order.
    pub fn needs_order(&self) -> bool {
        !matches!(self, Self::Metric(_))
    }
}
