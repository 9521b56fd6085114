//! [`PostgresQueryService`]: what PostgreSQL can, beyond what every backend can.
//!
//! Its operations take the same path as all others: authorised, scoped, masked.

mod dynamic;
mod search;
mod shared;

use futures::stream::{BoxStream, StreamExt as _};
use sqh_model::expr::{Column, Select};
use sqh_model::report::{OneDatabase, Reading};
use sqh_model::row::from_row;
use sqh_model::schema::PlatformModel;
use sqh_model::types::FieldType;
use sqh_model::types::family::Textual;
use sqh_model::{Error, Result};

pub use self::search::{DynamicSearch, Found};
use super::PlatformGroupRecordService;
use super::records::query_of;
use crate::op::{Op, Operation, Plan, Reply};
use crate::scope::Cx;

/// What PostgreSQL can, beyond what every backend can.
///
/// Get one from [`Platform::postgres`](crate::Platform::postgres). A clone is cheap.
#[derive(Debug, Clone)]
pub struct PostgresQueryService {
    pub(super) records: PlatformGroupRecordService,
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

    /// Groups of records and what is computed of each:
    /// `from::<AppLabResult>().aggregate((AppLabResult::TEST_TYPE, count(), avg(AppLabResult::VALUE)))`.
    ///
    /// ```no_run
    /// # use sqh_runtime::{Platform, scope::Tenant};
    /// use sqh_runtime::prelude::*;
    /// use sqh_runtime::report::{avg, count, from, month};
    ///
    /// # #[derive(PlatformModel)]
    /// # #[model(group = "lab")]
    /// # #[storage(postgres)]
    /// # pub struct AppLabResult {
    /// #     #[field(primary_key)]
    /// #     pub id: Uuid,
    /// #     pub test_type: String,
    /// #     pub value: f64,
    /// #     pub created_at: DateTime<Utc>,
    /// # }
    /// # async fn run(platform: Platform, cx: Cx<Tenant>) -> Result<()> {
    /// let months = from::<AppLabResult>().aggregate((
    ///     AppLabResult::TEST_TYPE,
    ///     month(AppLabResult::CREATED_AT).in_zone("Europe/Berlin"),
    ///     count(),
    ///     avg(AppLabResult::VALUE),
    /// ));
    /// for (test_type, month, n, mean) in platform.postgres().aggregate(&cx, months).await? {
    ///     println!("{test_type} {month}: {mean:.2} of {n}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `Denied` if a model of the report may not be listed, or if a field that is masked for the principal is
    /// more than shown; `Unsupported` if the records are in several databases, or in another system.
    pub async fn aggregate<S: OneDatabase, O>(
        &self,
        cx: &Cx<<S::Root as PlatformModel>::Scope>,
        report: Reading<S, O>,
    ) -> Result<Vec<O>> {
        self.report(cx, report).await
    }

    /// Records of several models that belong together:
    /// `from::<AppOrder>().inner_join(AppOrder::CUSTOMER_ID.equals(AppCustomer::ID)).select(…)`. The rules of
    /// each model decide which of its records take part.
    ///
    /// # Errors
    /// As [`aggregate`](Self::aggregate).
    pub async fn join_query<S: OneDatabase, O>(
        &self,
        cx: &Cx<<S::Root as PlatformModel>::Scope>,
        report: Reading<S, O>,
    ) -> Result<Vec<O>> {
        self.report(cx, report).await
    }

    /// Records with what the ones around them say: ranks, running sums, the value before.
    ///
    /// # Errors
    /// As [`aggregate`](Self::aggregate).
    pub async fn window_functions<S: OneDatabase, O>(
        &self,
        cx: &Cx<<S::Root as PlatformModel>::Scope>,
        report: Reading<S, O>,
    ) -> Result<Vec<O>> {
        self.report(cx, report).await
    }

    /// What a report gives, as it arrives, in bounded memory: no more is read of the server than is asked for.
    /// A report of a high-volume model's records needs no limit here. Dropped early, the stream closes its
    /// connection, and the server stops.
    ///
    /// # Errors
    /// As [`aggregate`](Self::aggregate); an error on the way is the stream's last item.
    pub async fn stream_report<S, O>(
        &self,
        cx: &Cx<<S::Root as PlatformModel>::Scope>,
        report: Reading<S, O>,
    ) -> Result<BoxStream<'static, Result<O>>>
    where
        S: OneDatabase,
        O: 'static,
    {
        let (report, read) = report.into_parts()?;
        let rows = self.run::<S::Root>(cx, Op::StreamReport(Box::new(report))).await?.into_stream()?;
        Ok(rows.map(move |row| read(&mut row?.into_iter())).boxed())
    }

    async fn report<S: OneDatabase, O>(
        &self,
        cx: &Cx<<S::Root as PlatformModel>::Scope>,
        report: Reading<S, O>,
    ) -> Result<Vec<O>> {
        let (report, read) = report.into_parts()?;
        let rows = self.run::<S::Root>(cx, Op::Report(Box::new(report))).await?.into_rows()?;
        rows.into_iter().map(|row| read(&mut row.into_iter())).collect()
    }

    /// How a report would be run, as [`explain_list`](Self::explain_list) says it of a list.
    ///
    /// # Errors
    /// As [`aggregate`](Self::aggregate); `Denied` without the permission `access:explain`.
    pub async fn explain_report<S: OneDatabase, O>(
        &self,
        cx: &Cx<<S::Root as PlatformModel>::Scope>,
        report: Reading<S, O>,
    ) -> Result<Plan> {
        let (report, _) = report.into_parts()?;
        self.explain::<S::Root>(cx, Op::Report(Box::new(report))).await
    }

    /// How a list would be run: the lines of PostgreSQL's `EXPLAIN`, which partitions are read, and a warning where
    /// a filter leaves out the column by which the table is partitioned. No record is read.
    ///
    /// # Errors
    /// As [`list`](PlatformGroupRecordService::list); `Denied` without the permission `access:explain`, since the
    /// planner's estimates are made of everybody's records; `Unsupported` if the backend is another.
    pub async fn explain_list<M: PlatformModel>(&self, cx: &Cx<M::Scope>, select: Select<M>) -> Result<Plan> {
        let op = Op::List(query_of(select)?);
        self.explain::<M>(cx, op).await
    }

    /// How a count would be run: which partitions it reads, by which indexes.
    ///
    /// # Errors
    /// As [`count`](PlatformGroupRecordService::count); `Denied` without the permission `access:explain`, since the
    /// planner's estimates are made of everybody's records; `Unsupported` if the backend is another.
    pub async fn explain_count<M: PlatformModel>(&self, cx: &Cx<M::Scope>, select: Select<M>) -> Result<Plan> {
        let op = Op::Count { filter: query_of(select)?.filter, estimate: false };
        self.explain::<M>(cx, op).await
    }

    async fn explain<M: PlatformModel>(&self, cx: &Cx<M::Scope>, op: Op) -> Result<Plan> {
        self.run::<M>(cx, Op::Explain(Box::new(op))).await?.into_plan().map(|plan| *plan)
    }

    async fn run<M: PlatformModel>(&self, cx: &Cx<M::Scope>, op: Op) -> Result<Reply> {
        self.records.run(cx, Operation { model: M::def(), op }).await
    }
}
