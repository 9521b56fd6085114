//! The statement of a caller: what was written anew of it, with its tables and values filled in.

use std::collections::BTreeMap;

use sqh_model::expr::lower::{Binds, Travel, quoted};
use sqh_model::types::{FieldType as _, TypeDef};
use sqh_model::{Error, Result, Value};

use super::report::{Owners, Source, numbered};
use super::sql::Sql;
use super::target::Target;
use super::{RowCodec, Statement};
use crate::sql::{self, Part, Relation};

/// The statement, and the owners of what it joins.
///
/// # Errors
/// `Internal` if nobody has said what is hidden from the principal.
pub(in crate::backend::postgres) fn select(sql: &sql::Sql, sources: Vec<Source<'_>>) -> Result<(Statement, Owners)> {
    let masks = sql.masks.as_ref().filter(|masks| masks.len() == sources.len()).ok_or_else(unmasked)?;
    let root = sources[0].target;
    let (targets, binds, owners) = numbered(&sources);
    let mut writing = Writing { sql, sources: &sources, targets, masks, binds };
    let mut text = String::new();
    let mut params = BTreeMap::new();
    for part in &sql.checked.parts {
        match part {
            Part::Text(part) => text.push_str(part),
            Part::Relation(number) => text.push_str(&writing.relation(&sql.checked.relations[*number])?),
            // The same parameter is the same bind, so that PostgreSQL knows an expression again.
            Part::Param(number) => {
                if !params.contains_key(number) {
                    params.insert(*number, writing.param(*number)?);
                }
                text.push_str(&params[number]);
            }
            Part::Rows => {
                let rows = Value::I64(i64::from(sql.options.max_rows) + 1);
                text.push_str(&writing.binds.free(i64::DEF, rows));
            }
        }
    }
    let Writing { binds, .. } = writing;
    let reply = RowCodec::of_values(root.def, Vec::new());
    let statement = Statement::of_text(&root, text, reply, binds);
    Ok((statement, owners))
}

struct Writing<'a> {
    sql: &'a sql::Sql,
    sources: &'a [Source<'a>],
    targets: Vec<Target<'a>>,
    masks: &'a [Vec<(usize, Value)>],
    binds: Binds,
}

impl Writing<'_> {
    /// A table: its columns as they are read, and masks in the place of what is hidden.
    fn relation(&mut self, relation: &Relation) -> Result<String> {
        let Relation { source, alias, columns } = relation;
        let target = &self.targets[*source];
        let layout = target.def.layout().columns();
        let mut read = Vec::new();
        for position in columns {
            let column = &layout[*position];
            let mask = self.masks[*source].iter().find(|(hidden, _)| hidden == position);
            let value = match mask {
                None => target.relation().read_column(*position),
                Some((_, mask)) => match Travel::of_column(column) {
                    Travel::Native => self.binds.of_column(column, mask.clone(), target.schema),
                    travel => as_text(&mut self.binds, travel, mask.clone()),
                },
            };
            read.push(format!("{value} AS {}", quoted(&column.name)));
        }
        Sql::fenced(target, self.sources[*source].scope, &read, alias, &mut self.binds)
    }

    fn param(&mut self, number: usize) -> Result<String> {
        let (ty, value): (TypeDef, Value) = self.sql.checked.params.get(number)?;
        Ok(match Travel::of(&ty, None) {
            Travel::Native => self.binds.of_type(ty, value, self.targets[0].schema),
            travel => as_text(&mut self.binds, travel, value),
        })
    }
}

/// What travels as text is text in the whole statement.
fn as_text(binds: &mut Binds, travel: Travel, value: Value) -> String {
    let ty = if travel == Travel::TextArray { <Vec<String>>::DEF } else { String::DEF };
    binds.free(ty, value)
}

fn unmasked() -> Error {
    Error::internal("a statement was to be run before it was known what it must not show: it fails closed")
}
