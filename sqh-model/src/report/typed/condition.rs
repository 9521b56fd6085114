//! [`When`]: a condition of a report with what it is made of, and [`On`], which joins.

use std::marker::PhantomData;
use std::ops::Not;

use super::relation::{Both, Relation};
use super::term::{AsTerm, Counted, Filtered, Measured, Plain, Term};
use crate::error::Result;
use crate::expr::{Column, Comparison, Predicate};
use crate::report::{Condition, Scalar};
use crate::schema::PlatformModel;
use crate::types::FieldType;
use crate::types::family::Alike;

/// A condition on rows.
#[derive(Debug)]
pub enum OfRows {}
/// A condition on groups.
#[derive(Debug)]
pub enum OfGroups {}

/// Kinds of conditions that ask of each row.
#[diagnostic::on_unimplemented(
    message = "this asks of groups, and not of each row",
    label = "a metric is known once the rows are grouped",
    note = "put it behind the groups: `.aggregate(…).having(…)`"
)]
pub trait AsksRows {}
impl AsksRows for OfRows {}

/// Kinds of conditions that ask of groups.
#[diagnostic::on_unimplemented(
    message = "this asks of each row, and not of groups",
    label = "not a metric, such as `count()` or `avg(…)`",
    note = "put it before the groups: `.filter(…).aggregate(…)`"
)]
pub trait AsksGroups {}
impl AsksGroups for OfGroups {}

/// Kinds of terms that conditions are made of.
#[diagnostic::on_unimplemented(
    message = "there is no condition on this",
    label = "a window is computed of rows that are selected: filter these"
)]
pub trait WhenKind {
    /// What the condition is on.
    type When;
}
impl WhenKind for Plain {
    type When = OfRows;
}
macro_rules! of_groups {
    ($($kind:ident)*) => { $(
        impl WhenKind for $kind {
            type When = OfGroups;
        }
    )* };
}
of_groups!(Counted Measured Filtered);

/// A condition that is made of columns of `R`.
#[derive(Debug)]
#[must_use = "a condition does nothing until a report has it"]
pub struct When<R, K = OfRows> {
    condition: Result<Condition>,
    marker: PhantomData<fn() -> (R, K)>,
}

/// What is a condition: a [`Predicate`] on one model, a [`When`], an [`On`].
#[diagnostic::on_unimplemented(
    message = "expected a condition, got `{Self}`",
    label = "not a condition, such as `column.gt(value)`"
)]
pub trait AsCondition {
    /// What it is made of.
    type Of;
    /// What it is on.
    type Kind;

    /// The same as data.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held.
    fn into_condition(self) -> Result<Condition>;
}

impl<M: PlatformModel> AsCondition for Predicate<M> {
    type Of = M;
    type Kind = OfRows;

    fn into_condition(self) -> Result<Condition> {
        self.into_filter().map(|filter| Condition::Of(M::source(), filter))
    }
}

impl<R, K> AsCondition for When<R, K> {
    type Of = R;
    type Kind = K;

    fn into_condition(self) -> Result<Condition> {
        self.condition
    }
}

impl<M: PlatformModel> Predicate<M> {
    /// The same of an alias of the model.
    pub fn of<A: Relation<Model = M>>(self) -> When<A> {
        When::new(self.into_filter().map(|filter| Condition::Of(A::source(), filter)))
    }
}

impl<R, K> When<R, K> {
    fn new(condition: Result<Condition>) -> Self {
        Self { condition, marker: PhantomData }
    }

    pub(super) fn compare(left: Result<Scalar>, comparison: Comparison, right: Result<Scalar>) -> Self {
        Self::new(left.and_then(|left| Ok(Condition::Compare(left, comparison, right?))))
    }

    pub(super) fn is_null(scalar: Result<Scalar>) -> Self {
        Self::new(scalar.map(Condition::IsNull))
    }

    /// Both.
    pub fn and<C: AsCondition<Kind = K>>(self, other: C) -> When<Both<R, C::Of>, K> {
        When::new(self.condition.and_then(|condition| Ok(condition.and(other.into_condition()?))))
    }

    /// At least one.
    pub fn or<C: AsCondition<Kind = K>>(self, other: C) -> When<Both<R, C::Of>, K> {
        When::new(self.condition.and_then(|condition| Ok(condition.or(other.into_condition()?))))
    }
}

impl<R, K> Not for When<R, K> {
    type Output = Self;

    fn not(self) -> Self {
        Self::new(self.condition.map(|condition| Condition::Not(Box::new(condition))))
    }
}

/// At least one of two conditions, which may be on different models.
pub fn any_of<A: AsCondition, B: AsCondition<Kind = A::Kind>>(one: A, other: B) -> When<Both<A::Of, B::Of>, A::Kind> {
    When::new(one.into_condition().and_then(|condition| Ok(condition.or(other.into_condition()?))))
}

/// What belongs together of `L` and `R`: a join of `R` to a report that has `L`.
#[derive(Debug)]
#[must_use = "a join does nothing until a report has it"]
pub struct On<L, R> {
    condition: Result<Condition>,
    marker: PhantomData<fn() -> (L, R)>,
}

impl<L, R> On<L, R> {
    /// Both; the other condition may be on either side, or on anything joined before.
    pub fn and<C: AsCondition<Kind = OfRows>>(self, other: C) -> On<Both<L, C::Of>, R> {
        let condition = self.condition.and_then(|condition| Ok(condition.and(other.into_condition()?)));
        On { condition, marker: PhantomData }
    }
}

impl<L, R> AsCondition for On<L, R> {
    type Of = Both<L, R>;
    type Kind = OfRows;

    fn into_condition(self) -> Result<Condition> {
        self.condition
    }
}

fn equal<A: AsTerm, B: AsTerm>(left: A, right: B) -> On<A::Of, B::Of> {
    let condition =
        left.into_scalar().and_then(|left| Ok(Condition::Compare(left, Comparison::Eq, right.into_scalar()?)));
    On { condition, marker: PhantomData }
}

impl<M: PlatformModel, T: FieldType> Column<M, T> {
    /// Equal to another column. Nulls are equal to nothing.
    ///
    /// As a join it joins the other column's model:
    /// `from::<AppOrder>().inner_join(AppOrder::CUSTOMER_ID.equals(AppCustomer::ID))`.
    pub fn equals<E>(self, other: E) -> On<M, E::Of>
    where
        E: AsTerm<Kind = Plain>,
        T::Family: Alike<<E::Type as FieldType>::Family>,
    {
        equal(self, other)
    }
}

impl<R, T: FieldType> Term<R, T> {
    /// Equal to another value: [`Column::equals`].
    pub fn equals<E>(self, other: E) -> On<R, E::Of>
    where
        E: AsTerm<Kind = Plain>,
        T::Family: Alike<<E::Type as FieldType>::Family>,
    {
        equal(self, other)
    }
}
