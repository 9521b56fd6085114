//! PostgreSQL.

pub(crate) mod admin;
