//! Which partitions an operation reads, and whether it could say which.

use std::collections::HashSet;
use std::sync::Mutex;

use sqh_model::expr::{Comparison, Filter};
use sqh_model::report::{ColumnRef, Condition, Report, Scalar, SourceRef};
use sqh_model::schema::ModelDef;

use crate::op::{Op, PlanWarning};

/// What was warned of, once for each model and operation: there are few of them.
#[derive(Debug, Default)]
pub(super) struct Warned(Mutex<HashSet<(&'static str, &'static str)>>);

impl Warned {
    /// Warns of partitions that are read in vain.
    pub(super) fn of(&self, def: &'static ModelDef, op: &Op, scope: &Filter) {
        for warning in unbounded(def, op, scope) {
            let PlanWarning::PartitionColumnOmitted { model, .. } = warning;
            let mut warned = self.0.lock().expect("no holder of this lock panics");
            if warned.insert((model, op.name())) {
                tracing::warn!(sqh.model = model, db.operation.name = op.name(), "{warning}; this is told once");
            }
        }
    }
}

/// The partitioned models of which an operation chooses records by other columns only.
pub(super) fn unbounded(def: &'static ModelDef, op: &Op, scope: &Filter) -> Vec<PlanWarning> {
    match op {
        Op::List(query) | Op::Search { query, .. } | Op::Select { query, .. } | Op::Stream(query) => {
            of_filter(def, &query.filter, scope)
        }
        Op::Count { filter, .. } | Op::UpdateWhere { filter, .. } | Op::DeleteWhere { filter } => {
            of_filter(def, filter, scope)
        }
        Op::FullTextSearch(search) => of_filter(def, &search.filter, scope),
        Op::Report(report) | Op::StreamReport(report) => of_report(report),
        Op::Sql(sql) => {
            let sources = sql.checked.sources.iter().filter(|source| !source.asked.is_empty());
            let sources = sources.filter(|source| {
                let partition = source.model.layout().partition();
                partition.is_some_and(|position| !source.asked.contains(&position))
            });
            sources.filter_map(|source| warning(source.model)).collect()
        }
        Op::Explain(op) => unbounded(def, op, scope),
        _ => Vec::new(),
    }
}

fn of_filter(def: &'static ModelDef, filter: &Filter, scope: &Filter) -> Vec<PlanWarning> {
    let Some(column) = partition_column(def) else { return Vec::new() };
    let is_bounded = *filter == Filter::Everything || bounds(filter, column, false) || bounds(scope, column, false);
    if is_bounded { Vec::new() } else { warning(def).into_iter().collect() }
}

fn of_report(report: &Report) -> Vec<PlanWarning> {
    let joins = || report.sources.iter().filter_map(|source| source.join.as_ref()).map(|join| &join.on);
    if report.filter == Condition::Always {
        return Vec::new();
    }
    let unbounded = report.sources.iter().filter(|source| {
        let Some(column) = partition_column(source.relation.model) else { return false };
        let is_bounded = |condition| limits(condition, &source.relation, column);
        !is_bounded(&report.filter) && !joins().any(is_bounded)
    });
    unbounded.filter_map(|source| warning(source.relation.model)).collect()
}

fn partition_column(def: &'static ModelDef) -> Option<&'static str> {
    let layout = def.layout();
    layout.partition().map(|position| layout.columns()[position].path.as_str())
}

fn warning(def: &'static ModelDef) -> Option<PlanWarning> {
    partition_column(def).map(|field| PlanWarning::PartitionColumnOmitted { model: def.name, field })
}

/// Whether a filter, or its opposite, leaves no more than a part of the column's values.
fn bounds(filter: &Filter, column: &str, is_negated: bool) -> bool {
    let bounds = |filter: &Filter| bounds(filter, column, is_negated);
    match filter {
        Filter::Compare { field, comparison, .. } => {
            let comparison = if is_negated { comparison.opposite() } else { *comparison };
            field == column && comparison != Comparison::Ne
        }
        Filter::In { field, .. } | Filter::IsNull { field } => field == column && !is_negated,
        Filter::And(filters) if is_negated => filters.iter().all(bounds),
        Filter::And(filters) => filters.iter().any(bounds),
        Filter::Or(filters) if is_negated => filters.iter().any(bounds),
        Filter::Or(filters) => filters.iter().all(bounds),
        Filter::Not(filter) => self::bounds(filter, column, !is_negated),
        _ => false,
    }
}

/// [`bounds`] of a report's condition.
fn limits(condition: &Condition, source: &SourceRef, column: &str) -> bool {
    let is_column = |scalar: &Scalar| matches!(scalar, Scalar::Column(ColumnRef { source: of, field }) if of == source && field == column);
    match condition {
        Condition::Of(of, filter) => of == source && bounds(filter, column, false),
        Condition::Compare(left, comparison, right) => {
            *comparison != Comparison::Ne && (is_column(left) || is_column(right))
        }
        Condition::And(conditions) => conditions.iter().any(|condition| limits(condition, source, column)),
        Condition::Or(conditions) => conditions.iter().all(|condition| limits(condition, source, column)),
        _ => false,
    }
}
