//! Where the compiler checks what a rule compares: generated code names these functions at the words of
//! the rule. What they give is a [`Term`], plain data.
//!
//! A field is checked by its family; a part of an embedded value, whose type the derive cannot name, by
//! the value's table while the compiler evaluates the static.

use std::marker::PhantomData;

use super::condition::Term;
use crate::error::Result;
use crate::expr::{Column, Operand};
use crate::types::family::{self, Nullable};
use crate::types::{FieldType, TypeDef};
use crate::value::Value;

mod inner;
mod message;

pub use self::inner::Inner;

macro_rules! comparable {
    ($(#[$doc:meta])* $name:ident, $message:literal, $label:literal: $($family:ident),*) => {
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = $label)]
        pub trait $name<T> {}
        $(
            #[diagnostic::do_not_recommend]
            impl<T> $name<T> for family::$family {}
        )*
        #[diagnostic::do_not_recommend]
        impl<T, F: $name<T>> $name<T> for family::Optional<F> {}
    };
}

comparable!(
    /// Compares with a string.
    WithText,
    "a field of type `{T}` does not compare with a string",
    "write a value of the field's type: a number and `true` stand without quotes":
    Text, Enumeration, Uuid, Instant, DateTime, Date, Time, Link, Id
);
comparable!(
    /// Compares with a whole number.
    WithInteger,
    "a field of type `{T}` does not compare with a number",
    "write a value of the field's type: a text, a uuid, a time and an enum's value stand in double quotes":
    Integer, Float, Decimal, Link
);
comparable!(
    /// Compares with a number that has a fraction.
    WithFraction,
    "a field of type `{T}` does not compare with a number that has a fraction",
    "write a value of the field's type":
    Float, Decimal
);
comparable!(
    /// Compares with `true` and `false`.
    WithBool,
    "a field of type `{T}` is neither `true` nor `false`",
    "compare the field with a value of its type":
    Boolean
);
comparable!(
    /// Compares with an attribute of the user, which is JSON.
    WithAttribute,
    "a field of type `{T}` does not compare with an attribute of the user",
    "an attribute is a text, a number or a boolean: compare a field that holds one":
    Text, Enumeration, Boolean, Integer, Float, Decimal, Uuid, Instant, DateTime, Date, Time, Link, Id
);

/// Families of lists and sets. The element is a parameter, which the compiler infers: where there is
/// none, it says so once.
#[diagnostic::on_unimplemented(
    message = "`contains` is for lists and sets",
    label = "this field is neither: write `==`, or `[\"a\", \"b\"].contains(field)`"
)]
pub trait Holds<E> {}
#[diagnostic::do_not_recommend]
impl<E> Holds<E> for family::List<E> {}
#[diagnostic::do_not_recommend]
impl<E> Holds<E> for family::Set<E> {}
#[diagnostic::do_not_recommend]
impl<E, F: Holds<E>> Holds<E> for family::Optional<F> {}

/// A field of the type `T` in a rule.
#[derive(Debug)]
pub struct Field<T>(PhantomData<fn() -> T>);

/// The field of a column.
pub const fn field<M, T: FieldType>(_column: Column<M, T>) -> Field<T> {
    Field(PhantomData)
}

/// The elements of a field.
pub const fn element<T: FieldType, E: FieldType>(_field: Field<T>) -> Field<E>
where
    T::Family: Holds<E>,
{
    Field(PhantomData)
}

impl<T: FieldType> Field<T> {
    /// The type's row of the mapping.
    pub const fn def(self) -> TypeDef {
        T::DEF
    }

    /// A string.
    #[track_caller]
    pub const fn text(self, text: &'static str) -> Term
    where
        T::Family: WithText<T>,
    {
        Inner::new(T::DEF).text(text)
    }

    /// A whole number.
    #[track_caller]
    pub const fn integer(self, digits: &'static str) -> Term
    where
        T::Family: WithInteger<T>,
    {
        Inner::new(T::DEF).integer(digits)
    }

    /// A number with a fraction.
    pub const fn fraction(self, digits: &'static str) -> Term
    where
        T::Family: WithFraction<T>,
    {
        Term::Number(digits)
    }

    /// `true` or `false`.
    pub const fn flag(self, value: bool) -> Term
    where
        T::Family: WithBool<T>,
    {
        Term::Bool(value)
    }

    /// A value that Rust names, and the function that makes it.
    pub const fn value<V: Operand<T>>(self, value: V, make: fn() -> Result<Value>) -> Term {
        // Only its type is asked for, and nothing is dropped while the compiler evaluates.
        std::mem::forget(value);
        Term::Value(make)
    }

    /// `user.attribute`
    pub const fn attribute(self, name: &'static str) -> Term
    where
        T::Family: WithAttribute<T>,
    {
        Term::Attribute(name)
    }

    /// A list that is `user.attribute`.
    pub const fn listed(self, name: &'static str) -> &'static str
    where
        T::Family: WithAttribute<T>,
    {
        name
    }

    /// The field's path, if it may be null.
    pub const fn null(self, path: &'static str) -> &'static str
    where
        T::Family: Nullable,
    {
        path
    }
}
