//! Windows: a value for each row that looks at the rows around it.

use std::marker::PhantomData;

use crate::error::Result;
use crate::report::typed::{
    Always, AsSort, AsTerm, Both, Keyed, KindIn, Metrical, Nowhere, Plain, Presence, Sometimes, Term, Windowed,
};
use crate::report::{Bound, Frame, Interval, Scalar, Sort, Unit, Window, WindowFunction};
use crate::types::FieldType;
use crate::types::family::Nullability;

/// Which rows are looked at: those of the partition, in an order, as far around as the frame goes.
///
/// `O` says whether there is an order, `P` whether the frame always has a row.
#[derive(Debug)]
#[must_use = "a window does nothing until something is taken over it"]
pub struct Over<R, O = Unordered, P = Always> {
    window: Result<Parts>,
    #[allow(clippy::type_complexity, reason = "a phantom that is Send and Sync whatever they are")]
    marker: PhantomData<fn() -> (R, O, P)>,
}

/// A window whose rows have no order.
#[derive(Debug)]
pub enum Unordered {}
/// A window whose rows have an order.
#[derive(Debug)]
pub enum InOrder {}

#[derive(Debug, Default)]
struct Parts {
    partition: Vec<Scalar>,
    order: Vec<Sort>,
    frame: Option<Frame>,
}

/// Windows whose rows have an order.
#[diagnostic::on_unimplemented(
    message = "this means nothing over rows without an order",
    label = "add `.order_by(…)` to the window"
)]
pub trait Ordering {}
impl Ordering for InOrder {}

/// All rows, without an order: `window().partition_by(…).order_by(…)`.
pub fn window() -> Over<Nowhere> {
    Over::new(Ok(Parts::default()))
}

impl<R, O, P> Over<R, O, P> {
    fn new(window: Result<Parts>) -> Self {
        Self { window, marker: PhantomData }
    }

    fn with<R2, O2, P2>(self, change: impl FnOnce(&mut Parts) -> Result<()>) -> Over<R2, O2, P2> {
        Over::new(self.window.and_then(|mut parts| change(&mut parts).map(|()| parts)))
    }

    /// Only rows that are equal in this; called again, in all of it.
    pub fn partition_by<E: AsTerm<Kind = Plain>>(self, value: E) -> Over<Both<R, E::Of>, O, P> {
        self.with(|parts| {
            parts.partition.push(value.into_scalar()?);
            Ok(())
        })
    }

    /// In this order; called again, by that one where the first is equal.
    pub fn order_by<S: AsSort<Kind = Plain>>(self, order: S) -> Over<Both<R, S::Of>, InOrder, P> {
        self.with(|parts| {
            parts.order.push(order.into_sort()?);
            Ok(())
        })
    }
}

impl<R> Over<R, InOrder> {
    /// The row and so many before it.
    pub fn last_rows(self, before: u32) -> Self {
        self.framed(Bound::RowsBefore(before), Bound::Here)
    }

    /// The row, so many before it and so many behind it.
    pub fn around(self, before: u32, behind: u32) -> Self {
        self.framed(Bound::RowsBefore(before), Bound::RowsBehind(behind))
    }

    /// The rows whose time, the only thing in the order, is at most this long before the row's, and the row.
    pub fn last_time(self, count: u32, unit: Unit) -> Self {
        self.framed(Bound::TimeBefore(Interval { count, unit }), Bound::Here)
    }

    /// The whole partition, in the order.
    pub fn whole(self) -> Self {
        self.framed(Bound::First, Bound::Last)
    }

    /// From one bound to another. There may be no row between them: what is taken over it is an `Option`.
    pub fn between(self, start: Bound, end: Bound) -> Over<R, InOrder, Sometimes> {
        Over::new(self.framed(start, end).window)
    }

    fn framed(self, start: Bound, end: Bound) -> Self {
        self.with(|parts| {
            parts.frame = Some(Frame { start, end });
            Ok(())
        })
    }
}

/// A function that needs rows in an order: take it `.over(…)` them.
#[derive(Debug)]
#[must_use = "a function of windows does nothing until it is taken `.over(…)` one"]
pub struct Ranked<R, T> {
    function: Result<WindowFunction>,
    marker: PhantomData<fn() -> (R, T)>,
}

impl<R, T: FieldType> Ranked<R, T> {
    fn new(function: Result<WindowFunction>) -> Self {
        Self { function, marker: PhantomData }
    }

    /// The function over the rows of a window, which have an order.
    pub fn over<R2, O: Ordering, P>(self, over: Over<R2, O, P>) -> Term<Both<R, R2>, T, Windowed> {
        taken(self.function, over)
    }
}

impl<R, T, K> Term<R, T, K>
where
    T: FieldType<Family: Nullability<T>>,
    K: Metrical + KindIn<Keyed>,
{
    /// The metric over the rows of a window: of all rows of the partition, or in an order of those up to
    /// the row and its equals.
    #[allow(clippy::type_complexity, reason = "what it is made of, and its type if there may be no rows")]
    pub fn over<R2, O, P: Presence>(
        self,
        over: Over<R2, O, P>,
    ) -> Term<Both<R, R2>, <K::Presence<P> as Presence>::Of<T>, Windowed> {
        let function = self.into_scalar().and_then(|scalar| match scalar {
            Scalar::Metric(metric) => Ok(WindowFunction::Metric(*metric)),
            _ => Err(crate::Error::invalid("only a single metric is taken over a window, nothing made of several")),
        });
        taken(function, over)
    }
}

fn taken<R, R2, T, O, P>(function: Result<WindowFunction>, over: Over<R2, O, P>) -> Term<Both<R, R2>, T, Windowed> {
    Term::new(function.and_then(|function| {
        let Parts { partition, order, frame } = over.window?;
        // It looks at no frame, and PostgreSQL would take one in vain.
        let frame = if function.is_framed() { frame } else { None };
        Ok(Scalar::Window(Box::new(Window { function, partition, order, frame })))
    }))
}

macro_rules! ranks {
    ($($(#[$doc:meta])* $name:ident $function:ident $ty:ty;)*) => { $(
        $(#[$doc])*
        pub fn $name() -> Ranked<Nowhere, $ty> {
            Ranked::new(Ok(WindowFunction::$function))
        }
    )* };
}
ranks! {
    /// The row's number, from 1.
    row_number RowNumber i64;
    /// The row's rank from 1, with gaps behind equals.
    rank Rank i64;
    /// The row's rank from 1, without gaps.
    dense_rank DenseRank i64;
    /// The row's rank as a share, from 0 to 1.
    percent_rank PercentRank f64;
    /// The share of rows up to this one and its equals.
    cume_dist CumeDist f64;
}

/// The number of the row's part, from 1, of so many parts of equal size.
pub fn ntile(parts: u32) -> Ranked<Nowhere, i32> {
    Ranked::new(Ok(WindowFunction::Ntile(parts)))
}

type Optional<E> = <<<E as AsTerm>::Type as FieldType>::Family as Nullability<<E as AsTerm>::Type>>::Optional;

/// The value so many rows before; `None` where there is none.
pub fn lag<E>(value: E, rows: u32) -> Ranked<E::Of, Optional<E>>
where
    E: AsTerm<Kind = Plain>,
    <E::Type as FieldType>::Family: Nullability<E::Type>,
{
    Ranked::new(value.into_scalar().map(|value| WindowFunction::Lag(value, rows)))
}

/// The value so many rows behind; `None` where there is none.
pub fn lead<E>(value: E, rows: u32) -> Ranked<E::Of, Optional<E>>
where
    E: AsTerm<Kind = Plain>,
    <E::Type as FieldType>::Family: Nullability<E::Type>,
{
    Ranked::new(value.into_scalar().map(|value| WindowFunction::Lead(value, rows)))
}

/// The value of the frame's first row; `None` where the frame has none.
pub fn first_value<E>(value: E) -> Ranked<E::Of, Optional<E>>
where
    E: AsTerm<Kind = Plain>,
    <E::Type as FieldType>::Family: Nullability<E::Type>,
{
    Ranked::new(value.into_scalar().map(WindowFunction::FirstValue))
}

/// The value of the frame's last row; `None` where the frame has none.
pub fn last_value<E>(value: E) -> Ranked<E::Of, Optional<E>>
where
    E: AsTerm<Kind = Plain>,
    <E::Type as FieldType>::Family: Nullability<E::Type>,
{
    Ranked::new(value.into_scalar().map(WindowFunction::LastValue))
}
