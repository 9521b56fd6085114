//! [`from`]: a report step by step, each of which knows the types of those before.

use std::marker::PhantomData;
use std::vec::IntoIter;

use super::condition::{AsCondition, AsksGroups, AsksRows, On};
use super::relation::Relation;
use super::selection::{Keys, Rows, Selection, Subtotals, Whole};
use super::sources::{Always, AskedFrom, AskedOf, HasAll, Joined, Root, ScopeOf, Sometimes, Sources};
use super::term::AsSort;
use crate::error::Result;
use crate::report::{Grouping, Join, JoinKind, Report, Source};
use crate::value::Value;

/// Where the rows of a report come from, before it is said what of them.
///
/// `G` says whether there are subtotals.
#[derive(Debug)]
#[must_use = "a report does nothing until a query service runs it"]
pub struct From<S, G = Whole> {
    report: Result<Report>,
    marker: PhantomData<fn() -> (S, G)>,
}

/// A report whose rows become `O`.
#[must_use = "a report does nothing until a query service runs it"]
pub struct Reading<S, O> {
    report: Result<Report>,
    read: fn(&mut IntoIter<Value>) -> Result<O>,
    marker: PhantomData<fn() -> S>,
}

/// Begins a report on the records of a model, or of an alias of one.
pub fn from<R: Relation>() -> From<Root<R>> {
    From { report: Ok(Report::of(R::source())), marker: PhantomData }
}

impl<S: Sources, G> From<S, G> {
    fn with<S2, G2>(self, change: impl FnOnce(&mut Report) -> Result<()>) -> From<S2, G2> {
        From { report: self.report.and_then(|mut report| change(&mut report).map(|()| report)), marker: PhantomData }
    }

    fn join<S2, R: Relation>(self, kind: JoinKind, on: impl AsCondition) -> From<S2, G> {
        self.with(|report| {
            let join = Some(Join { kind, on: on.into_condition()? });
            report.sources.push(Source { relation: R::source(), join });
            Ok(())
        })
    }

    /// Joins the records that belong together: those of the right side of `on`, which is joined, to those
    /// that the report has.
    pub fn inner_join<L, R, I>(self, on: On<L, R>) -> From<Joined<S, R, Always>, G>
    where
        R: Relation,
        Joined<S, R, Always>: HasAll<L, I>,
    {
        self.join::<_, R>(JoinKind::Inner, on)
    }

    /// Joins what belongs to the rows that the report has, if anything does: what is read of it is an
    /// `Option`.
    pub fn left_join<L, R, I>(self, on: On<L, R>) -> From<Joined<S, R, Sometimes>, G>
    where
        R: Relation,
        Joined<S, R, Sometimes>: HasAll<L, I>,
    {
        self.join::<_, R>(JoinKind::Left, on)
    }

    /// Keeps the rows to which something belongs. Nothing can be read of it.
    pub fn semi_join<L, R, I>(self, on: On<L, R>) -> From<AskedOf<S, R>, G>
    where
        R: Relation,
        ScopeOf<R::Model>: AskedFrom<ScopeOf<S::Root>>,
        Joined<S, R, Always>: HasAll<L, I>,
    {
        self.join::<_, R>(JoinKind::Semi, on)
    }

    /// Keeps the rows to which nothing belongs.
    pub fn anti_join<L, R, I>(self, on: On<L, R>) -> From<AskedOf<S, R>, G>
    where
        R: Relation,
        ScopeOf<R::Model>: AskedFrom<ScopeOf<S::Root>>,
        Joined<S, R, Always>: HasAll<L, I>,
    {
        self.join::<_, R>(JoinKind::Anti, on)
    }

    /// Only rows that match; called again, rows that match all.
    pub fn filter<C, I>(self, condition: C) -> Self
    where
        C: AsCondition<Kind: AsksRows>,
        S: HasAll<C::Of, I>,
    {
        self.with(|report| {
            report.filter = std::mem::take(&mut report.filter).and(condition.into_condition()?);
            Ok(())
        })
    }
}

impl<S: Sources> From<S> {
    /// What of each row: columns, values made of them, windows, whole [`record`](super::record)s.
    pub fn select<C, I, O>(self, columns: C) -> Reading<S, O>
    where
        C: Selection<S, Rows, I, Row = O>,
    {
        let report = self.report.and_then(|mut report| columns.push(&mut report.outputs).map(|()| report));
        Reading { report, read: C::read, marker: PhantomData }
    }

    /// Groups the rows by every column and plain value among `columns`, and computes the metrics among
    /// them for each group; without anything to group by, for all rows together.
    ///
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use sqh_derive::PlatformModel;
    /// use sqh_model::report::{avg, count, from, month};
    ///
    /// #[derive(PlatformModel)]
    /// #[model(group = "lab", crate = "sqh_model")]
    /// #[storage(postgres)]
    /// pub struct AppLabResult {
    ///     #[field(primary_key)]
    ///     pub id: i64,
    ///     pub test_type: String,
    ///     pub value: f64,
    ///     pub created_at: DateTime<Utc>,
    /// }
    ///
    /// // Rows of (String, DateTime<Utc>, i64, f64).
    /// let report = from::<AppLabResult>()
    ///     .filter(AppLabResult::VALUE.gt(0.0))
    ///     .aggregate((
    ///         AppLabResult::TEST_TYPE,
    ///         month(AppLabResult::CREATED_AT),
    ///         count(),
    ///         avg(AppLabResult::VALUE),
    ///     ))
    ///     .having(count().gt(10))
    ///     .order_by(avg(AppLabResult::VALUE).desc());
    /// # let _ = report;
    /// ```
    pub fn aggregate<C, I, O>(self, columns: C) -> Reading<S, O>
    where
        C: Keys + Selection<S, C::Form, I, Row = O>,
    {
        group(self.report, columns, Grouping::Keys, C::read)
    }

    /// Adds subtotals: rows for all keys but the last, …, and one for all records. A key that a row is no
    /// longer grouped by is `None`.
    pub fn rollup(self) -> From<S, Subtotals> {
        self.with(|report| {
            report.grouping = Some(Grouping::Rollup);
            Ok(())
        })
    }

    /// Adds subtotals for each subset of the keys.
    pub fn cube(self) -> From<S, Subtotals> {
        self.with(|report| {
            report.grouping = Some(Grouping::Cube);
            Ok(())
        })
    }

    /// Groups by each of these sets of keys, by their numbers among the keys, from 0. Each key stands in one
    /// of them at least.
    pub fn grouping_sets<const N: usize>(self, sets: [&[usize]; N]) -> From<S, Subtotals> {
        self.with(|report| {
            report.grouping = Some(Grouping::Sets(sets.into_iter().map(<[usize]>::to_vec).collect()));
            Ok(())
        })
    }
}

impl<S: Sources> From<S, Subtotals> {
    /// [`From::aggregate`] with subtotals.
    pub fn aggregate<C, I, O>(self, columns: C) -> Reading<S, O>
    where
        C: Selection<S, Subtotals, I, Row = O>,
    {
        let grouping = self.report.as_ref().ok().and_then(|report| report.grouping.clone());
        group(self.report, columns, grouping.unwrap_or(Grouping::Keys), C::read)
    }
}

fn group<S, G, I, C: Selection<S, G, I>>(
    report: Result<Report>,
    columns: C,
    grouping: Grouping,
    read: fn(&mut IntoIter<Value>) -> Result<C::Row>,
) -> Reading<S, C::Row> {
    let report = report.and_then(|mut report| {
        report.grouping = Some(grouping);
        columns.push(&mut report.outputs).map(|()| report)
    });
    Reading { report, read, marker: PhantomData }
}

impl<S: Sources, O> Reading<S, O> {
    fn with(mut self, change: impl FnOnce(&mut Report) -> Result<()>) -> Self {
        self.report = self.report.and_then(|mut report| change(&mut report).map(|()| report));
        self
    }

    /// Only groups that match; called again, groups that match all.
    pub fn having<C, I>(self, condition: C) -> Self
    where
        C: AsCondition<Kind: AsksGroups>,
        S: HasAll<C::Of, I>,
    {
        self.with(|report| {
            report.having = std::mem::take(&mut report.having).and(condition.into_condition()?);
            Ok(())
        })
    }

    /// Orders by a value; called again, by that one where the first is equal. Groups are ordered by a key
    /// or by a metric.
    pub fn order_by<C, I>(self, order: C) -> Self
    where
        C: AsSort,
        S: HasAll<C::Of, I>,
    {
        self.with(|report| {
            report.order.push(order.into_sort()?);
            Ok(())
        })
    }

    /// At most this many rows.
    pub fn limit(self, limit: u64) -> Self {
        self.with(|report| {
            report.limit = Some(limit);
            Ok(())
        })
    }

    /// Leaves out this many of the first.
    pub fn offset(self, offset: u64) -> Self {
        self.with(|report| {
            report.offset = offset;
            Ok(())
        })
    }

    /// The report, and how its rows are read.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held.
    #[allow(clippy::type_complexity, reason = "a report and the function that reads its rows")]
    pub fn into_parts(self) -> Result<(Report, fn(&mut IntoIter<Value>) -> Result<O>)> {
        Ok((self.report?, self.read))
    }
}

impl<S, O> std::fmt::Debug for Reading<S, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").field("report", &self.report).finish_non_exhaustive()
    }
}
