//! The SQL of administration, which tenancy and migrations use: sessions, databases, the catalog.
//!
//! Everything here takes a connection and does one thing; what should happen when is decided by
//! its callers.

pub(crate) mod session;
