//! PostgreSQL.

pub(crate) mod admin;
#[doc(hidden)]
pub mod catalog;
