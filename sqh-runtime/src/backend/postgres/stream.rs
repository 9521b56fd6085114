//! Records as they arrive, with bounded memory.
//!
//! The stream owns what holds the connection. Read to its end it gives the connection back; dropped
//! earlier, the connection is closed, or inside a transaction drained by the next statement.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use futures::{FutureExt as _, Stream, StreamExt as _, TryStreamExt as _};
use sqh_model::schema::ModelDef;
use sqh_model::{Result, Row};
use sqlx::Connection as _;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::error;
use super::session::{Session, arriving};
use super::statement::report::Owners;
use super::statement::target::Owner;
use super::statement::{Encode, Inputs, Statement};
use crate::op::RowStream;
use crate::tenancy::is_connection_lost;
use crate::tenancy::lease::Lease;

/// How many decoded records wait for their reader.
const BUFFERED: usize = 64;

/// What holds a connection for as long as a stream runs.
pub(super) trait Holder: Send + 'static {
    fn lease(&mut self) -> &mut Lease;
    /// Whether a failed statement may be sent again, and the connection be given back at the end.
    fn is_single(&self) -> bool;
    /// Ends what was begun for the stream alone.
    fn end(&mut self, _: &'static ModelDef) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }
    /// Takes note of an error of the server.
    fn failed(&mut self) {}
}

impl Holder for Lease {
    fn lease(&mut self) -> &mut Lease {
        self
    }

    fn is_single(&self) -> bool {
        true
    }
}

/// A connection in a transaction that was begun for a stream.
pub(super) struct InTransaction(pub(super) Lease);

impl Holder for InTransaction {
    fn lease(&mut self) -> &mut Lease {
        &mut self.0
    }

    fn is_single(&self) -> bool {
        false
    }

    async fn end(&mut self, def: &'static ModelDef) -> Result<()> {
        Session::new(&mut self.0, true).commit(def).await
    }
}

/// What is to be streamed.
pub(super) struct Streamed {
    pub(super) statement: Statement,
    /// Whose rows it gives, in row placement.
    pub(super) owner: Option<Owner>,
    /// Whose rows it joins.
    pub(super) others: Option<Owners>,
}

/// The records that a statement replies.
pub(super) fn stream(mut holder: impl Holder, streamed: Streamed) -> RowStream {
    let (sender, receiver) = channel(BUFFERED);
    let producer = async move {
        let Streamed { statement, owner, others } = streamed;
        let others = others.as_ref().map(|owners| owners as &dyn Encode);
        let inputs = Inputs { owner: owner.as_ref(), others, ..Inputs::default() };
        produce(&mut holder, &statement, inputs, &sender).await
    }
    .boxed();
    Rows { producer: Some(producer), receiver, error: None }.boxed()
}

async fn produce(
    holder: &mut impl Holder,
    statement: &Statement,
    inputs: Inputs<'_>,
    sender: &Sender<Result<Row>>,
) -> Result<()> {
    let mut repeated = !holder.is_single();
    loop {
        // A row that is not to be read ends a transaction.
        let sent = send_rows(holder, statement, inputs, sender).await.inspect_err(|_| holder.failed())?;
        let Err((error, has_rows)) = sent else {
            if holder.is_single() {
                holder.lease().settled();
            }
            return holder.end(statement.def).await;
        };
        let may_repeat = !repeated && !has_rows;
        repeated = true;
        if may_repeat && error::is_stale_plan(&error) {
            let forgotten = holder.lease().connection().clear_cached_statements().await;
            forgotten.map_err(|error| error::of_statement(statement.def, error))?;
            continue;
        }
        if may_repeat && is_connection_lost(&error) && !holder.lease().is_fresh() {
            holder.lease().renew().await?;
            continue;
        }
        holder.failed();
        if holder.is_single() && matches!(error, sqlx::Error::Database(_)) && !is_connection_lost(&error) {
            holder.lease().settled();
        }
        return Err(error::of_statement(statement.def, error));
    }
}

/// The inner error is one of the driver, and whether a row had arrived before it.
async fn send_rows(
    holder: &mut impl Holder,
    statement: &Statement,
    inputs: Inputs<'_>,
    sender: &Sender<Result<Row>>,
) -> Result<Result<(), (sqlx::Error, bool)>> {
    let arguments = statement.arguments(inputs)?;
    let mut rows = arriving(holder.lease(), &statement.sql, arguments);
    let mut has_rows = false;
    loop {
        match rows.try_next().await {
            Ok(Some(row)) => {
                has_rows = true;
                statement.verify(inputs.owner, &row)?;
                // The receiver lives beside this future, in the same stream.
                let _ = sender.send(Ok(statement.reply.decode(&row)?)).await;
            }
            Ok(None) => return Ok(Ok(())),
            Err(error) => return Ok(Err((error, has_rows))),
        }
    }
}

struct Rows {
    producer: Option<BoxFuture<'static, Result<()>>>,
    receiver: Receiver<Result<Row>>,
    error: Option<sqh_model::Error>,
}

impl Stream for Rows {
    type Item = Result<Row>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            // What has arrived goes first, an error of the producer last.
            match self.receiver.try_recv() {
                Ok(row) => return Poll::Ready(Some(row)),
                Err(_) if self.producer.is_none() => return Poll::Ready(self.error.take().map(Err)),
                Err(_) => {}
            }
            let Some(producer) = self.producer.as_mut() else {
                continue;
            };
            match Pin::new(producer).poll(cx) {
                Poll::Ready(outcome) => {
                    self.error = outcome.err();
                    self.producer = None;
                }
                Poll::Pending => {
                    return match self.receiver.try_recv() {
                        Ok(row) => Poll::Ready(Some(row)),
                        Err(_) => Poll::Pending,
                    };
                }
            }
        }
    }
}
