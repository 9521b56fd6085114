//! The example's data, its models and its command line.

mod cli;
mod data;
mod models;
