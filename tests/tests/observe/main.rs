//! What operations leave behind for whoever watches: spans and metrics, and no value of a record.

mod capture;
mod connections;
mod failures;
mod loading;
mod operations;
mod partitions;
mod streams;
mod tenants;
