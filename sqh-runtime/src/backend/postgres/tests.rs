//! What is PostgreSQL's own. What every backend must do is asked by the conformance suite.

mod agreement;
mod operations;
mod similar;
mod support;
