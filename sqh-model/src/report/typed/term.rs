//! [`Term`]: a value of a report with its Rust type.

use std::marker::PhantomData;

use super::AsCondition;
use super::condition::{When, WhenKind};
use super::relation::{Both, Relation};
use super::selection::{Keyed, Rows, Subtotals, Whole};
use super::sources::{Always, Presence, Sometimes};
use crate::error::Result;
use crate::expr::{Column, Comparison, Operand, Order};
use crate::report::{ColumnRef, Scalar, Sort};
use crate::schema::PlatformModel;
use crate::types::FieldType;
use crate::types::family::{Comparable, Nullable, Ordered};

/// A value of the type `T`, made of columns of `R`.
///
/// `K` says where it may stand: [`Plain`] values anywhere, [`Counted`], [`Measured`] and [`Filtered`] ones are
/// metrics of groups, [`Windowed`] ones look at other rows.
#[derive(Debug)]
#[must_use = "a term does nothing until a report has it"]
pub struct Term<R, T, K = Plain> {
    scalar: Result<Scalar>,
    #[allow(clippy::type_complexity, reason = "a phantom that is Send and Sync whatever they are")]
    marker: PhantomData<fn() -> (R, T, K)>,
}

/// A value of each record.
#[derive(Debug)]
pub enum Plain {}
/// A metric that has a value for no records too.
#[derive(Debug)]
pub enum Counted {}
/// A metric that is null for no records.
#[derive(Debug)]
pub enum Measured {}
/// A metric of some of the records of a group, of which there may be none.
#[derive(Debug)]
pub enum Filtered {}
/// A value that looks at the rows around it.
#[derive(Debug)]
pub enum Windowed {}

/// Kinds of terms that are metrics.
#[diagnostic::on_unimplemented(message = "this is for metrics", label = "not a metric, such as `count()` or `avg(…)`")]
pub trait Metrical {
    /// The same metric of some of the records.
    type Filtered;
}
impl Metrical for Counted {
    type Filtered = Self;
}
impl Metrical for Measured {
    type Filtered = Filtered;
}
impl Metrical for Filtered {
    type Filtered = Self;
}

/// Kinds of terms that may stand among the columns of a report of the form `G`.
#[diagnostic::on_unimplemented(
    message = "this cannot stand among the columns of such a report",
    label = "neither a value of each row nor one of each group here",
    note = "`select` takes columns, values made of them, and windows; metrics are for `aggregate`, or `.over(…)` a window",
    note = "`aggregate` takes columns and values to group by, and metrics; windows are for `select`"
)]
pub trait KindIn<G> {
    /// Whether the value is there in every row, if what it is made of is as present as `P`.
    type Presence<P: Presence>: Presence;
}

macro_rules! kinds {
    ($($kind:ident in $form:ident: $presence:ty;)*) => { $(
        impl KindIn<$form> for $kind {
            type Presence<P: Presence> = $presence;
        }
    )* };
}
kinds! {
    Plain in Rows: P;
    Windowed in Rows: P;
    Plain in Keyed: P;
    Counted in Keyed: Always;
    Measured in Keyed: P;
    Filtered in Keyed: Sometimes;
    Plain in Whole: P;
    Counted in Whole: Always;
    Measured in Whole: Sometimes;
    Filtered in Whole: Sometimes;
    Plain in Subtotals: Sometimes;
    Counted in Subtotals: Always;
    Measured in Subtotals: Sometimes;
    Filtered in Subtotals: Sometimes;
}

/// What is a term: a [`Column`] or a [`Term`].
#[diagnostic::on_unimplemented(
    message = "expected a column, or a value made of columns, got `{Self}`",
    label = "not a column",
    note = "`constant(…)` makes a value of a constant"
)]
pub trait AsTerm {
    /// What it is made of.
    type Of;
    /// Its type.
    type Type: FieldType;
    /// Where it may stand.
    type Kind;

    /// The same as data.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held.
    fn into_scalar(self) -> Result<Scalar>;
}

impl<M: PlatformModel, T: FieldType> AsTerm for Column<M, T> {
    type Of = M;
    type Type = T;
    type Kind = Plain;

    fn into_scalar(self) -> Result<Scalar> {
        Ok(Scalar::Column(ColumnRef { source: M::source(), field: self.path().joined() }))
    }
}

impl<R, T: FieldType, K> AsTerm for Term<R, T, K> {
    type Of = R;
    type Type = T;
    type Kind = K;

    fn into_scalar(self) -> Result<Scalar> {
        self.scalar
    }
}

impl<M: PlatformModel, T: FieldType> Column<M, T> {
    /// The column of an alias of the model: `AppEmployee::NAME.of::<Boss>()`.
    pub fn of<A: Relation<Model = M>>(self) -> Term<A, T> {
        Term::new(Ok(Scalar::Column(ColumnRef { source: A::source(), field: self.path().joined() })))
    }
}

impl<R, T, K> Term<R, T, K> {
    pub(super) fn new(scalar: Result<Scalar>) -> Self {
        Self { scalar, marker: PhantomData }
    }

    /// Smallest first, nulls last.
    pub fn asc(self) -> Sorting<R, K>
    where
        T: FieldType<Family: Ordered>,
    {
        Sorting { sort: self.scalar.map(|by| Sort { by, descending: false }), marker: PhantomData }
    }

    /// Largest first, nulls first.
    pub fn desc(self) -> Sorting<R, K>
    where
        T: FieldType<Family: Ordered>,
    {
        Sorting { sort: self.scalar.map(|by| Sort { by, descending: true }), marker: PhantomData }
    }
}

impl<R, T: FieldType, K: WhenKind> Term<R, T, K> {
    fn compare(self, comparison: Comparison, value: impl Operand<T>) -> When<R, K::When> {
        let right = value.into_operand().into_value().map(|value| Scalar::Value(value, T::DEF));
        When::compare(self.scalar, comparison, right)
    }

    /// Equal to a value.
    pub fn eq(self, value: impl Operand<T>) -> When<R, K::When>
    where
        T::Family: Comparable,
    {
        self.compare(Comparison::Eq, value)
    }

    /// Not equal to a value.
    pub fn ne(self, value: impl Operand<T>) -> When<R, K::When>
    where
        T::Family: Comparable,
    {
        self.compare(Comparison::Ne, value)
    }

    /// Less than a value.
    pub fn lt(self, value: impl Operand<T>) -> When<R, K::When>
    where
        T::Family: Ordered,
    {
        self.compare(Comparison::Lt, value)
    }

    /// Less than or equal to a value.
    pub fn lte(self, value: impl Operand<T>) -> When<R, K::When>
    where
        T::Family: Ordered,
    {
        self.compare(Comparison::Lte, value)
    }

    /// Greater than a value.
    pub fn gt(self, value: impl Operand<T>) -> When<R, K::When>
    where
        T::Family: Ordered,
    {
        self.compare(Comparison::Gt, value)
    }

    /// Greater than or equal to a value.
    pub fn gte(self, value: impl Operand<T>) -> When<R, K::When>
    where
        T::Family: Ordered,
    {
        self.compare(Comparison::Gte, value)
    }

    /// Null.
    pub fn is_null(self) -> When<R, K::When>
    where
        T::Family: Nullable,
    {
        When::is_null(self.scalar)
    }
}

impl<R, T, K: Metrical> Term<R, T, K> {
    /// The metric of the records that match only.
    pub fn filter<C: AsCondition<Kind = super::condition::OfRows>>(
        self,
        condition: C,
    ) -> Term<Both<R, C::Of>, T, K::Filtered> {
        let scalar = self.scalar.and_then(|mut scalar| {
            scalar.filter_metrics(&condition.into_condition()?);
            Ok(scalar)
        });
        Term::new(scalar)
    }
}

/// An order by a value made of `R`.
#[derive(Debug)]
#[must_use = "an order does nothing until a report has it"]
pub struct Sorting<R, K> {
    sort: Result<Sort>,
    marker: PhantomData<fn() -> (R, K)>,
}

/// What is an order: `column.asc()`, or `.desc()` of a value.
#[diagnostic::on_unimplemented(message = "expected an order, got `{Self}`", label = "add `.asc()` or `.desc()`")]
pub trait AsSort {
    /// What it is made of.
    type Of;
    /// Where it may stand.
    type Kind;

    /// The same as data.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held.
    fn into_sort(self) -> Result<Sort>;
}

impl<R, K> AsSort for Sorting<R, K> {
    type Of = R;
    type Kind = K;

    fn into_sort(self) -> Result<Sort> {
        self.sort
    }
}

impl<M: PlatformModel> AsSort for Order<M> {
    type Of = M;
    type Kind = Plain;

    fn into_sort(self) -> Result<Sort> {
        let order = self.into_order_by();
        let by = Scalar::Column(ColumnRef { source: M::source(), field: order.field });
        Ok(Sort { by, descending: order.descending })
    }
}
