//! What is written must be what its principal may write.
//!
//! Backends check the records that they have written, and undo them. That takes a transaction, and
//! keeps a bulk load from going by `COPY`. So a check is proven here where it can be, and the
//! backend has none left: where the client knows every value that the check asks for, and where an
//! update changes none of them.

use sqh_model::expr::Filter;
use sqh_model::schema::{ColumnDef, ModelDef};
use sqh_model::types::{Shape, TypeDef};
use sqh_model::{Result, Row, ValueKind};

use crate::backend::not_to_be_written;
use crate::engine::Scoped;
use crate::op::Op;

/// Proves the check of an operation that is ready to be sent, or leaves it to the backend.
///
/// # Errors
/// `Denied` if what would be written is known, and must not be.
pub(in crate::engine) fn settle(scoped: &mut Scoped) -> Result<()> {
    if *scoped.check() == Filter::Everything || !scoped.op().is_write() {
        return Ok(());
    }
    let check = Check::of(scoped.model(), scoped.check().clone());
    if check.settles(scoped.op_mut())? {
        scoped.drop_check();
    }
    Ok(())
}

#[derive(Clone)]
struct Check {
    model: &'static ModelDef,
    filter: Filter,
    /// The positions of the columns that it asks for.
    asked: Vec<usize>,
}

impl Check {
    fn of(model: &'static ModelDef, filter: Filter) -> Self {
        let layout = model.layout();
        let asked = filter.fields().into_iter().filter_map(|field| layout.position(field)).collect();
        Self { model, filter, asked }
    }

    fn settles(self, op: &mut Op) -> Result<bool> {
        match op {
            Op::Create(row) => self.is_proven_by(row, |_| true),
            Op::Upsert { row, conflict, keep } => {
                let physical_key = self.model.layout().physical_key();
                // What is the same whether the record is new or was there.
                self.is_proven_by(row, |position| {
                    let root = self.columns()[position].root;
                    let stays = keep.contains(&position)
                        || physical_key.contains(&position)
                        || (root.is_managed() && !root.updated_at);
                    conflict.contains(&position) || !stays
                })
            }
            Op::BatchCreate { rows, .. } => {
                if !self.asked.iter().all(|position| is_always_known(&self.columns()[*position])) {
                    return Ok(false);
                }
                let unchecked = std::mem::replace(rows, Box::new(std::iter::empty()));
                *rows = Box::new(unchecked.map(move |row| {
                    let row = row?;
                    self.prove(&row).map(|()| row)
                }));
                Ok(true)
            }
            // What may be touched fulfils the check as long as nothing of it changes.
            Op::Update { changes, .. } | Op::UpdateWhere { changes, .. } => {
                let changes = &*changes;
                let stays = |position: &usize| {
                    let root = self.columns()[*position].root;
                    changes[*position].is_unset() && !root.version && root.generated.is_none()
                };
                if self.asked.iter().all(stays) {
                    return Ok(true);
                }
                self.is_proven_by(changes, |position| !self.columns()[position].root.version)
            }
            _ => Ok(true),
        }
    }

    fn columns(&self) -> &'static [ColumnDef] {
        self.model.layout().columns()
    }

    /// Whether the row has every value that the check asks for, as it will be stored; and then it
    /// is one that may be written.
    fn is_proven_by(&self, row: &Row, is_stored: impl Fn(usize) -> bool) -> Result<bool> {
        let is_known = |position: &usize| {
            !row[*position].is_unset() && is_stored_as_sent(&self.columns()[*position]) && is_stored(*position)
        };
        if !self.asked.iter().all(is_known) {
            return Ok(false);
        }
        self.prove(row).map(|()| true)
    }

    fn prove(&self, row: &Row) -> Result<()> {
        if self.filter.matches(self.model, row)? {
            return Ok(());
        }
        Err(not_to_be_written(self.model))
    }
}

/// Whether each new record has a value of the column before it is sent.
fn is_always_known(column: &ColumnDef) -> bool {
    is_stored_as_sent(column) && column.field.default_sql.is_none()
}

/// Whether the server computes nothing: it brings documents into a normal form, and a type of its own
/// may round.
fn is_stored_as_sent(column: &ColumnDef) -> bool {
    is_plain(&column.ty) && column.field.sql_type.is_none() && column.root.generated.is_none()
}

fn is_plain(ty: &TypeDef) -> bool {
    match ty.shape {
        Shape::Collection(_, element) => is_plain(element),
        _ => !matches!(ty.kind(), ValueKind::Json | ValueKind::Record | ValueKind::Geometry),
    }
}
