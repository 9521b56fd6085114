//! [`PostgresQueryService`]: what PostgreSQL can, beyond what every backend can.
//!
//! Its operations take the same path as all others: authorised, scoped, masked.

use sqh_model::expr::{Column, Select};
use sqh_model::row::from_row;
use sqh_model::schema::PlatformModel;
use sqh_model::types::FieldType;
use sqh_model::types::family::Textual;
use sqh_model::{Error, Result};

use super::PlatformGroupRecordService;
use super::records::query_of;
use crate::op::{Op, Operation, Reply};
use crate::scope::Cx;

/// What PostgreSQL can, beyond what every backend can.
///
/// Get one from [`Platform::postgres`](crate::Platform::postgres). A clone is cheap.
#[derive(Debug, Clone)]
pub struct PostgresQueryService {
    records: PlatformGroupRecordService,
}

impl PostgresQueryService {
    pub(crate) fn new(records: PlatformGroupRecordService) -> Self {
        Self { records }
    }

    /// The records whose column, or words in it, are like a text, the most similar first: by trigrams
    /// (`pg_trgm`), without regard to case.
    ///
    /// The column needs a trigram index:
    /// `#[index(columns = ["name"], using = "gin", ops = "gin_trgm_ops")]`.
    ///
    /// ```no_run
    /// # use sqh_runtime::{Platform, scope::Shared};
    /// use sqh_runtime::prelude::*;
    ///
    /// #[derive(PlatformModel)]
    /// #[model(group = "water")]
    /// #[storage(postgres, shared)]
    /// #[index(columns = ["name"], using = "gin", ops = "gin_trgm_ops")]
    /// pub struct AppGauge {
    ///     #[field(primary_key)]
    ///     pub code: String,
    ///     pub name: String,
    /// }
    ///
    /// # async fn run(platform: Platform, cx: Cx<Shared>) -> Result<()> {
    /// let found = platform.postgres().fuzzy_search(&cx, AppGauge::NAME, "shenandoa rivr", 5).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `Invalid` if the column has no trigram index; `Unsupported` if the backend is another;
    /// `Denied` if the field is masked for the principal.
    pub async fn fuzzy_search<M, T>(
        &self,
        cx: &Cx<M::Scope>,
        column: Column<M, T>,
        text: impl Into<String>,
        limit: u64,
    ) -> Result<Vec<M>>
    where
        M: PlatformModel,
        T: FieldType<Family: Textual>,
    {
        let path = column.path().joined();
        let column = M::def().layout().position(&path).ok_or_else(|| {
            Error::internal("the derive makes columns of fields only").in_field(&path).in_model(M::def().name)
        })?;
        let op = Op::FuzzySearch { column, text: text.into(), limit };
        self.run::<M>(cx, op).await?.into_rows()?.into_iter().map(from_row).collect()
    }

    /// How a list would be run, as the lines of PostgreSQL's `EXPLAIN`. Nothing is read.
    ///
    /// # Errors
    /// As [`list`](PlatformGroupRecordService::list); `Denied` without the permission `access:explain`, since the
    /// planner's estimates are made of everybody's records; `Unsupported` if the backend is another.
    pub async fn explain_list<M: PlatformModel>(&self, cx: &Cx<M::Scope>, select: Select<M>) -> Result<Vec<String>> {
        let op = Op::List(query_of(select)?);
        self.explain::<M>(cx, op).await
    }

    /// How a count would be run: which partitions it reads, by which indexes.
    ///
    /// # Errors
    /// As [`count`](PlatformGroupRecordService::count); `Denied` without the permission `access:explain`, since the
    /// planner's estimates are made of everybody's records; `Unsupported` if the backend is another.
    pub async fn explain_count<M: PlatformModel>(&self, cx: &Cx<M::Scope>, select: Select<M>) -> Result<Vec<String>> {
        let op = Op::Count { filter: query_of(select)?.filter, estimate: false };
        self.explain::<M>(cx, op).await
    }

    async fn explain<M: PlatformModel>(&self, cx: &Cx<M::Scope>, op: Op) -> Result<Vec<String>> {
        self.run::<M>(cx, Op::Explain(Box::new(op))).await?.into_plan()
    }

    async fn run<M: PlatformModel>(&self, cx: &Cx<M::Scope>, op: Op) -> Result<Reply> {
        self.records.run(cx, Operation { model: M::def(), op }).await
    }
}
