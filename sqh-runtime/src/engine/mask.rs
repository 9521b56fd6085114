//! The last stage: what the principal may not see is masked, after hooks have seen it; and the
//! first one, where nothing may be asked of it, and no mask is taken for a value.

use futures::StreamExt as _;
use sqh_model::compare::compare;
use sqh_model::report::{Report, Use};
use sqh_model::schema::{ColumnDef, ModelDef, Redaction};
use sqh_model::{Error, ErrorKind, Result, Row, Value};

use crate::op::{Op, Reply};
use crate::scope::Scope;

/// The masks of a reply: one for each of its positions.
#[derive(Debug)]
pub(super) struct Masks(Vec<(usize, MakeMask)>);

/// Makes the value that stands for a hidden one.
type MakeMask = fn() -> Result<Value>;

impl Masks {
    /// What an operation's reply must not show to a principal.
    pub(super) fn of(scope: &Scope, model: &'static ModelDef, op: &Op) -> Self {
        let columns = model.layout().columns();
        let hidden = |position: usize| redaction(scope, model, &columns[position]).map(|redaction| redaction.mask);
        let masks = match op {
            Op::Report(report) | Op::StreamReport(report) => shown_masks(scope, report),
            Op::JoinShared(join) => shown_masks(scope, &join.report),
            // Its tables hold the masks already.
            Op::Sql(_) => [].into(),
            Op::Select { columns, .. } => {
                columns.iter().enumerate().filter_map(|(i, position)| hidden(*position).map(|mask| (i, mask))).collect()
            }
            _ => (0..columns.len()).filter_map(|i| hidden(i).map(|mask| (i, mask))).collect(),
        };
        Self(masks)
    }

    /// Takes out of a change what is no more than a mask: a record that was read with masks and is
    /// written back must not overwrite what the principal could not see.
    ///
    /// # Errors
    /// What a field's own mask says.
    pub(super) fn keep_hidden(&self, op: &mut Op) -> Result<()> {
        for (position, mask) in self.0.iter() {
            match op {
                Op::Update { changes, .. } if compare(&changes[*position], &mask()?).is_eq() => {
                    changes[*position] = Value::Unset;
                }
                Op::Upsert { row, keep, .. } if compare(&row[*position], &mask()?).is_eq() => keep.push(*position),
                _ => {}
            }
        }
        Ok(())
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

/// The masks of the outputs that are columns.
fn shown_masks(scope: &Scope, report: &Report) -> Vec<(usize, MakeMask)> {
    let mut masks = Vec::new();
    // Nothing else is said in vain: the report has been checked.
    let _ = report.visit_columns(&mut |source, field, wanted| {
        let layout = source.model.layout();
        if let (Use::Shown(i), Some(position)) = (wanted, layout.position(field))
            && let Some(redaction) = redaction(scope, source.model, &layout.columns()[position])
        {
            masks.push((i, redaction.mask));
        }
        Ok(())
    });
    masks
}

fn check_asked(scope: &Scope, report: &Report) -> Result<()> {
    report.visit_columns(&mut |source, field, wanted| {
        let layout = source.model.layout();
        match layout.position(field) {
            Some(position) if wanted == Use::Asked => {
                check_column_is_visible(scope, source.model, &layout.columns()[position])
                    .map_err(|error| error.in_model(source.model.name))
            }
            _ => Ok(()),
        }
    })
}

/// Has the tables of a statement hold masks instead of what the principal may not see.
///
/// # Errors
/// What a field's own mask says.
pub(super) fn hide(scope: &Scope, op: &mut Op) -> Result<()> {
    let sql = match op {
        Op::Sql(sql) => sql,
        Op::Explain(op) => return hide(scope, op),
        _ => return Ok(()),
    };
    let masks = sql.checked.sources.iter().map(|source| {
        let columns = source.model.layout().columns().iter().enumerate();
        let hidden = columns.filter_map(|(i, column)| redaction(scope, source.model, column).map(|hidden| (i, hidden)));
        hidden.map(|(i, hidden)| Ok((i, (hidden.mask)()?))).collect()
    });
    sql.masks = Some(masks.collect::<Result<_>>()?);
    Ok(())
}

/// Refuses a masked field in a filter, an order or a search: what is found would tell its value.
///
/// # Errors
/// `Denied`, naming the field.
pub(super) fn check_visible(scope: &Scope, model: &'static ModelDef, op: &Op) -> Result<()> {
    let columns = model.layout().columns();
    let (filter, order) = match op {
        Op::Explain(op) => return check_visible(scope, model, op),
        Op::Report(report) | Op::StreamReport(report) => return check_asked(scope, report),
        Op::JoinShared(join) => return check_asked(scope, &join.report),
        Op::Sql(sql) => {
            return sql.checked.sources.iter().try_for_each(|source| {
                let columns = source.model.layout().columns();
                source.asked.iter().try_for_each(|position| {
                    check_column_is_visible(scope, source.model, &columns[*position])
                        .map_err(|error| error.in_model(source.model.name))
                })
            });
        }
        Op::Related { query, column, .. } => {
            check_column_is_visible(scope, model, &columns[*column])?;
            (&query.filter, query.order.as_slice())
        }
        Op::FuzzySearch { column, .. } => return check_column_is_visible(scope, model, &columns[*column]),
        Op::FullTextSearch(search) => (&search.filter, &[][..]),
        Op::List(query) | Op::Search { query, .. } | Op::Select { query, .. } | Op::Stream(query) => {
            (&query.filter, query.order.as_slice())
        }
        Op::Count { filter, .. } | Op::UpdateWhere { filter, .. } | Op::DeleteWhere { filter } => (filter, &[][..]),
        _ => return Ok(()),
    };
    let nearest = match op {
        Op::List(query) | Op::Search { query, .. } | Op::Select { query, .. } | Op::Stream(query) => {
            query.nearest.as_ref()
        }
        _ => None,
    };
    let nearest = nearest.map(|nearest| nearest.field.as_ref());
    let is_search = matches!(op, Op::Search { .. } | Op::FullTextSearch(_));
    let searched = columns.iter().filter(|column| is_search && column.field.search.is_some());
    let named = filter.fields().into_iter().chain(nearest).chain(order.iter().map(|order| order.field.as_ref()));
    let named = named.filter_map(|field| model.layout().position(field)).map(|position| &columns[position]);
    named.chain(searched).try_for_each(|column| check_column_is_visible(scope, model, column))
}

/// Refuses a masked field by which related records would be found.
///
/// # Errors
/// `Denied`, naming the field.
pub(super) fn check_position_is_visible(scope: &Scope, model: &'static ModelDef, position: usize) -> Result<()> {
    check_column_is_visible(scope, model, &model.layout().columns()[position])
        .map_err(|error| error.in_model(model.name))
}

fn check_column_is_visible(scope: &Scope, model: &'static ModelDef, column: &ColumnDef) -> Result<()> {
    if redaction(scope, model, column).is_none() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Denied, "the field is masked for this principal").in_field(&column.path))
}

fn redaction<'a>(scope: &Scope, model: &ModelDef, column: &'a ColumnDef) -> Option<&'a Redaction> {
    column.root.redact.as_ref().filter(|redaction| {
        let default;
        let permission = match redaction.permission {
            Some(permission) => permission,
            None => {
                default = format!("{}:{}.{}:read", model.group, model.name, column.root.name);
                &default
            }
        };
        !scope.access_to(model).has_permission(permission)
    })
}
