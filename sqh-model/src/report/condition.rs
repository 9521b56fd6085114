//! [`Condition`]: which rows, or groups, of a report.

use super::scalar::{Scalar, SourceRef};
use crate::expr::{Comparison, Filter};

/// Which rows, or groups, of a report. It is three-valued, as [`Filter`] is.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Condition {
    /// All of them.
    #[default]
    Always,
    /// A filter on the records of one source.
    Of(SourceRef, Filter),
    /// A comparison of two values.
    Compare(Scalar, Comparison, Scalar),
    /// Null.
    IsNull(Scalar),
    /// All of them; true if there are none.
    And(Vec<Condition>),
    /// At least one of them; false if there are none.
    Or(Vec<Condition>),
    /// The opposite; unknown stays unknown.
    Not(Box<Condition>),
}

impl Condition {
    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, condition) | (condition, Self::Always) => condition,
            (Self::And(mut conditions), condition) => {
                conditions.push(condition);
                Self::And(conditions)
            }
            (condition, other) => Self::And(vec![condition, other]),
        }
    }

    /// Whether something is computed in it that may fail for a record, such as a division: the error must
    /// not tell of a record that may not be seen.
    pub fn can_fail(&self) -> bool {
        match self {
            Self::Always | Self::Of(..) => false,
            Self::Compare(left, _, right) => left.can_fail() || right.can_fail(),
            Self::IsNull(scalar) => scalar.can_fail(),
            Self::And(conditions) | Self::Or(conditions) => conditions.iter().any(Self::can_fail),
            Self::Not(condition) => condition.can_fail(),
        }
    }

    /// At least one.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Or(mut conditions), condition) => {
                conditions.push(condition);
                Self::Or(conditions)
            }
            (condition, other) => Self::Or(vec![condition, other]),
        }
    }
}
