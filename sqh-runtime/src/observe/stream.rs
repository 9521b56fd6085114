//! Records as they pass, counted.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::stream::{Stream, StreamExt as _};
use sqh_model::{Error, Result, Row};
use tracing::Span;

use super::Rows;
use crate::op::RowStream;

/// The same records, polled inside a span. `end` is told once how many there were, and the error that
/// ended them: at the end, or when the stream is dropped, since a reader that has seen enough is no
/// error.
pub(crate) fn counted(
    rows: RowStream,
    span: Span,
    end: impl FnOnce(Rows, Option<&Error>) + Send + 'static,
) -> RowStream {
    Counted { rows, span, seen: 0, end: Some(Box::new(end)) }.boxed()
}

type End = Box<dyn FnOnce(Rows, Option<&Error>) + Send>;

struct Counted {
    rows: RowStream,
    span: Span,
    seen: u64,
    end: Option<End>,
}

impl Counted {
    fn end(&mut self, error: Option<&Error>) {
        if let Some(end) = self.end.take() {
            end(Rows { returned: Some(self.seen), affected: None }, error);
        }
    }
}

impl Stream for Counted {
    type Item = Result<Row>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let next = ready!(this.span.in_scope(|| this.rows.poll_next_unpin(cx)));
        match &next {
            Some(Ok(_)) => this.seen += 1,
            Some(Err(error)) => this.end(Some(error)),
            None => this.end(None),
        }
        Poll::Ready(next)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.end(None);
    }
}
