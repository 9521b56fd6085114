//! Typed models for multi-tenant data platforms.
pub mod backend;
pub mod engine;
pub mod op;
pub mod scope;
pub mod tenancy;

pub use sqh_model::{Error, ErrorKind, Result, Row, Value};
pub use sqh_model::{compare, expr, models, render, row, schema, types};

#[doc(hidden)]
pub use sqh_model::__private;
