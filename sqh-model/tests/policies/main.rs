//! The rules of `#[policy(…)]`, read as a filter and on a record.

mod agreement;
mod defaults;
mod draw;
mod explained;
mod models;
mod operators;
mod people;
mod verified;
