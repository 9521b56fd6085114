//! The measurements that the project answers to. Each binary prints figures; none asserts a time.
//!
//! | Binary | What it measures |
//! |---|---|
//! | `bulk-copy` | rows a second of `batch_create_count` beside a binary `COPY` written by hand |
//! | `compile-cost` | expanded lines and `cargo check` time of 1, 10, 50 and 200 models of 12 fields |
//! | `decode-cost` | instructions a row decoded by the model, and by sqlx's `FromRow` |
//! | `pages` | a page at depth by keyset and by offset, and the peak memory of streams and lists |
//! | `join-shared` | joins of a tenant's records with shared ones, beside the same joins in one database |
//! | `path-cost` | instructions of a `create` and a `get`, typed and by name, without a server |
//! | `report-cost` | monthly means over all measurements beside the same SQL by hand |
//! | `tenants` | connections of 1,000 tenants under a budget, and what a loud one costs the quiet ones |
