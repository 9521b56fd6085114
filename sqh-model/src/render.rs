//! Pure renderers: the same definition gives the same bytes.

pub mod ddl;
pub mod json_schema;
pub mod terminusdb;
