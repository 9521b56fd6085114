//! The place behind a record in an order, as a condition: pages that cost the same at any depth.

use std::fmt::Write as _;

use super::Relation;
use super::bind::Binds;
use crate::error::{Error, Result};
use crate::value::Value;

impl Relation<'_> {
    /// Appends the condition for records behind a place in an order.
    ///
    /// Where all columns go one way and none is nullable it is a row comparison, which an index
    /// serves; else it is nested column by column. The comparison is not strict, and what it lets through
    /// beside the place is taken out again: the planner judges a row comparison by its first column, and
    /// expects next to nothing behind the one value that the first column may have. It would then sort all
    /// that follows in place of reading on in the index.
    ///
    /// # Errors
    /// `Invalid` if the place has not a value for each column of the order.
    pub fn push_after(
        &self,
        order: &[(usize, bool)],
        place: &[Value],
        sql: &mut String,
        binds: &mut Binds,
    ) -> Result<()> {
        if order.is_empty() || order.len() != place.len() {
            return Err(Error::invalid("the cursor belongs to another order").in_model(self.def.name));
        }
        let columns = self.def.layout().columns();
        let one_way = order.iter().all(|(_, descending)| *descending == order[0].1);
        let nullable = order.iter().any(|(position, _)| columns[*position].ty.nullable);
        if !one_way || nullable {
            let start = sql.len();
            self.push_behind(order, place, sql, binds);
            // A bound on the first column, for an index to start from.
            let (first, descending) = order[0];
            if !columns[first].ty.nullable && order.len() > 1 {
                let bind = binds.of_column(&columns[first], place[0].clone(), self.schema);
                let operator = if descending { "<=" } else { ">=" };
                sql.insert(start, '(');
                let _ = write!(sql, " AND ({} {operator} {bind}))", self.column(first));
            }
            return Ok(());
        }
        let descending = order[0].1;
        let left = order.iter().map(|(position, _)| self.column(*position)).collect::<Vec<_>>().join(", ");
        let right = order
            .iter()
            .zip(place)
            .map(|((position, _), value)| binds.of_column(&columns[*position], value.clone(), self.schema))
            .collect::<Vec<_>>()
            .join(", ");
        let _ = match (order.len(), descending) {
            (1, _) => write!(sql, "({left} {} {right})", if descending { "<" } else { ">" }),
            (_, true) => write!(sql, "(({left}) <= ({right}) AND ({left}) <> ({right}))"),
            (_, false) => write!(sql, "(({left}) >= ({right}) AND ({left}) <> ({right}))"),
        };
        Ok(())
    }

    // (behind on the first) OR (equal on the first AND behind on the rest)
    fn push_behind(&self, order: &[(usize, bool)], place: &[Value], sql: &mut String, binds: &mut Binds) {
        let [(position, descending), rest @ ..] = order else {
            sql.push_str("FALSE");
            return;
        };
        let (value, places) = (&place[0], &place[1..]);
        let column = &self.def.layout().columns()[*position];
        let name = self.column(*position);
        sql.push('(');
        match (value.is_null(), descending) {
            // Nulls are last in ascending order: nothing is behind them.
            (true, false) => sql.push_str("FALSE"),
            (true, true) => {
                let _ = write!(sql, "({name} IS NOT NULL)");
            }
            (false, _) => {
                let bind = binds.of_column(column, value.clone(), self.schema);
                let operator = if *descending { "<" } else { ">" };
                let _ = write!(sql, "({name} {operator} {bind})");
                if !descending && column.ty.nullable {
                    let _ = write!(sql, " OR ({name} IS NULL)");
                }
            }
        }
        if !rest.is_empty() {
            if value.is_null() {
                let _ = write!(sql, " OR (({name} IS NULL) AND ");
            } else {
                let bind = binds.of_column(column, value.clone(), self.schema);
                let _ = write!(sql, " OR (({name} = {bind}) AND ");
            }
            self.push_behind(rest, places, sql, binds);
            sql.push(')');
        }
        sql.push(')');
    }
}
