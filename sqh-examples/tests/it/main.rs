//! The example's data, its models and its command line.

mod data;
mod models;
