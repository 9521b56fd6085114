//! What reports compute: buckets of time and metrics.

mod bucket;
mod metric;

pub use self::bucket::{bucket, day, hour, minute, month, quarter, second, week, year};
pub use self::metric::{
    any, avg, count, count_distinct, count_of, every, first, joined, last, listed, max, min, percentile,
    percentile_discrete, std_dev, sum, variance,
};

use super::relation::Nowhere;
use super::term::Term;
use crate::report::Scalar;
use crate::types::FieldType;

/// A constant as a value of a report.
pub fn constant<T: FieldType>(value: T) -> Term<Nowhere, T> {
    Term::new(value.into_value().map(|value| Scalar::Value(value, T::DEF)))
}
