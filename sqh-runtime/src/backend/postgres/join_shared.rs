//! A report on records of a tenant and on shared ones: the rows of one side are sent to the database of the
//! other, where the very statement runs that would run in one database.
//!
//! So nothing of a report is computed here, and it means what it means elsewhere: nulls join nothing,
//! limits come behind the join. Each side is read by its own role, in its own route, as far as its
//! rules let the principal read; [`plan`] decides which side is sent. At no time are two connections
//! held: whoever holds one and waits for another could wait for ever.

mod plan;
mod side;
mod stream;

use std::sync::Arc;

use sqh_model::expr::Filter;
use sqh_model::report::{ColumnRef, Condition, KeyColumn, Reduction, Report, Scalar};
use sqh_model::{Error, Result, Row, Value};

use self::plan::Decision;
use self::side::{Home, Side, Sides};
use self::stream::Pages;
use super::Inner;
use super::explain;
use super::session::Repeat;
use super::statement::report::{Sent, Source, Table, select_of};
use super::statement::shipment::{Shipment, keys};
use super::statement::target::Target;
use super::statement::{Inputs, Statement};
use crate::engine::Scoped;
use crate::op::{JoinPlan, JoinStep, JoinedSource, Op, Reply, SharedJoin};

/// How many different keys are sent at most, so that fewer rows come back.
const MOST_KEYS: usize = 100_000;

/// Runs a join of two databases, or tells how it would be run.
pub(super) async fn run(backend: &Arc<Inner>, scoped: &mut Scoped) -> Result<Reply> {
    let (op, filter, _, route, joined) = scoped.parts();
    let is_explained = matches!(op, Op::Explain(_));
    let join = asked(op)?;
    let home = Home { route, filter };
    if join.is_streamed {
        return Ok(Reply::Stream(Pages::new(backend, join, home, joined)?.into_rows()));
    }
    let sides = Sides::of(backend, join, home, joined)?;
    if is_explained {
        let plan = sides.explain(join).await?;
        return Ok(Reply::JoinPlan(Box::new(plan)));
    }
    let decision = sides.decide(join.strategy, false).await?;
    let ready = sides.ship(&decision).await?;
    sides.finish(&ready).await.map(Reply::Rows)
}

fn asked(op: &Op) -> Result<&SharedJoin> {
    match op {
        Op::JoinShared(join) => Ok(join),
        Op::Explain(op) => asked(op),
        other => Err(Error::internal(format!("`{}` is of one database", other.name()))),
    }
}

/// A join of which one side has been read.
struct Ready {
    report: Report,
    /// The rows that are sent, for each source.
    sent: Vec<Option<Shipment>>,
    /// Where it runs.
    at: Side,
}

impl Sides<'_> {
    /// Reads what is to be sent.
    async fn ship(&self, decision: &Decision) -> Result<Ready> {
        let mut report = self.report.clone();
        let mut filters: Vec<Filter> = self.sources.iter().map(|source| source.part.filter.clone()).collect();
        if !decision.reductions.is_empty() {
            for (reduction, values) in self.keys(decision).await? {
                if reduction.keeps_unmatched {
                    report.filter = report.filter.and(self.is_null_or_in(reduction.by, values.clone()));
                }
                let KeyColumn { source, position } = reduction.of;
                let field = self.sources[source].def.layout().columns()[position].path.as_str().into();
                let filter = std::mem::take(&mut filters[source]);
                filters[source] = filter.and(Filter::In { field, values });
            }
        }
        let sent = self.read(decision.sent, &filters).await?;
        Ok(Ready { report, sent, at: decision.sent.other() })
    }

    /// The values by which what is sent is reduced, for each reduction of which there are not too many.
    async fn keys(&self, decision: &Decision) -> Result<Vec<(Reduction, Vec<Value>)>> {
        let by = decision.sent.other();
        let mut lease = self.lease(by).await?;
        let mut open = self.open(&mut lease, by).await?;
        let work = async {
            let mut found = Vec::new();
            for reduction in &decision.reductions {
                let source = &self.sources[reduction.by.source];
                let (target, owner) = Target::of(source.def, source.route, &self.backend.tenants)?;
                let statement = keys(&target, reduction.by.position, &source.part.filter, source.scope)?;
                let inputs = Inputs { owner: owner.as_ref(), ..Inputs::default() };
                let mut values: Vec<Value> = Vec::new();
                open.session
                    .each(&statement, inputs, Repeat::IfLost, |row| {
                        // One more than can be used says that they cannot.
                        if values.len() <= MOST_KEYS {
                            values.extend(statement.reply.decode(row)?);
                        }
                        Ok(())
                    })
                    .await?;
                if values.len() <= MOST_KEYS {
                    found.push((*reduction, values));
                }
            }
            Ok(found)
        };
        let done = work.await;
        open.end(done).await
    }

    /// What has come meanwhile has a key of which nothing was asked: it has no partner here, and may have one.
    /// It is left out, as it would be a moment earlier.
    fn is_null_or_in(&self, key: KeyColumn, values: Vec<Value>) -> Condition {
        let relation = &self.report.sources[key.source].relation;
        let field = relation.model.layout().columns()[key.position].path.clone();
        let reference = ColumnRef { source: relation.clone(), field: field.clone().into() };
        let is_in = Condition::Of(relation.clone(), Filter::In { field: field.into(), values });
        Condition::IsNull(Scalar::Column(reference)).or(is_in)
    }

    /// Reads the rows of a side.
    async fn read(&self, side: Side, filters: &[Filter]) -> Result<Vec<Option<Shipment>>> {
        let mut lease = self.lease(side).await?;
        let mut open = self.open(&mut lease, side).await?;
        let work = async {
            let mut sent = Vec::new();
            for (source, filter) in self.sources.iter().zip(filters) {
                if source.side != side {
                    sent.push(None);
                    continue;
                }
                let (target, owner) = Target::of(source.def, source.route, &self.backend.tenants)?;
                let mut shipment = Shipment::new(source.def, &source.part.columns)?;
                let statement = shipment.reading(&target, filter, source.scope)?;
                let inputs = Inputs { owner: owner.as_ref(), ..Inputs::default() };
                open.session.each(&statement, inputs, Repeat::IfLost, |row| shipment.push(row)).await?;
                sent.push(Some(shipment));
            }
            Ok(sent)
        };
        let done = work.await;
        open.end(done).await
    }

    /// Runs the report where the other side is.
    async fn finish(&self, ready: &Ready) -> Result<Vec<Row>> {
        let tables = self.tables(&ready.sent)?;
        let (statement, sent) = select_of(&ready.report, &tables)?;
        let statement = statement.once();
        let mut lease = self.lease(ready.at).await?;
        let mut open = self.open(&mut lease, ready.at).await?;
        let done = open.session.rows(&statement, inputs(&tables, &sent), Repeat::IfLost).await;
        open.end(done).await
    }

    fn tables<'b>(&'b self, sent: &'b [Option<Shipment>]) -> Result<Vec<Table<'b>>> {
        let tables = self.sources.iter().zip(sent).map(|(source, sent)| match sent {
            Some(shipment) => Ok(Table::Sent(shipment)),
            None => {
                let (target, owner) = Target::of(source.def, source.route, &self.backend.tenants)?;
                Ok(Table::Stored(Source { target, owner, scope: source.scope }))
            }
        });
        tables.collect()
    }

    /// How the join would be run. What would be sent is read, since the plan of the rest depends on it.
    async fn explain(&self, join: &SharedJoin) -> Result<JoinPlan> {
        let decision = self.decide(join.strategy, true).await?;
        let ready = self.ship(&decision).await?;
        let mut steps = self.plans_of_reading(&decision).await?;
        let tables = self.tables(&ready.sent)?;
        let (statement, sent) = select_of(&ready.report, &tables)?;
        let plan = self.plan_of(ready.at, statement.once(), inputs(&tables, &sent)).await?;
        let rows: usize = ready.sent.iter().flatten().map(Shipment::rows).sum();
        steps.push(JoinStep { what: format!("join in {}, with {rows} rows sent", ready.at), plan });
        let sources = self.sources.iter().zip(&decision.expected).map(|(source, expected)| JoinedSource {
            name: source.name.clone(),
            is_shared: source.side == Side::Shared,
            rows: expected.rows,
            sent: (source.side == decision.sent).then_some(expected.sent),
        });
        Ok(JoinPlan { strategy: decision.strategy(), why: decision.why, sources: sources.collect(), steps })
    }

    async fn plans_of_reading(&self, decision: &Decision) -> Result<Vec<JoinStep>> {
        let mut steps = Vec::new();
        for source in self.sources.iter().filter(|source| source.side == decision.sent) {
            let (target, owner) = Target::of(source.def, source.route, &self.backend.tenants)?;
            let shipment = Shipment::new(source.def, &source.part.columns)?;
            let statement = shipment.reading(&target, &source.part.filter, source.scope)?;
            let inputs = Inputs { owner: owner.as_ref(), ..Inputs::default() };
            let plan = self.plan_of(source.side, statement, inputs).await?;
            let keys =
                decision.reductions.iter().any(|reduction| self.sources[reduction.of.source].name == source.name);
            let keys = if keys { ", of the keys on the other side" } else { "" };
            steps.push(JoinStep { what: format!("read `{}` in {}{keys}", source.name, source.side), plan });
        }
        Ok(steps)
    }

    async fn plan_of(&self, side: Side, statement: Statement, inputs: Inputs<'_>) -> Result<Vec<String>> {
        let mut lease = self.lease(side).await?;
        let mut open = self.open(&mut lease, side).await?;
        let done = explain::lines(&mut open.session, &statement.explained(), inputs).await;
        open.end(done).await
    }
}

/// What the statement of a report is given: the key of the first of its tables, and what comes along.
fn inputs<'a>(tables: &'a [Table<'_>], sent: &'a Sent<'_>) -> Inputs<'a> {
    let first = tables.iter().find_map(|table| match table {
        Table::Stored(source) => Some(source.owner.as_ref()),
        Table::Sent(_) => None,
    });
    Inputs { owner: first.flatten(), others: Some(sent), ..Inputs::default() }
}
