//! Reports that the compiler has read.
//!
//! [`from`] begins one. What stands in it is a [`Column`](crate::expr::Column) or a [`Term`] made of
//! columns by the functions of this module, and each knows by its type of which models it is: a
//! report has the [`Sources`] that were joined, and a term of another model does not compile.

mod builder;
mod condition;
mod functions;
mod query_row;
mod relation;
mod selection;
mod sources;
mod term;
mod view;

pub use self::builder::{From, Reading, from};
pub use self::condition::{AsCondition, AsksGroups, AsksRows, OfGroups, OfRows, On, When, WhenKind, any_of};
pub use self::functions::*;
#[doc(hidden)]
pub use self::query_row::push_named;
pub use self::query_row::{QueryColumn, QueryRow};
pub use self::relation::{Both, Nowhere, Relation};
pub use self::selection::{Form, Keyed, Keys, Record, Rows, Selection, Subtotals, Whole, record};
pub use self::sources::{
    Always, AskedFrom, Beside, Has, HasAll, Here, Joined, OneDatabase, Presence, Root, SameDatabase, Sometimes,
    Sources, There,
};
pub use self::term::{AsSort, AsTerm, Counted, Filtered, KindIn, Measured, Metrical, Plain, Sorting, Term, Windowed};
pub use self::view::Definition;
#[doc(hidden)]
pub use self::view::{IsGroupedBy, IsMetric, define};
