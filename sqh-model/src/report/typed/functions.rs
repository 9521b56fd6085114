//! What reports compute: buckets of time and metrics.

mod bucket;
mod metric;
mod scalar;
mod window;

pub use self::bucket::{bucket, day, hour, minute, month, quarter, second, week, year};
pub use self::metric::{
    any, avg, count, count_distinct, count_of, every, first, joined, last, listed, max, min, percentile,
    percentile_discrete, std_dev, sum, variance,
};

pub use self::scalar::{
    Together, abs, case, ceil, coalesce, concat, day_of, floor, hour_of, length, lower, minute_of, month_of,
    quarter_of, round, seconds_between, upper, week_of, weekday_of, year_of,
};
pub use self::window::{
    InOrder, Ordering, Over, Ranked, Unordered, cume_dist, dense_rank, first_value, lag, last_value, lead, ntile,
    percent_rank, rank, row_number, window,
};

use super::relation::Nowhere;
use super::term::Term;
use crate::report::Scalar;
use crate::types::FieldType;

/// A constant as a value of a report.
pub fn constant<T: FieldType>(value: T) -> Term<Nowhere, T> {
    Term::new(value.into_value().map(|value| Scalar::Value(value, T::DEF)))
}
