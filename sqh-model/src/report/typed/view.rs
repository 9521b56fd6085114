//! [`Definition`]: the report that a view is computed by.

use super::builder::Reading;
use super::sources::Sources;
use super::term::{Counted, Filtered, Measured, Plain, Term};
use crate::error::Result;
use crate::expr::Column;
use crate::report::Report;
use crate::schema::PlatformView;

/// What a view is computed by: groups of its source's records, of which each becomes one of its own.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use sqh_derive::{PlatformModel, PlatformView};
/// use sqh_model::report::{Definition, avg, count, from, month};
///
/// #[derive(PlatformModel)]
/// #[model(group = "lab", crate = "sqh_model")]
/// #[storage(postgres)]
/// pub struct AppSample {
///     #[field(primary_key)]
///     pub id: i64,
///     pub parameter: String,
///     pub value: f64,
///     pub taken_at: DateTime<Utc>,
/// }
///
/// #[derive(PlatformView)]
/// #[model(group = "lab", crate = "sqh_model")]
/// #[platform_view(source = AppSample, definition = monthly_means)]
/// pub struct AppMonthlyMean {
///     #[field(primary_key)]
///     pub parameter: String,
///     #[field(primary_key)]
///     pub month: DateTime<Utc>,
///     pub n: i64,
///     pub mean: f64,
/// }
///
/// fn monthly_means() -> impl Definition<AppMonthlyMean> {
///     from::<AppSample>().aggregate(AppMonthlyMeanColumns {
///         parameter: AppSample::PARAMETER,
///         month: month(AppSample::TAKEN_AT),
///         n: count(),
///         mean: avg(AppSample::VALUE),
///     })
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "this is not what the view `{V}` is computed by",
    label = "not a report of its source whose rows are `{V}`s",
    note = "write `from::<Source>().aggregate({V}Columns {{ … }})`, with the `source` of `#[platform_view(…)]`"
)]
pub trait Definition<V: PlatformView> {
    /// The same as data.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held.
    fn into_report(self) -> Result<Report>;
}

impl<S: Sources<Root = V::Source>, V: PlatformView> Definition<V> for Reading<S, V> {
    fn into_report(self) -> Result<Report> {
        self.into_parts().map(|(report, _)| report)
    }
}

/// The report of a definition. Used by generated code.
///
/// # Errors
/// As [`Definition::into_report`].
#[doc(hidden)]
pub fn define<V: PlatformView>(definition: impl Definition<V>) -> Result<Report> {
    definition.into_report()
}

/// What a view may be grouped by. Used by generated code.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a metric cannot be in the key of a view",
    label = "a view is grouped by its key, and this is computed of each group",
    note = "leave `#[field(primary_key)]` out of the field, or group by a column, or by a value made of columns"
)]
pub trait IsGroupedBy {}
impl<M, T> IsGroupedBy for Column<M, T> {}
impl<R, T> IsGroupedBy for Term<R, T, Plain> {}

/// What a view may hold beside its key. Used by generated code.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "what is no metric belongs into the key of a view",
    label = "a view would be grouped by this, and its key would not tell its records apart",
    note = "mark the field `#[field(primary_key)]`, or compute a metric of it, such as `max(…)`"
)]
pub trait IsMetric {}
impl<R, T> IsMetric for Term<R, T, Counted> {}
impl<R, T> IsMetric for Term<R, T, Measured> {}
impl<R, T> IsMetric for Term<R, T, Filtered> {}
