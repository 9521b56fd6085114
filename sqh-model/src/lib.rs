//! What a model is: its types, its schema, its expressions and its renderers.
//!
//! Nothing here does any I/O: a front end that shares the structs can use this crate alone. Start
//! with [`schema`] for what a model is, [`types`] for the one type mapping, [`expr`] for typed
//! filters, and [`render`] for DDL, TerminusDB schemas and JSON Schema.
//!
//! Users depend on `sqh-runtime`, which re-exports all of it.

pub mod compare;
pub mod error;
pub mod expr;
mod near;
pub mod policy;
pub mod record_document;
pub mod record_json;
pub mod render;
pub mod report;
pub mod row;
pub mod schema;
pub mod types;
pub mod value;

pub use error::{Error, ErrorKind, Result};
pub use row::Row;
pub use value::{Value, ValueKind};

/// What generated code names. Not part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::error::{Error, Result};
    pub use crate::expr::{Column, Comparison, Operand, Related};
    pub use crate::policy::{self, Condition, Effect, PolicyRule, Term, Verb};
    pub use crate::report;
    pub use crate::row::{Row, RowReader, RowWriter};
    pub use crate::schema::*;
    pub use crate::types::*;
    pub use crate::value::Value;
    pub use std;
    pub use std::prelude::rust_2024::*;
}
