//! What a report asks of each of its sources, for whoever reads a source by itself: a join of two
//! databases reads one side where it is, and sends it to where the other one is.

use std::collections::BTreeMap;

use super::condition::Condition;
use super::scalar::{ColumnRef, Scalar};
use super::{JoinKind, Report, Use};
use crate::error::Result;
use crate::expr::lower::Travel;
use crate::expr::{Comparison, Filter, column};
use crate::schema::ColumnDef;
use crate::types::Shape;
use crate::value::ValueKind;

/// What a report asks of one source.
#[derive(Debug, Clone)]
pub struct SourcePart {
    /// The columns that it names.
    pub columns: Vec<PartColumn>,
    /// Records that do not match make no difference to what the report replies.
    pub filter: Filter,
}

/// A column that a report names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartColumn {
    /// Its position in the layout.
    pub position: usize,
    /// Whether anything depends on its value; else it is only shown.
    pub is_asked: bool,
}

/// A column of a source, by the numbers of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyColumn {
    /// The source's number.
    pub source: usize,
    /// The column's position in the layout.
    pub position: usize,
}

/// Records of one source make a difference only if one column of theirs is a value that a column of
/// another source has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reduction {
    /// What is reduced.
    pub of: KeyColumn,
    /// By whose values.
    pub by: KeyColumn,
    /// Whether what has no partner stays in what is replied: as a row with nulls, or because it has none.
    pub keeps_unmatched: bool,
}

impl Report {
    /// What it asks of the source of this number.
    ///
    /// # Errors
    /// `Invalid` for a field that the model does not have.
    pub fn part(&self, number: usize) -> Result<SourcePart> {
        let source = &self.sources[number];
        let mut columns = BTreeMap::new();
        self.visit_columns(&mut |named, field, wanted| {
            if *named == source.relation {
                let (position, _) = column(named.model, field)?;
                *columns.entry(position).or_default() |= wanted == Use::Asked;
            }
            Ok(())
        })?;
        // There is no record without a column.
        let first = source.relation.model.layout().physical_key().first().copied().unwrap_or_default();
        if columns.is_empty() {
            columns.insert(first, false);
        }
        let columns = columns.into_iter().map(|(position, is_asked)| PartColumn { position, is_asked }).collect();
        Ok(SourcePart { columns, filter: self.filter_of(number) })
    }

    /// The conditions on a source alone that keep out records which would come to nothing: of the join itself,
    /// and of the whole if the source is in every row.
    fn filter_of(&self, number: usize) -> Filter {
        let source = &self.sources[number];
        let mut filter = Filter::Everything;
        let mut add = |condition: &Condition| {
            if let Condition::Of(relation, of) = condition
                && *relation == source.relation
            {
                filter = std::mem::take(&mut filter).and(of.clone());
            }
        };
        if let Some(join) = &source.join {
            conjuncts(&join.on, &mut add);
        }
        if source.join.as_ref().is_none_or(|join| join.kind == JoinKind::Inner) {
            conjuncts(&self.filter, &mut add);
        }
        filter
    }

    /// Which sources the joins reduce, by which values.
    ///
    /// # Errors
    /// `Invalid` for a field that its model does not have.
    pub fn reductions(&self) -> Result<Vec<Reduction>> {
        let mut found = Vec::new();
        for (number, source) in self.sources.iter().enumerate() {
            let Some(join) = &source.join else { continue };
            let mut pairs = Vec::new();
            conjuncts(&join.on, &mut |condition| {
                if let Condition::Compare(Scalar::Column(left), Comparison::Eq, Scalar::Column(right)) = condition {
                    pairs.push((left, right));
                }
            });
            for (left, right) in pairs {
                let (left, right) = (self.key_column(left)?, self.key_column(right)?);
                let (own, other) = if left.source == number { (left, right) } else { (right, left) };
                if own.source != number || other.source == number || !self.is_same_key(own, other)? {
                    continue;
                }
                let keeps_unmatched = matches!(join.kind, JoinKind::Left | JoinKind::Anti);
                found.push(Reduction { of: own, by: other, keeps_unmatched });
                if !keeps_unmatched {
                    found.push(Reduction { of: other, by: own, keeps_unmatched });
                }
            }
        }
        Ok(found)
    }

    fn key_column(&self, reference: &ColumnRef) -> Result<KeyColumn> {
        let (position, _) = column(reference.source.model, &reference.field)?;
        Ok(KeyColumn { source: self.source(&reference.source)?, position })
    }

    fn is_same_key(&self, one: KeyColumn, other: KeyColumn) -> Result<bool> {
        let column = |key: KeyColumn| &self.sources[key.source].relation.model.layout().columns()[key.position];
        let (one, other) = (column(one), column(other));
        Ok(is_key(one) && is_key(other) && one.ty.kind() == other.ty.kind())
    }
}

/// Whether values of a column are sent as they are, and equal where PostgreSQL says that they are.
fn is_key(column: &ColumnDef) -> bool {
    let is_plain = !matches!(column.ty.shape, Shape::Collection(..));
    let is_compared = !matches!(
        column.ty.kind(),
        ValueKind::F32 | ValueKind::F64 | ValueKind::Json | ValueKind::Record | ValueKind::Array | ValueKind::Geometry
    );
    is_plain && is_compared && Travel::of_column(column) == Travel::Native
}

/// Hands out each of the conditions that are joined by AND.
fn conjuncts<'a>(condition: &'a Condition, see: &mut dyn FnMut(&'a Condition)) {
    match condition {
        Condition::And(conditions) => conditions.iter().for_each(|condition| conjuncts(condition, see)),
        condition => see(condition),
    }
}
