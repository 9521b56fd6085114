//! The rules of `#[policy(…)]`, read as a filter and on a record.

mod agreement;
mod models;
mod people;
