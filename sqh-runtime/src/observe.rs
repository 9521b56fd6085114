//! What operations leave behind for whoever watches: spans of `tracing`, and metrics through the
//! facade `metrics`. Both are on by default, and cost next to nothing where nobody has installed a
//! subscriber or a recorder.
//!
//! Names and units are those of OpenTelemetry's
//! [conventions for database clients](https://opentelemetry.io/docs/specs/semconv/db/); what they do
//! not know begins with `sqh.`. No value of a record, no statement and no message of an error is in
//! any of it: PostgreSQL quotes values in its messages.
//!
//! # Spans
//!
//! | Span | Its `otel.name` | What it is |
//! |---|---|---|
//! | `sqh.operation` | `update AppStation` | an operation from the call to the reply, hooks included; a stream's lasts as long as the stream |
//! | `postgresql` | `update app_station` | what is asked of the server for it, the wait for a connection included |
//! | `postgresql` | `commit sqh_tenant_acme` | the end of a transaction, `commit` or `rollback`; one that is dropped has none |
//!
//! Their level is `INFO`, as that of other clients of servers. An `EnvFilter` such as
//! `sqh_runtime=warn` turns them off. `otel.name`, `otel.kind` and `otel.status_code` are what
//! `tracing-opentelemetry` reads.
//!
//! Both have `db.system.name`, `db.operation.name`, `db.collection.name`,
//! `db.response.returned_rows`, `db.operation.batch.size` of a batch and, of what has failed,
//! `error.type`. An operation has `sqh.tenant`, `sqh.user` or `sqh.system_reason`, `sqh.group`,
//! `sqh.model` and `sqh.affected_rows` too; a `postgresql` span `db.namespace`, `server.address`,
//! `server.port`, `db.response.status_code` and the seconds that it waited for a connection,
//! `sqh.connection.wait`. The end of a transaction is in no operation: it has its `sqh.tenant` itself, no
//! collection, and waits for nothing.
//!
//! # Metrics
//!
//! | Metric | Kind, unit | Labels |
//! |---|---|---|
//! | `db.client.operation.duration` | histogram, s | `db.system.name`, `db.operation.name`, `sqh.tenant`, `error.type` |
//! | `db.client.response.returned_rows` | histogram, rows | the same without `error.type` |
//! | `sqh.client.operation.affected_rows` | histogram, rows | the same without `error.type` |
//! | `db.client.connection.wait_time` | histogram, s | `db.client.connection.pool.name`: the server; `sqh.tenant` |
//! | `db.client.connection.count` | gauge | `db.client.connection.pool.name`; `db.client.connection.state`: `used`, which includes those that are being closed, or `idle` |
//! | `sqh.scopes.active` | gauge | none |
//!
//! The count of the duration is the number of operations; with an `error.type` that of errors by
//! kind, where `cancelled` is an operation that its caller dropped. Inside a transaction each
//! operation counts by itself. A stream is counted when it ends or is dropped, with the records that
//! came until then.
//!
//! Shared models have no `sqh.tenant`. [`MetricsConfig`] says how many tenants have a label of their
//! own.
//!
//! # To get at the metrics
//!
//! Install a recorder before the platform is built: `metrics-exporter-prometheus`,
//! `metrics-exporter-otel`, or any other of the facade. One that comes later misses the descriptions
//! and units, and nothing else.

#[cfg(feature = "axum")]
mod active;
mod connections;
mod meter;
mod metrics;
mod operation;
mod stream;

#[cfg(feature = "axum")]
pub(crate) use self::active::{ActiveScope, ActiveScopes};
pub(crate) use self::connections::{Connection, ConnectionCounts, ConnectionState};
pub(crate) use self::meter::Meter;
pub(crate) use self::metrics::Metrics;
pub use self::metrics::{MetricsConfig, OTHER_TENANTS};
pub(crate) use self::operation::{Observation, Rows, error_type, record_error};
pub(crate) use self::stream::counted;
