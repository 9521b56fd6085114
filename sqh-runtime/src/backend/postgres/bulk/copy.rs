//! `COPY … FROM STDIN (FORMAT binary)`: the fastest way in, for records that are wholly known.
//!
//! The form (PostgreSQL's documentation of COPY): a signature, two empty header words; for each
//! record the number of its fields, and each field with its length; at the end a -1.

use sqh_model::expr::lower::Travel;
use sqh_model::schema::{ColumnDef, ModelDef};
use sqh_model::types::{EnumDef, EnumStorage, Shape};
use sqh_model::{Error, Result, Row, ValueKind};
use sqlx::PgConnection;

use super::super::codec::{Codec, with_length};
use super::super::session::Session;
use super::super::statement::sql::Sql;
use super::super::statement::target::Owner;
use super::{Source, Work, is_unchecked};

const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// How much is sent at a time: two segments of a loopback device and more. The driver leaves
/// Nagle's algorithm on, by which the end of a COPY waits some 40 ms for the delayed answer to a
/// small piece before it.
const SENT_AT_ONCE: usize = 160 << 10;

/// How the records of a model are copied.
pub(super) struct CopyPlan {
    def: &'static ModelDef,
    sql: String,
    columns: Vec<(usize, Codec)>,
    /// The tenant's key, which stands before them in row placement.
    owner: Option<Owner>,
}

impl CopyPlan {
    /// `None` if these records, or this model's, cannot be copied.
    pub(super) fn of(work: &Work<'_>, head: &[Row]) -> Option<Self> {
        let columns = work.def.layout().columns();
        // COPY knows no row security, and the records could not be checked.
        if work.def.storage.rls || !is_unchecked(work) {
            return None;
        }
        if work.target.tenant.is_some_and(|lead| lead.travel() != Travel::Native) {
            return None;
        }
        let is_written = |i: &usize| columns[*i].root.generated.is_none() && !work.target.is_tenant(*i);
        let written: Vec<usize> = (0..columns.len()).filter(is_written).collect();
        if !written.iter().all(|i| is_binary(&columns[*i])) {
            return None;
        }
        if !head.iter().all(|row| written.iter().all(|i| !row[*i].is_unset())) {
            return None;
        }
        let sql = Sql::copy(&work.target, &written);
        let columns = written.into_iter().map(|i| (i, Codec::of_column(&columns[i]))).collect();
        Some(Self { def: work.def, sql, columns, owner: work.owner.cloned() })
    }

    /// Copies the head, and of the source what is wholly known. Returns how many records that were.
    pub(super) async fn run(&self, session: &mut Session<'_>, head: Vec<Row>, source: &mut Source) -> Result<u64> {
        let sent = self.send(session.lease.connection(), head, source).await;
        sent.map_err(|failure| match failure {
            Failure::Ours(error) => error,
            Failure::Driver(error) => session.refused(self.def, error),
        })
    }

    async fn send(&self, connection: &mut PgConnection, head: Vec<Row>, source: &mut Source) -> Result<u64, Failure> {
        let mut copy = connection.copy_in_raw(&self.sql).await?;
        let mut buffer = Vec::with_capacity(2 * SENT_AT_ONCE + SENT_AT_ONCE / 8);
        buffer.extend_from_slice(HEADER);
        let mut head = head.into_iter();
        for number in 1.. {
            match self.encode_next(number, &mut head, source, &mut buffer) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    copy.abort("the records cannot be sent").await?;
                    return Err(Failure::Ours(error));
                }
            }
            // As much is kept back, so that what goes last is not small.
            if buffer.len() >= 2 * SENT_AT_ONCE {
                copy.send(&buffer[..SENT_AT_ONCE]).await?;
                buffer.drain(..SENT_AT_ONCE);
            }
        }
        buffer.extend_from_slice(&TRAILER);
        copy.send(buffer.as_slice()).await?;
        Ok(copy.finish().await?)
    }

    /// `false` if there is no next record that is wholly known.
    fn encode_next(
        &self,
        number: usize,
        head: &mut std::vec::IntoIter<Row>,
        source: &mut Source,
        out: &mut Vec<u8>,
    ) -> Result<bool> {
        let next = match head.next() {
            Some(row) => Some(row),
            None => source.next_if(|row| self.columns.iter().all(|(i, _)| !row[*i].is_unset()))?,
        };
        let Some(row) = next else {
            return Ok(false);
        };
        self.encode(&row, out).map_err(|error| error.context(format!("record {number}")))?;
        Ok(true)
    }

    fn encode(&self, row: &Row, out: &mut Vec<u8>) -> Result<()> {
        let count = self.columns.len() + usize::from(self.owner.is_some());
        out.extend_from_slice(&(count as i16).to_be_bytes());
        if let Some(owner) = &self.owner {
            with_length(out, |out| {
                out.extend_from_slice(owner.key());
                Ok(true)
            })?;
        }
        for (position, codec) in &self.columns {
            codec.encode_field(&row[*position], out).map_err(|error| self.locate(error, *position))?;
        }
        Ok(())
    }

    #[cold]
    fn locate(&self, error: Error, position: usize) -> Error {
        error.in_field(&self.def.layout().columns()[position].path).in_model(self.def.name)
    }
}

enum Failure {
    /// Of a record, or of their source.
    Ours(Error),
    Driver(sqlx::Error),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error)
    }
}

/// Whether the column's type takes the binary form that the codec writes.
fn is_binary(column: &ColumnDef) -> bool {
    match (Travel::of_column(column), column.ty.shape) {
        // PostgreSQL reads a native enum's binary form as its name.
        (_, Shape::Enum(EnumDef { storage: EnumStorage::Native, .. })) => column.field.sql_type.is_none(),
        // An array's form names the type of its elements, which for a geometry is PostGIS's own.
        (Travel::Native, Shape::Collection(_, element)) => element.kind() != ValueKind::Geometry,
        (travel, _) => travel == Travel::Native,
    }
}
