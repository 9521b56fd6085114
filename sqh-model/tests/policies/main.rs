//! The rules of `#[policy(…)]`, read as a filter and on a record.

mod agreement;
mod draw;
mod models;
mod people;
