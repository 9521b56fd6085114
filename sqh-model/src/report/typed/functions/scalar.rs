//! Values made of values: arithmetic by operators, and functions.

use std::ops::{Add, Div, Mul, Sub};

use crate::expr::{Column, Operand};
use crate::report::typed::{AsCondition, AsTerm, Both, Counted, Filtered, Measured, OfRows, Plain, Term};
use crate::report::{Function, Part, Scalar};
use crate::schema::PlatformModel;
use crate::types::FieldType;
use crate::types::family::{Computed, Fractional, Summable, Temporal, Textual, Timed};

/// Kinds of terms that can be computed together: two of each row, or two metrics.
#[diagnostic::on_unimplemented(
    message = "these two cannot be computed together",
    label = "one is a value of each row, the other one of each group",
    note = "make a metric of the value: `avg(…)`, `sum(…)`"
)]
pub trait Together<K> {
    /// The kind of what is made of them.
    type Kind;
}
macro_rules! together {
    ($($one:ident $other:ident $both:ident;)*) => { $(
        impl Together<$other> for $one {
            type Kind = $both;
        }
    )* };
}
together! {
    Plain Plain Plain;
    Counted Counted Counted;
    Counted Measured Measured;
    Measured Counted Measured;
    Measured Measured Measured;
    Filtered Filtered Filtered;
    Filtered Counted Filtered;
    Filtered Measured Filtered;
    Counted Filtered Filtered;
    Measured Filtered Filtered;
}

fn call<R, T, K, const N: usize>(function: Function, of: [crate::Result<Scalar>; N]) -> Term<R, T, K> {
    Term::new(of.into_iter().collect::<crate::Result<Vec<_>>>().map(|of| Scalar::Call(function, of)))
}

fn constant<T: FieldType>(value: impl Operand<T>) -> crate::Result<Scalar> {
    value.into_operand().into_value().map(|value| Scalar::Value(value, T::DEF))
}

macro_rules! operators {
    ($($operator:ident $method:ident $function:ident;)*) => { $(
        impl<M, T, E> $operator<E> for Column<M, T>
        where
            M: PlatformModel,
            T: FieldType<Family: Summable>,
            E: AsTerm<Type = T, Kind = Plain>,
        {
            type Output = Term<Both<M, E::Of>, T>;

            fn $method(self, other: E) -> Self::Output {
                call(Function::$function, [self.into_scalar(), other.into_scalar()])
            }
        }

        impl<R, T, K, E> $operator<E> for Term<R, T, K>
        where
            T: FieldType<Family: Summable>,
            E: AsTerm<Type = T>,
            K: Together<E::Kind>,
        {
            type Output = Term<Both<R, E::Of>, T, K::Kind>;

            fn $method(self, other: E) -> Self::Output {
                call(Function::$function, [self.into_scalar(), other.into_scalar()])
            }
        }
    )* };
}
operators! {
    Add add Add;
    Sub sub Subtract;
    Mul mul Multiply;
    Div div Divide;
}

macro_rules! by_constants {
    ($($operator:ident $method:ident $function:ident: $($number:ty)*;)*) => { $( $(
        impl<M: PlatformModel, T: FieldType<Family: Summable>> $operator<$number> for Column<M, T>
        where
            $number: Operand<T>,
        {
            type Output = Term<M, T>;

            fn $method(self, number: $number) -> Self::Output {
                call(Function::$function, [self.into_scalar(), constant::<T>(number)])
            }
        }

        impl<R, T: FieldType<Family: Summable>, K> $operator<$number> for Term<R, T, K>
        where
            $number: Operand<T>,
        {
            type Output = Term<R, T, K>;

            fn $method(self, number: $number) -> Self::Output {
                call(Function::$function, [self.into_scalar(), constant::<T>(number)])
            }
        }
    )* )* };
}
by_constants! {
    Add add Add: i16 i32 i64 f32 f64 rust_decimal::Decimal;
    Sub sub Subtract: i16 i32 i64 f32 f64 rust_decimal::Decimal;
    Mul mul Multiply: i16 i32 i64 f32 f64 rust_decimal::Decimal;
    Div div Divide: i16 i32 i64 f32 f64 rust_decimal::Decimal;
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident $function:ident $family:ident;)*) => { $(
        $(#[$doc])*
        pub fn $name<E>(value: E) -> Term<E::Of, E::Type, E::Kind>
        where
            E: AsTerm<Type: FieldType<Family: $family>>,
        {
            call(Function::$function, [value.into_scalar()])
        }
    )* };
}
functions! {
    /// The number without its sign.
    abs Abs Summable;
    /// The nearest whole number, as the same type: halves of a `Decimal` away from zero, of floats to the
    /// even one.
    round Round Fractional;
    /// The largest whole number that is not greater, as the same type.
    floor Floor Fractional;
    /// The smallest whole number that is not less, as the same type.
    ceil Ceil Fractional;
    /// The text in lower case.
    lower Lower Textual;
    /// The text in upper case.
    upper Upper Textual;
}

type Family<E> = <<E as AsTerm>::Type as FieldType>::Family;

/// The number of a text's characters.
pub fn length<E>(text: E) -> Term<E::Of, <Family<E> as Computed<i32>>::Of>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Textual + Computed<i32>>>,
{
    call(Function::Length, [text.into_scalar()])
}

/// Two texts, one behind the other.
pub fn concat<A, B>(one: A, other: B) -> Term<Both<A::Of, B::Of>, String>
where
    A: AsTerm<Kind = Plain, Type = String>,
    B: AsTerm<Kind = Plain, Type = String>,
{
    call(Function::Concat, [one.into_scalar(), other.into_scalar()])
}

/// The value, or another where it is null.
pub fn coalesce<E, T>(value: E, otherwise: impl Operand<T>) -> Term<E::Of, T, E::Kind>
where
    E: AsTerm<Type = Option<T>>,
    T: FieldType,
{
    call(Function::Coalesce, [value.into_scalar(), constant::<T>(otherwise)])
}

/// One value where a condition is true, or another.
#[allow(clippy::type_complexity, reason = "what it is made of, and its type")]
pub fn case<C, A, B>(condition: C, then: A, otherwise: B) -> Term<Both<C::Of, Both<A::Of, B::Of>>, A::Type>
where
    C: AsCondition<Kind = OfRows>,
    A: AsTerm<Kind = Plain>,
    B: AsTerm<Kind = Plain, Type = A::Type>,
{
    Term::new(condition.into_condition().and_then(|condition| {
        let (then, otherwise) = (then.into_scalar()?, otherwise.into_scalar()?);
        Ok(Scalar::Case(Box::new(condition), Box::new(then), Box::new(otherwise)))
    }))
}

/// The seconds from one time to another.
pub fn seconds_between<A, B, T>(from: A, to: B) -> Term<Both<A::Of, B::Of>, T>
where
    A: AsTerm<Kind = Plain, Type: FieldType<Family: Timed + Computed<f64, Of = T>>>,
    B: AsTerm<Kind = Plain, Type = A::Type>,
{
    call(Function::SecondsBetween, [from.into_scalar(), to.into_scalar()])
}

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident $part:ident $family:ident;)*) => { $(
        $(#[$doc])*
        pub fn $name<E>(time: E) -> Term<E::Of, <Family<E> as Computed<i32>>::Of>
        where
            E: AsTerm<Kind = Plain, Type: FieldType<Family: $family + Computed<i32>>>,
        {
            call(Function::Part(Part::$part), [time.into_scalar()])
        }
    )* };
}
parts! {
    /// The year of a time, in UTC.
    year_of Year Temporal;
    /// The quarter of the year, from 1 to 4, in UTC.
    quarter_of Quarter Temporal;
    /// The month of the year, from 1 to 12, in UTC.
    month_of Month Temporal;
    /// The week of the year, from 1 to 53, as ISO 8601 counts them, in UTC.
    week_of Week Temporal;
    /// The day of the month, in UTC.
    day_of Day Temporal;
    /// The day of the week, from 1, a Monday, to 7, in UTC.
    weekday_of Weekday Temporal;
    /// The hour of the day, in UTC.
    hour_of Hour Timed;
    /// The minute of the hour, in UTC.
    minute_of Minute Timed;
}
