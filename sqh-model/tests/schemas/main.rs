//! Schemas of models: the model, and beside it what it becomes.

mod json_schema;
mod layout;
mod records_fit;
mod terminusdb;
mod terminusdb_refused;
