//! The SQL of administration, which tenancy and migrations use: sessions, databases, the catalog.
//!
//! Everything here takes a connection and does one thing; what should happen when is decided by
//! its callers. Work that belongs together goes through an
//! [`AdminTransaction`](transaction::AdminTransaction).

pub(crate) mod access;
pub(crate) mod database;
pub(crate) mod error;
pub(crate) mod extension;
pub(crate) mod fleet;
pub(crate) mod health;
pub(crate) mod ledger;
pub(crate) mod placements;
pub(crate) mod purge;
pub(crate) mod roles;
pub(crate) mod servers;
pub(crate) mod session;
pub(crate) mod table;
pub(crate) mod tenants;
pub(crate) mod transaction;
#[cfg(feature = "test-util")]
pub(crate) mod unrest;
pub(crate) mod view;
