//! What each operation does, by itself or inside a transaction.

use std::sync::Arc;
use std::time::Duration;

use sqh_model::expr::lower::{Binds, search};
use sqh_model::expr::{Filter, Query};
use sqh_model::render::ddl::TenantColumns;
use sqh_model::report::Report;
use sqh_model::schema::{ColumnDef, ModelDef};
use sqh_model::types::json_form;
use sqh_model::{Error, Result, Row, Value};
use sqlx::Row as _;

use super::Inner;
use super::atomic::Atomic;
use super::bulk;
use super::explain;
use super::session::{Repeat, Session};
use super::statement::cache::Cache;
use super::statement::guard::{self, Guard};
use super::statement::keyed::Shape;
use super::statement::report::{self, Owners, Source};
use super::statement::target::{Owner, Target};
use super::statement::{Inputs, Statement, filtered, related, similar, text_search};
use crate::backend::{not_to_be_written, taken};
use crate::engine::{Joined, Route, Scoped};
use crate::op::{Op, Reply};

/// Below this estimate records are counted one by one: that costs little, and is exact.
const COUNT_EXACTLY_BELOW: u64 = 50_000;

/// An operation on its way: all of it but the connection.
pub(super) struct Work<'a> {
    pub(super) def: &'static ModelDef,
    pub(super) route: &'a Route,
    /// The table, for statements that read.
    pub(super) target: Target<'a>,
    /// Whose records they are, in row placement.
    pub(super) owner: Option<&'a Owner>,
    /// By which route they are written; `None` if they are not, or cannot move.
    pub(super) guard: Option<Guard<'a>>,
    /// What the operation may touch.
    pub(super) scope: &'a Filter,
    /// What every record must be once it is written.
    pub(super) check: &'a Filter,
    pub(super) cache: &'a Cache,
    /// The other models that it reads.
    pub(super) joined: &'a [Joined],
    pub(super) tenants: &'a TenantColumns,
}

/// Does what an operation says, and takes of it what can be taken once. After a stale route, which is
/// told before, the operation is whole.
pub(super) async fn run(session: &mut Session<'_>, backend: &Inner, scoped: &mut Scoped) -> Result<Reply> {
    let def = scoped.model();
    let (op, scope, check, route, joined) = scoped.parts();
    let (target, owner) = Target::of(def, route, &backend.tenants)?;
    let guard = Guard::of(route).filter(|_| op.is_write());
    let cache = &backend.statements;
    let tenants = &*backend.tenants;
    let work = Work { def, route, target, owner: owner.as_ref(), guard, scope, check, cache, joined, tenants };
    if let Op::Sql(sql) = &*op {
        return work.sql(session, sql).await.map(Reply::Table);
    }
    if let Some((explained, timeout)) = explained_sql(op) {
        return work.sql_plan(session, explained, timeout).await.map(|plan| Reply::Plan(Box::new(plan)));
    }
    // Row security reads the tenant from a setting of the transaction.
    let is_secured = (target.is_secured() || work.joins_secured()?) && !session.in_transaction;
    if is_secured || session.needs_transaction() || work.is_checked(op) {
        let atomic = work.begin(session).await?;
        let done = work.run(session, op).await;
        return atomic.end(session, def, done).await;
    }
    work.run(session, op).await
}

/// A caller's statement that is to be explained, and how long it may run.
fn explained_sql(op: &mut Op) -> Option<(&mut Op, Duration)> {
    let Op::Explain(explained) = op else { return None };
    let timeout = match &**explained {
        Op::Sql(sql) => sql.options.timeout,
        _ => return None,
    };
    Some((explained, timeout))
}

/// The tables of an operation: its own, whose rows of it and which, and those of the other models that it
/// reads.
pub(super) fn sources<'a>(
    (target, owner, scope): (Target<'a>, Option<Owner>, &'a Filter),
    joined: &'a [Joined],
    tenants: &'a TenantColumns,
) -> Result<Vec<Source<'a>>> {
    let joined = joined.iter().map(|joined| {
        let (target, owner) = Target::of(joined.model(), joined.route(), tenants)?;
        Ok(Source { target, owner, scope: joined.filter() })
    });
    std::iter::once(Ok(Source { target, owner, scope })).chain(joined).collect()
}

impl Work<'_> {
    async fn run(&self, session: &mut Session<'_>, op: &mut Op) -> Result<Reply> {
        Ok(match op {
            Op::Get { key } => Reply::Row(self.get(session, key).await?),
            Op::List(query) => Reply::Rows(self.select(session, query, None).await?),
            Op::Select { query, columns } => Reply::Rows(self.select(session, query, Some(columns)).await?),
            Op::Search { text, query } => Reply::Rows(self.select(session, &self.searched(text, query), None).await?),
            Op::FuzzySearch { column, text, limit } => {
                let statement = similar::select(&self.target, *column, text, *limit, self.scope)?;
                Reply::Rows(session.rows(&statement, self.inputs(), Repeat::IfLost).await?)
            }
            Op::FullTextSearch(search) => {
                let statement = text_search::select(&self.target, search, self.scope)?;
                Reply::Rows(session.rows(&statement, self.inputs(), Repeat::IfLost).await?)
            }
            Op::Related { values, .. } if values.is_empty() => Reply::Rows(Vec::new()),
            Op::Related { query, column, values } => {
                let statement = related::select(&self.target, query, *column, std::mem::take(values), self.scope)?;
                Reply::Rows(session.rows(&statement, self.inputs(), Repeat::IfLost).await?)
            }
            Op::Report(report) => {
                let (statement, owners) = self.reported(report)?;
                let inputs = Inputs { others: Some(&owners), ..self.inputs() };
                Reply::Rows(session.rows(&statement, inputs, Repeat::IfLost).await?)
            }
            Op::Explain(op) => Reply::Plan(Box::new(self.plan(session, op).await?)),
            Op::Count { filter, estimate } => Reply::Count(self.count(session, filter, *estimate).await?),
            Op::Create(row) => {
                let shape = Shape::Create { columns: self.said(row) };
                Reply::Row(self.write(session, shape, Inputs { row, ..self.inputs() }).await?)
            }
            Op::Upsert { row, conflict, keep } => Reply::Row(Some(self.upsert(session, row, conflict, keep).await?)),
            Op::Update { key, changes, version } => {
                Reply::Row(self.update(session, key, changes, version.as_ref()).await?)
            }
            Op::UpdateWhere { filter, changes } => Reply::Count(self.update_where(session, filter, changes).await?),
            Op::Delete { key, version } => Reply::Count(self.delete(session, key, version.as_ref()).await?),
            Op::DeleteWhere { filter } => {
                let statement = filtered::delete(&self.written(session), filter, self.scope)?;
                Reply::Count(session.affected(&statement, self.inputs()).await?)
            }
            // In a box, so that the small operations do not take its room.
            Op::BatchCreate { rows, returning } => Box::pin(bulk::create(self, session, rows, *returning)).await?,
            op => return Err(Error::internal(format!("`{}` is none of a session's operations", op.name()))),
        })
    }

    /// The statement of a report, and whose rows it joins.
    pub(super) fn reported(&self, report: &Report) -> Result<(Statement, Owners)> {
        report::select(report, self.sources()?)
    }

    /// The tables of an operation that reads several models.
    pub(super) fn sources(&self) -> Result<Vec<Source<'_>>> {
        sources((self.target, self.owner.cloned(), self.scope), self.joined, self.tenants)
    }

    // Row security reads the tenant from a setting of the transaction, whichever table it is on.
    fn joins_secured(&self) -> Result<bool> {
        for joined in self.joined {
            if Target::of(joined.model(), joined.route(), self.tenants)?.0.is_secured() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The table for a statement that writes. In a transaction the route was checked as it began.
    pub(super) fn written(&self, session: &Session<'_>) -> Target<'_> {
        Target { is_guarded: self.guard.is_some() && !session.in_transaction, ..self.target }
    }

    /// Begins what is kept together or not at all.
    pub(super) async fn begin(&self, session: &mut Session<'_>) -> Result<Atomic> {
        Atomic::begin(session, self.def, || guard::begin(self.route, self.guard.is_some())).await
    }

    /// The query of a search.
    pub(super) fn searched(&self, text: &str, query: &Query) -> Query {
        let mut query = query.clone();
        query.filter = query.filter.and(search(self.def, text));
        query
    }

    /// What every statement of the operation is given.
    pub(super) fn inputs(&self) -> Inputs<'_> {
        Inputs { owner: self.owner, guard: self.guard, ..Inputs::default() }
    }

    /// Refuses a record that the principal may not have written as it is.
    pub(super) fn check_written(&self, row: &Row) -> Result<()> {
        if *self.check == Filter::Everything || self.check.matches(self.def, row)? {
            return Ok(());
        }
        Err(not_to_be_written(self.def))
    }

    // What is written is checked before it is kept.
    fn is_checked(&self, op: &Op) -> bool {
        let writes_records = op.is_write() && !matches!(op, Op::Delete { .. } | Op::DeleteWhere { .. });
        writes_records && *self.check != Filter::Everything
    }

    fn keyed(&self, target: &Target<'_>, shape: Shape) -> Result<(Arc<Statement>, Binds)> {
        self.cache.keyed(target, shape, self.scope)
    }

    async fn get(&self, session: &mut Session<'_>, key: &[Value]) -> Result<Option<Row>> {
        let (statement, scope) = self.keyed(&self.target, Shape::Get { physical: self.is_physical(key) })?;
        let inputs = Inputs { key, scope: Some(&scope), ..self.inputs() };
        let mut rows = session.rows(&statement, inputs, Repeat::IfLost).await?;
        if rows.len() > 1 {
            return Err(self.ambiguous());
        }
        Ok(rows.pop())
    }

    async fn select(&self, session: &mut Session<'_>, query: &Query, columns: Option<&[usize]>) -> Result<Vec<Row>> {
        let all: Vec<usize>;
        let columns = match columns {
            Some(columns) => columns,
            None => {
                all = (0..self.def.layout().columns().len()).collect();
                &all
            }
        };
        let statement = filtered::select(&self.target, query, self.scope, columns)?;
        session.rows(&statement, self.inputs(), Repeat::IfLost).await
    }

    async fn count(&self, session: &mut Session<'_>, filter: &Filter, estimate: bool) -> Result<u64> {
        if estimate {
            let estimate = self.estimate(session, filter).await?;
            if estimate >= COUNT_EXACTLY_BELOW {
                return Ok(estimate);
            }
        }
        let statement = filtered::count(&self.target, filter, self.scope)?;
        let mut count = 0;
        session
            .each(&statement, self.inputs(), Repeat::IfLost, |row| {
                count = row.try_get::<i64, _>(0).map_err(unexpected)?;
                Ok(())
            })
            .await?;
        Ok(count.unsigned_abs())
    }

    async fn estimate(&self, session: &mut Session<'_>, filter: &Filter) -> Result<u64> {
        let statement = filtered::explain(&self.target, filter, self.scope)?;
        explain::rows(session, &statement, self.inputs()).await
    }

    async fn write(&self, session: &mut Session<'_>, shape: Shape, inputs: Inputs<'_>) -> Result<Option<Row>> {
        let (statement, scope) = self.keyed(&self.written(session), shape)?;
        let inputs = Inputs { scope: Some(&scope), ..inputs };
        let row = session.rows(&statement, inputs, Repeat::Never).await?.pop();
        if let Some(row) = &row {
            self.check_written(row)?;
        }
        Ok(row)
    }

    async fn upsert(&self, session: &mut Session<'_>, row: &Row, conflict: &[usize], keep: &[usize]) -> Result<Row> {
        let shape = Shape::Upsert { columns: self.said(row), conflict: conflict.into(), keep: keep.into() };
        let stored = self.write(session, shape, Inputs { row, ..self.inputs() }).await?;
        // There is one that the principal may not change, as there may be behind any constraint.
        let columns = self.def.layout().columns();
        stored.ok_or_else(|| taken(conflict.iter().map(|position| columns[*position].path.as_str())))
    }

    async fn update(
        &self,
        session: &mut Session<'_>,
        key: &[Value],
        changes: &Row,
        version: Option<&Value>,
    ) -> Result<Option<Row>> {
        let (physical, versioned) = (self.is_physical(key), version.is_some());
        let shape = Shape::Update { columns: self.changed(changes), physical, versioned };
        let inputs = Inputs { key, row: changes, version, ..self.inputs() };
        let updated = self.write(session, shape, inputs).await?;
        if updated.is_none() {
            self.explain_none(session, key, version).await?;
        }
        Ok(updated)
    }

    async fn delete(&self, session: &mut Session<'_>, key: &[Value], version: Option<&Value>) -> Result<u64> {
        let shape = Shape::Delete { physical: self.is_physical(key), versioned: version.is_some() };
        let (statement, scope) = self.keyed(&self.written(session), shape)?;
        let inputs = Inputs { key, version, scope: Some(&scope), ..self.inputs() };
        let deleted = session.affected(&statement, inputs).await?;
        if deleted == 0 {
            self.explain_none(session, key, version).await?;
        }
        Ok(deleted)
    }

    async fn update_where(&self, session: &mut Session<'_>, filter: &Filter, changes: &Row) -> Result<u64> {
        let is_checked = *self.check != Filter::Everything;
        let statement = filtered::update(&self.written(session), filter, self.scope, changes, is_checked)?;
        let inputs = Inputs { row: changes, ..self.inputs() };
        if !is_checked {
            return session.affected(&statement, inputs).await;
        }
        let mut count = 0;
        session
            .each(&statement, inputs, Repeat::Never, |row| {
                count += 1;
                self.check_written(&statement.reply.decode(row)?)
            })
            .await?;
        Ok(count)
    }

    /// Why no record was touched: there is none, or another version of it, or several. The record is
    /// read after the statement, and may have the expected version again.
    async fn explain_none(&self, session: &mut Session<'_>, key: &[Value], version: Option<&Value>) -> Result<()> {
        let layout = self.def.layout();
        let position = layout.role(|field| field.version);
        let is_ambiguous = !self.is_physical(key);
        let (Some(position), Some(expected)) = (position, version) else {
            return if is_ambiguous { self.get(session, key).await.map(drop) } else { Ok(()) };
        };
        match self.get(session, key).await? {
            None => Ok(()),
            Some(row) => {
                let column = &layout.columns()[position];
                let (expected, stored) = (shown(column, expected), shown(column, &row[position]));
                Err(Error::conflict(match expected == stored {
                    true => "it was changed meanwhile: try again".to_owned(),
                    false => format!("stale version: expected {expected}, stored {stored}"),
                }))
            }
        }
    }

    fn changed(&self, changes: &Row) -> Box<[usize]> {
        // The statement itself counts the version.
        let version = self.def.layout().role(|field| field.version);
        self.said(changes).into_iter().filter(|position| Some(*position) != version).collect()
    }

    /// The columns of which a row says something. The tenant's is not among them.
    pub(super) fn said(&self, row: &Row) -> Box<[usize]> {
        (0..row.len()).filter(|i| !row[*i].is_unset() && !self.target.is_tenant(*i)).collect()
    }

    fn is_physical(&self, key: &[Value]) -> bool {
        let layout = self.def.layout();
        let partition = layout.partition().filter(|position| !layout.key().contains(position));
        partition.is_none() || key.len() > layout.key().len()
    }

    fn ambiguous(&self) -> Error {
        let layout = self.def.layout();
        let partition = layout.partition().map_or("", |position| layout.columns()[position].path.as_str());
        Error::conflict(format!("several records have this key: add their `{partition}` to it"))
    }
}

fn shown(column: &ColumnDef, version: &Value) -> String {
    json_form::to_json(&column.ty, version).map_or_else(|_| "none".to_owned(), |json| json.to_string())
}

fn unexpected(source: sqlx::Error) -> Error {
    Error::internal("the server's reply is another than was asked for").with_source(source)
}
