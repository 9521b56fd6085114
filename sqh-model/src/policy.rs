//! Who may do what to which records: the rules of `#[policy(…)]`, as data and as two readers of it.
//!
//! Start with [`PolicyRule`]. [`filter`] evaluates a model's rules for one principal as far as they can
//! be without a record, and gives the rest as a [`Filter`](crate::expr::Filter); [`decide`] evaluates
//! them on one record and names the rule that decided. They share nothing but the table and the
//! reading of operands, so that each can be tested against the other. [`typed`] is what the compiler
//! checks; the engine, not this module, asks the question.
//!
//! Nothing is allowed that no rule allows, and a rule that forbids wins. What compares with a null or
//! with an attribute that the user does not have is unknown: an `allow` applies where its condition is
//! true, a `forbid` unless its condition is false.

mod access;
mod condition;
mod decide;
mod filter;
mod needs;
mod operand;
mod rule;
#[doc(hidden)]
pub mod typed;
mod verb;
mod verify;

pub use self::access::AccessContext;
pub use self::condition::{Condition, Term};
pub use self::decide::{Decision, Reason, decide};
pub use self::filter::filter;
pub use self::needs::{Needs, needs};
pub use self::rule::{Effect, PolicyRule};
pub use self::verb::Verb;
pub(crate) use self::verify::findings;

/// The permission that every write to a shared model needs.
pub const SHARED_REFERENCE_WRITE: &str = "shared_reference:write";
