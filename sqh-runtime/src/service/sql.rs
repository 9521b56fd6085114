//! Statements that callers have written themselves.

use serde_json::{Map, Value as Json};
use sqh_model::types::{TypeDef, json_form};
use sqh_model::{Error, Result};

use super::PostgresQueryService;
use crate::op::{Op, Operation, Plan, Table};
use crate::scope::{Cx, RecordScope};
use crate::sql::{RawSql, SqlRow};

impl PostgresQueryService {
    /// What a statement replies, as tuples:
    /// `raw_sql::<(String, i64)>(&cx, "SELECT test_type, count(*) FROM AppLabResult GROUP BY test_type")`.
    ///
    /// Tables are models, by their names or those of their tables; columns are their fields. Each table holds
    /// what the principal may read of the tenant's records, with masks where fields are hidden. The statement
    /// is parsed, all that is not on a list is refused, and what is sent is written anew: see [`sql`](crate::sql).
    /// It runs in a transaction that only reads, within the limits of
    /// [`SqlOptions`](crate::sql::SqlOptions).
    ///
    /// ```no_run
    /// # use sqh_runtime::{Platform, scope::Tenant};
    /// use sqh_runtime::prelude::*;
    /// use sqh_runtime::sql::RawSql;
    ///
    /// # async fn run(platform: Platform, cx: Cx<Tenant>) -> Result<()> {
    /// let sql = RawSql::new(
    ///     "SELECT test_type, count(*) FROM AppLabResult WHERE test_type IN (:types) GROUP BY test_type",
    /// );
    /// let sql = sql.set("types", vec!["pH".to_owned(), "iron".to_owned()]);
    /// let counts: Vec<(String, i64)> = platform.postgres().raw_sql(&cx, sql).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `Invalid` for what is refused, saying why, for columns that are not of the types that are read, and beyond
    /// the limits; `Denied` if a model may not be listed, or if a field that is masked for the principal is more
    /// than shown; `Unsupported` if the records are in several databases, or in another system.
    pub async fn raw_sql<R: SqlRow>(&self, cx: &Cx<impl RecordScope>, sql: impl Into<RawSql>) -> Result<Vec<R>> {
        let (_, table) = self.run_sql(cx, sql.into(), Some(R::types())).await?;
        table.rows.into_iter().map(|row| R::read(row.into_iter())).collect()
    }

    /// [`raw_sql`](Self::raw_sql) with rows of any shape: objects by the names of the columns.
    ///
    /// # Errors
    /// As [`raw_sql`](Self::raw_sql); `Invalid` if two columns have one name.
    pub async fn raw_sql_dyn(
        &self,
        cx: &Cx<impl RecordScope>,
        sql: impl Into<RawSql>,
    ) -> Result<Vec<Map<String, Json>>> {
        let (names, Table { types, rows }) = self.run_sql(cx, sql.into(), None).await?;
        let object = |row: Vec<_>| {
            let values = row.iter().zip(&types).zip(&names);
            let member = |((value, ty), name): ((_, &TypeDef), &String)| {
                json_form::to_json(ty, value).map(|json| (name.clone(), json))
            };
            values.map(member).collect()
        };
        rows.into_iter().map(object).collect()
    }

    /// How a statement would be run, as [`explain_list`](Self::explain_list) says it of a list.
    ///
    /// # Errors
    /// As [`raw_sql`](Self::raw_sql); `Denied` without the permission `access:explain`.
    pub async fn explain_raw_sql(&self, cx: &Cx<impl RecordScope>, sql: impl Into<RawSql>) -> Result<Plan> {
        let sql = sql.into().check(&self.records.engine.registry, None)?;
        let model = sql.checked.sources[0].model;
        let op = Op::Explain(Box::new(Op::Sql(Box::new(sql))));
        self.records.run(cx, Operation { model, op }).await?.into_plan().map(|plan| *plan)
    }

    async fn run_sql<S>(
        &self,
        cx: &Cx<S>,
        sql: RawSql,
        expected: Option<Vec<TypeDef>>,
    ) -> Result<(Vec<String>, Table)> {
        let is_by_name = expected.is_none();
        let sql = sql.check(&self.records.engine.registry, expected)?;
        let (names, model) = (sql.checked.columns.clone(), sql.checked.sources[0].model);
        if is_by_name && let Some(name) = (1..names.len()).find(|i| names[..*i].contains(&names[*i])) {
            let name = &names[name];
            return Err(Error::invalid(format!("two columns are called `{name}`: write AS and another name")));
        }
        let reply = self.records.run(cx, Operation { model, op: Op::Sql(Box::new(sql)) }).await?;
        Ok((names, reply.into_table()?))
    }
}
