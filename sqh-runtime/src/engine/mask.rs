//! The last stage: what the principal may not see is masked, after hooks have seen it.

use std::sync::Arc;

use futures::StreamExt as _;
use sqh_model::schema::{ColumnDef, ModelDef, Redaction};
use sqh_model::{Error, ErrorKind, Result, Row, Value};

use crate::op::{Op, Reply};
use crate::scope::Principal;

/// The masks of a reply: one for each of its positions.
#[derive(Debug, Clone)]
pub(super) struct Masks(Arc<[(usize, fn() -> Result<Value>)]>);

impl Masks {
    /// What an operation's reply must not show to a principal.
    pub(super) fn of(principal: &Principal, model: &'static ModelDef, op: &Op) -> Self {
        let columns = model.layout().columns();
        let hidden = |position: usize| redaction(principal, model, &columns[position]).map(|redaction| redaction.mask);
        let masks = match op {
            Op::Select { columns, .. } => {
                columns.iter().enumerate().filter_map(|(i, position)| hidden(*position).map(|mask| (i, mask))).collect()
            }
            _ => (0..columns.len()).filter_map(|i| hidden(i).map(|mask| (i, mask))).collect(),
        };
        Self(masks)
    }

    /// Masks whatever rows a reply holds.
    ///
    /// # Errors
    /// What a field's own mask says.
    pub(super) fn apply(self, reply: Reply) -> Result<Reply> {
        if self.0.is_empty() {
            return Ok(reply);
        }
        Ok(match reply {
            Reply::Row(Some(row)) => Reply::Row(Some(self.mask(row)?)),
            Reply::Rows(rows) => Reply::Rows(rows.into_iter().map(|row| self.mask(row)).collect::<Result<_>>()?),
            Reply::Stream(stream) => Reply::Stream(stream.map(move |row| row.and_then(|row| self.mask(row))).boxed()),
            reply => reply,
        })
    }

    fn mask(&self, mut row: Row) -> Result<Row> {
        for (position, mask) in self.0.iter() {
            row[*position] = mask()?;
        }
        Ok(row)
    }
}

/// Refuses a masked field in a filter or an order: what is found would tell its value.
///
/// # Errors
/// `Denied`, naming the field.
pub(super) fn check_visible(principal: &Principal, model: &'static ModelDef, op: &Op) -> Result<()> {
    let (filter, order) = match op {
        Op::Explain(op) => return check_visible(principal, model, op),
        Op::FuzzySearch { column, .. } => return check_column_is_visible(principal, model, *column),
        Op::List(query) | Op::Search { query, .. } | Op::Select { query, .. } | Op::Stream(query) => {
            (&query.filter, query.order.as_slice())
        }
        Op::Count { filter, .. } | Op::UpdateWhere { filter, .. } | Op::DeleteWhere { filter } => (filter, &[][..]),
        _ => return Ok(()),
    };
    let fields = filter.fields().into_iter().chain(order.iter().map(|order| order.field.as_ref()));
    for field in fields {
        if let Some(column) = model.layout().position(field) {
            check_column_is_visible(principal, model, column)?;
        }
    }
    Ok(())
}

fn check_column_is_visible(principal: &Principal, model: &'static ModelDef, column: usize) -> Result<()> {
    let column = &model.layout().columns()[column];
    if redaction(principal, model, column).is_none() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Denied, "the field is masked for this principal").in_field(&column.path))
}

fn redaction<'a>(principal: &Principal, model: &ModelDef, column: &'a ColumnDef) -> Option<&'a Redaction> {
    column.root.redact.as_ref().filter(|redaction| {
        let default;
        let permission = match redaction.permission {
            Some(permission) => permission,
            None => {
                default = format!("{}:{}.{}:read", model.group, model.name, column.root.name);
                &default
            }
        };
        !principal.has_permission(permission)
    })
}
