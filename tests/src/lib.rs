//! What every backend must do, and the models to show it with.

pub mod agreement;
pub mod conformance;
pub mod fixtures;
pub mod harness;
pub mod hostile;
pub mod models;
