//! Any number of new records, all or none.
//!
//! Some thousand travel as arrays, one bind a column ([`unnest`]); more of them as a binary `COPY`
//! ([`copy`]) where the client knows every value and nothing is to come back. What takes more than
//! one statement runs in a transaction, or between a savepoint and its release.

mod copy;
pub(super) mod unnest;

use std::iter::Peekable;

use sqh_model::expr::Filter;
use sqh_model::{Error, Result, Row, Value};

use self::copy::CopyPlan;
use super::run::Work;
use super::session::Session;
use crate::op::{Reply, RowSource};

/// From so many records on, `COPY` is the faster way.
const COPY_FROM: usize = 4_096;
/// How many records travel as arrays in one statement.
const CHUNK: usize = 5_000;
/// A chunk of long texts is cut earlier: a statement must fit into the memory of both sides.
const CHUNK_BYTES: usize = 16 << 20;

/// Creates the records of a source.
pub(super) async fn create(
    work: &Work<'_>,
    session: &mut Session<'_>,
    rows: &mut RowSource,
    returning: bool,
) -> Result<Reply> {
    let all_rows = std::mem::replace(rows, Box::new(std::iter::empty()));
    let mut source = Source { rows: all_rows.peekable(), taken: 0 };
    let head = source.chunk(COPY_FROM)?;
    let mut reply = Created { rows: returning.then(Vec::new), count: 0 };
    if source.is_empty() && unnest::is_one_statement(work, &head) {
        if !head.is_empty() {
            let created = unnest::create(work, session, &head, returning).await;
            reply.add(created.inspect_err(|error| restore(rows, head, source, error))?);
        }
        return Ok(reply.into());
    }
    let copy = if returning || source.is_empty() { None } else { CopyPlan::of(work, &head) };
    let atomic = match work.begin(session).await {
        Ok(atomic) => atomic,
        Err(error) => {
            restore(rows, head, source, &error);
            return Err(error);
        }
    };
    let done = all(work, session, source, head, copy, &mut reply).await;
    atomic.end(session, work.def, done).await?;
    Ok(reply.into())
}

/// After a stale route, which is told before anything else, all records are there again.
fn restore(rows: &mut RowSource, head: Vec<Row>, source: Source, error: &Error) {
    if error.is_stale_route() {
        *rows = Box::new(head.into_iter().map(Ok).chain(source.rows));
    }
}

async fn all(
    work: &Work<'_>,
    session: &mut Session<'_>,
    mut source: Source,
    mut head: Vec<Row>,
    copy: Option<CopyPlan>,
    reply: &mut Created,
) -> Result<()> {
    let returning = reply.rows.is_some();
    if let Some(copy) = copy {
        reply.count += copy.run(session, std::mem::take(&mut head), &mut source).await?;
    }
    while !head.is_empty() || !source.is_empty() {
        if head.is_empty() {
            head = source.chunk(CHUNK)?;
        }
        reply.add(unnest::create(work, session, &std::mem::take(&mut head), returning).await?);
    }
    Ok(())
}

/// The records still to come.
struct Source {
    rows: Peekable<RowSource>,
    taken: usize,
}

impl Source {
    /// The next records, at most `count`.
    fn chunk(&mut self, count: usize) -> Result<Vec<Row>> {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while chunk.len() < count && bytes < CHUNK_BYTES {
            let Some(row) = self.next_if(|_| true)? else {
                break;
            };
            bytes += row.iter().map(weight).sum::<usize>();
            chunk.push(row);
        }
        Ok(chunk)
    }

    /// The next record, if it is one of the wanted.
    fn next_if(&mut self, is_wanted: impl Fn(&Row) -> bool) -> Result<Option<Row>> {
        let next = self.rows.next_if(|row| row.as_ref().is_ok_and(&is_wanted) || row.is_err());
        self.taken += usize::from(next.is_some());
        next.transpose()
    }

    fn is_empty(&mut self) -> bool {
        self.rows.peek().is_none()
    }
}

fn weight(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Array(values) | Value::Record(values) => values.iter().map(weight).sum(),
        Value::Json(_) | Value::Geometry(_) => 256,
        _ => 8,
    }
}

/// What has been created.
struct Created {
    rows: Option<Vec<Row>>,
    count: u64,
}

impl Created {
    fn add(&mut self, chunk: Created) {
        self.count += chunk.count;
        if let (Some(rows), Some(more)) = (&mut self.rows, chunk.rows) {
            rows.extend(more);
        }
    }
}

impl From<Created> for Reply {
    fn from(created: Created) -> Self {
        match created.rows {
            Some(rows) => Self::Rows(rows),
            None => Self::Count(created.count),
        }
    }
}

/// Whether the records that come may be written without being looked at again.
fn is_unchecked(work: &Work<'_>) -> bool {
    *work.check == Filter::Everything
}
