//! The type mapping: what a value is in JSON and in a TerminusDB document, and that it comes back.
//!
//! Each test is a property over generated values, extremes among them. `PROPTEST_CASES` asks for
//! more of them; a failure prints its seed.

mod collections;
mod extremes;
mod forms;
mod records;
mod scalars;
mod strategies;
