//! What is PostgreSQL's own. What every backend must do is asked by the conformance suite.

mod agreement;
mod bulk;
mod cancel;
mod errors;
mod keyset;
mod operations;
mod placement;
mod policies;
mod regexes;
mod round_trip;
mod similar;
mod spatial;
mod streams;
mod support;
mod transactions;
mod turns;
mod values;
