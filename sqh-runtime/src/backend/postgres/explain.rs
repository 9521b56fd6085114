//! How a reading operation would be run: the plan of the very statement that it would send.

use sqh_model::{Error, Result};
use sqlx::Row as _;

use super::run::Work;
use super::session::{Repeat, Session};
use super::statement::report::Owners;
use super::statement::{Encode, Inputs, Statement, filtered, similar, text_search};
use crate::op::Op;

impl Work<'_> {
    /// The lines of the plan of a statement that joins the rows of these owners.
    pub(super) async fn plan(
        &self,
        session: &mut Session<'_>,
        (statement, owners): (Statement, Option<Owners>),
    ) -> Result<Vec<String>> {
        let statement = statement.explained();
        let others = owners.as_ref().map(|owners| owners as &dyn Encode);
        let mut lines = Vec::new();
        session
            .each(&statement, Inputs { others, ..self.inputs() }, Repeat::IfLost, |row| {
                let line = row.try_get(0);
                lines.push(line.map_err(|source| Error::internal("the plan is no text").with_source(source))?);
                Ok(())
            })
            .await?;
        Ok(lines)
    }

    /// The statement of an operation, and whose rows it joins.
    pub(super) fn explained(&self, op: &Op) -> Result<(Statement, Option<Owners>)> {
        match op {
            Op::Report(report) => self.reported(report).map(|(statement, owners)| (statement, Some(owners))),
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
