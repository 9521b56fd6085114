//! Metrics: a value for each group. Nulls are left out by all of them.

use crate::report::typed::{AsSort, AsTerm, Both, Counted, Measured, Nowhere, Plain, Term};
use crate::report::{Metric, MetricFunction, Scalar};
use crate::types::FieldType;
use crate::types::family::{Comparable, Ordered, Summable, Textual, Truth};

/// How many records there are.
pub fn count() -> Term<Nowhere, i64, Counted> {
    Term::new(Ok(Scalar::Metric(Box::new(Metric::new(MetricFunction::Count, None)))))
}

/// How many records have a value.
pub fn count_of<E: AsTerm<Kind = Plain>>(value: E) -> Term<E::Of, i64, Counted> {
    of(MetricFunction::Count, value)
}

/// How many different values there are.
pub fn count_distinct<E>(value: E) -> Term<E::Of, i64, Counted>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Comparable>>,
{
    Term::new(value.into_scalar().map(|value| {
        let metric = Metric { distinct: true, ..Metric::new(MetricFunction::Count, Some(value)) };
        Scalar::Metric(Box::new(metric))
    }))
}

/// The sum: an `i64` of integers, an `f64` of floats, a `Decimal` of decimals. One that no `i64` holds
/// is an error, never another number.
pub fn sum<E, T>(value: E) -> Term<E::Of, T, Measured>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Summable<Sum = T>>>,
{
    of(MetricFunction::Sum, value)
}

/// The mean: an `f64`, of decimals a `Decimal`.
pub fn avg<E, T>(value: E) -> Term<E::Of, T, Measured>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Summable<Mean = T>>>,
{
    of(MetricFunction::Avg, value)
}

/// The smallest value.
pub fn min<E>(value: E) -> Term<E::Of, E::Type, Measured>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Ordered>>,
{
    of(MetricFunction::Min, value)
}

/// The largest value.
pub fn max<E>(value: E) -> Term<E::Of, E::Type, Measured>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Ordered>>,
{
    of(MetricFunction::Max, value)
}

/// The standard deviation of a sample: `None` for fewer than two values.
pub fn std_dev<E>(value: E) -> Term<E::Of, Option<f64>, Measured>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Summable>>,
{
    of(MetricFunction::StdDev, value)
}

/// The variance of a sample: `None` for fewer than two values.
pub fn variance<E>(value: E) -> Term<E::Of, Option<f64>, Measured>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Summable>>,
{
    of(MetricFunction::Variance, value)
}

/// The value below which a share of the values lies, from 0 to 1, taken between two of them where
/// there is none: `percentile(value, 0.95)`.
pub fn percentile<E>(value: E, share: f64) -> Term<E::Of, f64, super::super::Filtered>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Summable>>,
{
    of(MetricFunction::Percentile(share), value)
}

/// The first value behind a share of the values, from 0 to 1.
pub fn percentile_discrete<E>(value: E, share: f64) -> Term<E::Of, E::Type, Measured>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Ordered>>,
{
    of(MetricFunction::PercentileDiscrete(share), value)
}

/// The first value in an order: `first(value, created_at.asc())`. Nulls are left out.
pub fn first<E, S>(value: E, order: S) -> Term<Both<E::Of, S::Of>, E::Type, Measured>
where
    E: AsTerm<Kind = Plain>,
    S: AsSort<Kind = Plain>,
{
    ordered(MetricFunction::First, value, order)
}

/// The last value in an order. Nulls are left out.
pub fn last<E, S>(value: E, order: S) -> Term<Both<E::Of, S::Of>, E::Type, Measured>
where
    E: AsTerm<Kind = Plain>,
    S: AsSort<Kind = Plain>,
{
    ordered(MetricFunction::Last, value, order)
}

/// All texts in an order, with `between` between them.
pub fn joined<E, S>(value: E, between: impl Into<String>, order: S) -> Term<Both<E::Of, S::Of>, E::Type, Measured>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Textual>>,
    S: AsSort<Kind = Plain>,
{
    ordered(MetricFunction::Joined(between.into()), value, order)
}

/// All values in an order, as a list.
#[allow(clippy::type_complexity, reason = "what it is made of, its type and its kind")]
pub fn listed<E, S>(value: E, order: S) -> Term<Both<E::Of, S::Of>, Vec<E::Type>, Counted>
where
    E: AsTerm<Kind = Plain>,
    S: AsSort<Kind = Plain>,
    Vec<E::Type>: FieldType,
{
    ordered(MetricFunction::Listed, value, order)
}

/// Whether all values are true.
pub fn every<E>(value: E) -> Term<E::Of, E::Type, Measured>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Truth>>,
{
    of(MetricFunction::Every, value)
}

/// Whether any value is true.
pub fn any<E>(value: E) -> Term<E::Of, E::Type, Measured>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Truth>>,
{
    of(MetricFunction::Any, value)
}

fn of<E: AsTerm, T, K>(function: MetricFunction, value: E) -> Term<E::Of, T, K> {
    Term::new(value.into_scalar().map(|value| Scalar::Metric(Box::new(Metric::new(function, Some(value))))))
}

fn ordered<E: AsTerm, S: AsSort, T, K>(function: MetricFunction, value: E, order: S) -> Term<Both<E::Of, S::Of>, T, K> {
    Term::new(value.into_scalar().and_then(|value| {
        let order = vec![order.into_sort()?];
        Ok(Scalar::Metric(Box::new(Metric { order, ..Metric::new(function, Some(value)) })))
    }))
}
