//! Families of types, and which operators each has.
//!
//! A column's methods ask for a trait of this module, so that `like` on a number does not compile
//! and the message says why. [`Optional`] carries nullability at the level of types.

use std::marker::PhantomData;

macro_rules! families {
    ($($(#[$doc:meta])* $name:ident)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}
    )* };
}

families! {
    /// `String` and what is stored like it.
    Text
    /// A name out of a fixed set.
    Enumeration
    /// `bool`
    Boolean
    /// `i16`, `i32`, `i64`
    Integer
    /// `f32`, `f64`
    Float
    /// `Decimal`
    Decimal
    /// `Uuid`
    Uuid
    /// `DateTime<Utc>`
    Instant
    /// `NaiveDateTime`
    DateTime
    /// `NaiveDate`
    Date
    /// `NaiveTime`
    Time
    /// `Vec<u8>`
    Bytes
    /// `serde_json::Value`, `Json<T>`
    Json
    /// `Point`
    Point
    /// `Polygon`
    Polygon
    /// An embedded value.
    Record
    /// A reference to a record.
    Link
    /// The identity of a graph record.
    Id
}

/// The family of `Option<T>`.
#[derive(Debug, Clone, Copy)]
pub struct Optional<F>(PhantomData<F>);

/// The family of a list or an array of elements.
#[derive(Debug, Clone, Copy)]
pub struct List<T>(PhantomData<T>);

/// The family of a set of elements.
#[derive(Debug, Clone, Copy)]
pub struct Set<T>(PhantomData<T>);

macro_rules! operator_family {
    ($(#[$doc:meta])* $name:ident, $message:literal, $label:literal: $($family:ty),*) => {
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = $label)]
        pub trait $name {}
        $(
            #[diagnostic::do_not_recommend]
            impl $name for $family {}
        )*
        #[diagnostic::do_not_recommend]
        impl<F: $name> $name for Optional<F> {}
    };
}

operator_family!(
    /// Families whose columns know `like` and `contains_text`.
    Textual,
    "this operator is for text columns",
    "not a text column":
    Text
);
operator_family!(
    /// Families whose columns know `gt`, `lt`, `between` and can order rows.
    Ordered,
    "a column of this type has no order",
    "cannot be compared by greater or less, or ordered by":
    Text, Enumeration, Boolean, Integer, Float, Decimal, Uuid, Instant, DateTime, Date, Time, Bytes, Link, Id
);
operator_family!(
    /// Families whose columns can be summed and averaged.
    Numeric,
    "this operation is for numbers",
    "not a number":
    Integer, Float, Decimal
);
operator_family!(
    /// Families whose columns can be compared for equality.
    Comparable,
    "a column of this type cannot be compared for equality",
    "has no equality in every backend":
    Text, Enumeration, Boolean, Integer, Float, Decimal, Uuid, Instant, DateTime, Date, Time, Bytes, Link, Id, Json
);
operator_family!(
    /// Families whose columns hold JSON documents.
    Document,
    "this operator is for JSON columns",
    "not a JSON column":
    Json
);
operator_family!(
    /// Families whose columns are near to places and far from them.
    Located,
    "this operator is for points",
    "neither a `Point` nor an `Option<Point>`":
    Point
);
operator_family!(
    /// Families whose columns have an inside.
    Extended,
    "this operator is for polygons",
    "neither a `Polygon` nor an `Option<Polygon>`":
    Polygon
);
operator_family!(
    /// Families whose columns are somewhere.
    Places,
    "this operator is for places",
    "neither a `Point` nor a `Polygon`":
    Point, Polygon
);
impl<T> Comparable for List<T> {}
impl<T> Comparable for Set<T> {}

/// Families whose columns hold many elements.
#[diagnostic::on_unimplemented(message = "this operator is for lists and sets", label = "not a list or a set")]
pub trait Many {
    /// The element's type.
    type Element: crate::types::FieldType;
}
#[diagnostic::do_not_recommend]
impl<T: crate::types::FieldType> Many for List<T> {
    type Element = T;
}
#[diagnostic::do_not_recommend]
impl<T: crate::types::FieldType> Many for Set<T> {
    type Element = T;
}
#[diagnostic::do_not_recommend]
impl<F: Many> Many for Optional<F> {
    type Element = F::Element;
}

/// Families whose columns may be null.
#[diagnostic::on_unimplemented(
    message = "this column is never null",
    label = "make the field an `Option` if it can be absent"
)]
pub trait Nullable {}
#[diagnostic::do_not_recommend]
impl<F> Nullable for Optional<F> {}

/// Families of numbers, and what becomes of them when many are made one.
#[diagnostic::on_unimplemented(message = "this operation is for numbers", label = "not a number")]
pub trait Summable {
    /// The type of a sum.
    type Sum: crate::types::FieldType;
    /// The type of a mean.
    type Mean: crate::types::FieldType;
}
macro_rules! summable {
    ($($family:ident $sum:ty, $mean:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl Summable for $family {
            type Sum = $sum;
            type Mean = $mean;
        }
    )* };
}
summable! {
    Integer i64, f64;
    Float f64, f64;
    Decimal rust_decimal::Decimal, rust_decimal::Decimal;
}
#[diagnostic::do_not_recommend]
impl<F: Summable> Summable for Optional<F> {
    type Sum = Option<F::Sum>;
    type Mean = Option<F::Mean>;
}

operator_family!(
    /// Families whose columns are numbers with fractions.
    Fractional,
    "this operation is for numbers with fractions",
    "neither an `f32` nor an `f64` nor a `Decimal`":
    Float, Decimal
);

/// The type of what is computed of a value, which is null where the value is.
pub trait Computed<T> {
    /// `T`, or `Option<T>`.
    type Of: crate::types::FieldType;
}
macro_rules! computed {
    ($($family:ident)*) => { $(
        impl<T: crate::types::FieldType> Computed<T> for $family {
            type Of = T;
        }
    )* };
}
computed!(Text Instant DateTime Date);
impl<T: crate::types::FieldType, F: Computed<T, Of = T>> Computed<T> for Optional<F> {
    type Of = Option<T>;
}

operator_family!(
    /// Families whose columns are times or dates, and lie in a month.
    Temporal,
    "this operation is for times and dates",
    "neither a `DateTime<Utc>` nor a `NaiveDateTime` nor a `NaiveDate`":
    Instant, DateTime, Date
);
operator_family!(
    /// Families whose columns are times, and lie in an hour.
    Timed,
    "this operation is for times",
    "neither a `DateTime<Utc>` nor a `NaiveDateTime`":
    Instant, DateTime
);
operator_family!(
    /// Families whose columns are truth values.
    Truth,
    "this operation is for truth values",
    "not a `bool`":
    Boolean
);

/// The type of a value that may be missing.
pub trait Nullability<T> {
    /// `Option<T>`, or `T` if it is one already.
    type Optional: crate::types::FieldType;
}
macro_rules! nullability {
    ($($family:ty $(, $generic:ident)?;)*) => { $(
        impl<T: crate::types::FieldType $(, $generic)?> Nullability<T> for $family {
            type Optional = Option<T>;
        }
    )* };
}
nullability! {
    Text; Enumeration; Boolean; Integer; Float; Decimal; Uuid; Instant; DateTime; Date; Time; Bytes; Json; Point; Polygon;
    Record; Link; Id; List<E>, E; Set<E>, E;
}
impl<T: crate::types::FieldType, F> Nullability<T> for Optional<F> {
    type Optional = T;
}

/// Families whose values can be equal to those of another.
#[diagnostic::on_unimplemented(
    message = "columns of these types cannot be equal",
    label = "the other column has another type"
)]
pub trait Alike<F> {}
macro_rules! alike {
    ($($one:ident $other:ident)*) => { $(
        #[diagnostic::do_not_recommend]
        impl Alike<$other> for $one {}
        #[diagnostic::do_not_recommend]
        impl Alike<Optional<$other>> for $one {}
        #[diagnostic::do_not_recommend]
        impl Alike<$other> for Optional<$one> {}
        #[diagnostic::do_not_recommend]
        impl Alike<Optional<$other>> for Optional<$one> {}
    )* };
}
alike! {
    Text Text Enumeration Enumeration Boolean Boolean Integer Integer Float Float Decimal Decimal Uuid Uuid
    Instant Instant DateTime DateTime Date Date Time Time Bytes Bytes Link Link Id Id
    Link Text Text Link Link Integer Integer Link Link Uuid Uuid Link
}
