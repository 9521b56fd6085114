//! How a reading operation would be run: the plan of the very statement that it would send.

use sqh_model::expr::lower::{Binds, quoted};
use sqh_model::types::FieldType as _;
use sqh_model::{Error, Result, Value};
use sqlx::Row as _;

use super::codec::RowCodec;
use super::partitions::unbounded;
use super::run::Work;
use super::session::{Repeat, Session};
use super::statement::report::{Owners, Source};
use super::statement::target::Target;
use super::statement::{Encode, Inputs, Statement, filtered, raw, similar, text_search};
use crate::op::{Op, Partitions, Plan, PlannedTable};

/// How many rows the planner expects, by its plan as JSON.
pub(super) async fn rows(session: &mut Session<'_>, statement: &Statement, inputs: Inputs<'_>) -> Result<u64> {
    let mut plan = serde_json::Value::Null;
    session
        .each(statement, inputs, Repeat::IfLost, |row| {
            plan = row.try_get(0).map_err(|source| Error::internal("the plan is no JSON").with_source(source))?;
            Ok(())
        })
        .await?;
    let rows = plan.pointer("/0/Plan/Plan Rows").and_then(serde_json::Value::as_f64);
    rows.map(|rows| rows as u64).ok_or_else(|| Error::internal("the plan says no number of rows"))
}

/// The lines of a plan.
pub(super) async fn lines(session: &mut Session<'_>, statement: &Statement, inputs: Inputs<'_>) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    session
        .each(statement, inputs, Repeat::IfLost, |row| {
            let line = row.try_get(0);
            lines.push(line.map_err(|source| Error::internal("the plan is no text").with_source(source))?);
            Ok(())
        })
        .await?;
    Ok(lines)
}

impl Work<'_> {
    /// How an operation would be run.
    pub(super) async fn plan(&self, session: &mut Session<'_>, op: &mut Op) -> Result<Plan> {
        let (statement, owners) = self.explained(op)?;
        let others = owners.as_ref().map(|owners| owners as &dyn Encode);
        let lines = lines(session, &statement.explained(), Inputs { others, ..self.inputs() }).await?;
        let mut tables = Vec::new();
        for source in self.sources()? {
            tables.push(self.planned(session, &source, &lines).await?);
        }
        Ok(Plan { lines, tables, warnings: unbounded(self.def, op, self.scope) })
    }

    async fn planned(&self, session: &mut Session<'_>, source: &Source<'_>, lines: &[String]) -> Result<PlannedTable> {
        let def = source.target.def;
        let placement = (!def.storage.shared).then_some(self.route.place().placement);
        let mut partitions = None;
        if def.layout().partition().is_some() {
            let of = self.partitions(session, &source.target).await?;
            let all = of.len();
            let is_read = |name: &String| lines.iter().any(|line| names(line, name));
            partitions = Some(Partitions { read: of.into_iter().filter(is_read).collect(), all });
        }
        Ok(PlannedTable { model: def.name, placement, rules: source.scope.clone(), partitions })
    }

    /// The names of a table's partitions.
    async fn partitions(&self, session: &mut Session<'_>, target: &Target<'_>) -> Result<Vec<String>> {
        let mut binds = Binds::behind(0);
        let table = format!("{}.{}", quoted(target.schema), quoted(target.def.table));
        let table = binds.free(String::DEF, Value::Text(table));
        let sql = format!(
            "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
             WHERE i.inhparent = {table}::regclass ORDER BY 1"
        );
        let nobodys = Target { tenant: None, ..*target };
        let reply = RowCodec::of_values(target.def, Vec::new());
        lines(session, &Statement::of_text(&nobodys, sql, reply, binds), Inputs::default()).await
    }

    /// The statement of an operation, and whose rows it joins.
    fn explained(&self, op: &Op) -> Result<(Statement, Option<Owners>)> {
        match op {
            Op::Report(report) => self.reported(report).map(|(statement, owners)| (statement, Some(owners))),
            Op::Sql(sql) => raw::select(sql, self.sources()?).map(|(statement, owners)| (statement, Some(owners))),
            op => self.reading(op).map(|statement| (statement, None)),
        }
    }

    fn reading(&self, op: &Op) -> Result<Statement> {
        let all = || (0..self.def.layout().columns().len()).collect::<Vec<_>>();
        match op {
            Op::List(query) => filtered::select(&self.target, query, self.scope, &all()),
            Op::Search { text, query } => {
                filtered::select(&self.target, &self.searched(text, query), self.scope, &all())
            }
            Op::FuzzySearch { column, text, limit } => similar::select(&self.target, *column, text, *limit, self.scope),
            Op::FullTextSearch(search) => text_search::select(&self.target, search, self.scope),
            Op::Select { query, columns } => filtered::select(&self.target, query, self.scope, columns),
            Op::Count { filter, .. } => filtered::count(&self.target, filter, self.scope),
            op => Err(Error::internal(format!("`{}` has no statement of its own to explain", op.name()))),
        }
    }
}

/// Whether a line of a plan says that a table is read.
fn names(line: &str, table: &str) -> bool {
    let read = line.split_once(" on ").map(|(_, rest)| rest.split(' ').next().unwrap_or_default());
    read.is_some_and(|read| read.trim_matches('"') == table)
}
