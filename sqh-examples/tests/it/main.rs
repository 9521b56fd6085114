//! The example's data, its models and its command line.

mod cli;
mod data;
mod models;
mod platform;
mod support;
mod water_quality;
