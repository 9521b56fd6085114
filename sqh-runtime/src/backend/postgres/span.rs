//! What is asked of a server, as a span: OpenTelemetry's conventions for databases, and
//! [`observe`](crate::observe) has the names.

use futures::FutureExt as _;
use sqh_model::{Error, Result};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::error;
use crate::engine::{Route, Scoped};
use crate::observe::{Rows, counted, error_type, record_error};
use crate::op::{Op, Reply};
use crate::tenancy::Server;

/// The span of one operation of a backend or of a transaction.
#[derive(Debug, Clone)]
pub(super) struct Client {
    span: Span,
    writes: bool,
    batch: bool,
}

impl Client {
    pub(super) fn new(scoped: &Scoped, server: Option<&Server>) -> Self {
        let (operation, table) = (scoped.op().name(), scoped.model().table);
        let span = tracing::info_span!(
            "postgresql",
            otel.name = %format_args!("{operation} {table}"),
            otel.kind = "client",
            otel.status_code = Empty,
            db.system.name = "postgresql",
            db.namespace = &*scoped.route().place().database,
            db.collection.name = table,
            db.operation.name = operation,
            db.operation.batch.size = Empty,
            db.response.returned_rows = Empty,
            db.response.status_code = Empty,
            error.type = Empty,
            server.address = server.map(Server::host),
            server.port = server.map(Server::port),
            sqh.connection.wait = Empty,
        );
        Self { span, writes: scoped.op().is_write(), batch: matches!(scoped.op(), Op::BatchCreate { .. }) }
    }

    /// The end of a transaction, by `commit` or `rollback`.
    pub(super) fn ending(operation: &'static str, route: &Route, server: Option<&Server>) -> Self {
        let database = &*route.place().database;
        let span = tracing::info_span!(
            "postgresql",
            otel.name = %format_args!("{operation} {database}"),
            otel.kind = "client",
            otel.status_code = Empty,
            db.system.name = "postgresql",
            db.namespace = database,
            db.operation.name = operation,
            db.response.status_code = Empty,
            error.type = Empty,
            server.address = server.map(Server::host),
            server.port = server.map(Server::port),
            sqh.tenant = route.tenant().map(|tenant| tenant.slug()),
        );
        Self { span, writes: false, batch: false }
    }

    /// Runs the end of a transaction inside the span, and records how it ended.
    pub(super) async fn watch_end(self, run: impl Future<Output = Result<()>>) -> Result<()> {
        let done = run.instrument(self.span.clone()).await;
        self.end(Rows::default(), done.as_ref().err());
        done
    }

    /// Runs inside the span, and records how it ended; a stream ends later.
    // No `async fn`: it would hold what it runs twice, as it was handed in and as it is polled.
    pub(super) fn watch(self, run: impl Future<Output = Result<Reply>>) -> impl Future<Output = Result<Reply>> {
        run.instrument(self.span.clone()).map(move |reply| self.ended(reply))
    }

    fn ended(self, reply: Result<Reply>) -> Result<Reply> {
        match reply {
            Ok(Reply::Stream(rows)) => {
                let span = self.span.clone();
                Ok(Reply::Stream(counted(rows, span, move |rows, error| self.end(rows, error))))
            }
            Ok(reply) => {
                self.end(Rows::of(&reply, self.writes), None);
                Ok(reply)
            }
            Err(error) => {
                self.end(Rows::default(), Some(&error));
                Err(error)
            }
        }
    }

    fn end(&self, rows: Rows, error: Option<&Error>) {
        if self.span.is_disabled() {
            return;
        }
        rows.record(&self.span, self.batch);
        let Some(error) = error else { return };
        record_error(&self.span, error_type(error));
        if let Some(code) = error::sqlstate(error) {
            self.span.record("db.response.status_code", code);
        }
    }
}
