//! Shared data: read by itself, and joined to the records of a tenant.

use futures::stream::{BoxStream, StreamExt as _};
use serde_json::{Map, Value as Json};
use sqh_model::expr::Select;
use sqh_model::report::{Reading, Report, ReportForm, Sources};
use sqh_model::schema::{LookupKey, PlatformModel};
use sqh_model::{Error, Result, Row};

use super::PostgresQueryService;
use super::dynamic::{columns, object};
use crate::op::{JoinPlan, JoinStep, JoinStrategy, Op, Operation, Reply, SharedJoin};
use crate::scope::{Cx, RecordScope, Shared, Tenant};

impl PostgresQueryService {
    /// Shared records that match, from a tenant's scope or from the shared one. There is no tenant in it, and
    /// always a principal: its rules hold as they do in [`Cx::shared`].
    ///
    /// # Errors
    /// As [`list`](crate::service::PlatformGroupRecordService::list).
    pub async fn list_shared<M, S>(&self, cx: &Cx<S>, select: Select<M>) -> Result<Vec<M>>
    where
        M: PlatformModel<Scope = Shared>,
        S: RecordScope,
    {
        self.records.list(&cx.in_shared(), select).await
    }

    /// The shared record with a key, as [`list_shared`](Self::list_shared) reads it.
    ///
    /// # Errors
    /// `NotFound` if there is none that the principal may see.
    pub async fn get_shared<M, S>(&self, cx: &Cx<S>, key: impl LookupKey<M>) -> Result<M>
    where
        M: PlatformModel<Scope = Shared>,
        S: RecordScope,
    {
        self.records.get(&cx.in_shared(), key).await
    }

    /// A report on records of the tenant and on shared ones, as [`aggregate`](Self::aggregate) and
    /// [`join_query`](Self::join_query) run it where all records are in one database: joins, filters, groups, order
    /// and limit mean the same.
    ///
    /// The two are in different databases. The rows of one side, no more columns of them than the report names
    /// and no more records than it can use, are sent to the other one, where the report runs; the planners'
    /// estimates say which side that is, and [`explain_join_shared`](Self::explain_join_shared) says what they said.
    /// Each side is read at a time of its own: there is no snapshot of both.
    ///
    /// ```no_run
    /// # use sqh_runtime::{Platform, scope::Tenant};
    /// use sqh_runtime::prelude::*;
    /// use sqh_runtime::report::{avg, count, from};
    ///
    /// #[derive(PlatformModel)]
    /// #[model(group = "water")]
    /// #[storage(postgres, shared)]
    /// pub struct AppStation {
    ///     #[field(primary_key)]
    ///     pub code: String,
    ///     pub basin: String,
    /// }
    ///
    /// #[derive(PlatformModel)]
    /// #[model(group = "lab")]
    /// #[storage(postgres)]
    /// pub struct AppSample {
    ///     #[field(primary_key)]
    ///     pub id: i64,
    ///     pub station: String,
    ///     pub value: f64,
    /// }
    ///
    /// # async fn run(platform: Platform, cx: Cx<Tenant>) -> Result<()> {
    /// // The tenant's samples by the basin of their stations, which everybody shares.
    /// let basins = from::<AppSample>()
    ///     .inner_join(AppSample::STATION.equals(AppStation::CODE))
    ///     .aggregate((AppStation::BASIN, count(), avg(AppSample::VALUE)))
    ///     .order_by(count().desc())
    ///     .limit(10);
    /// for (basin, n, mean) in platform.postgres().join_shared(&cx, basins).await? {
    ///     println!("{basin}: {mean:.2} of {n}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`aggregate`](Self::aggregate), where each model's rules are asked in its own scope. `Unsupported` if
    /// neither side can be sent, since something is asked of a type that is the database's own on both;
    /// `Invalid` if more than 64 MiB would be sent.
    pub async fn join_shared<S: Sources, O>(&self, cx: &Cx<Tenant>, report: Reading<S, O>) -> Result<Vec<O>> {
        self.join_shared_by(cx, report, JoinStrategy::Auto).await
    }

    /// [`join_shared`](Self::join_shared) by one way, whatever the planners expect.
    ///
    /// # Errors
    /// As [`join_shared`](Self::join_shared); `Unsupported`, naming the field, if this side cannot be sent.
    pub async fn join_shared_by<S: Sources, O>(
        &self,
        cx: &Cx<Tenant>,
        report: Reading<S, O>,
        strategy: JoinStrategy,
    ) -> Result<Vec<O>> {
        let (report, read) = report.into_parts()?;
        let rows = self.join(cx, SharedJoin { report, strategy, is_streamed: false }).await?;
        rows.into_iter().map(|row| read(&mut row.into_iter())).collect()
    }

    /// The rows of a join as they arrive, in bounded memory whatever there is: a page of the tenant's records is sent
    /// to the shared database at a time, in the order of their keys, and what is joined to it comes back. The
    /// report begins with the tenant's records and joins shared ones to them; it has neither groups, windows, an order
    /// nor a limit.
    ///
    /// Each page is read when the rows before it have been taken: what is written meanwhile may be in it.
    ///
    /// # Errors
    /// `Invalid` if the report has what needs all rows; `Unsupported` if it joins more of the tenant's, or shared
    /// records are the first; and as [`join_shared`](Self::join_shared). An error on the way is the stream's last item.
    pub async fn join_shared_stream<S: Sources, O: 'static>(
        &self,
        cx: &Cx<Tenant>,
        report: Reading<S, O>,
    ) -> Result<BoxStream<'static, Result<O>>> {
        let (report, read) = report.into_parts()?;
        if databases(&report) != (true, true) {
            return Err(Error::unsupported("all records are in one database: use `join_query`"));
        }
        let join = SharedJoin { report, strategy: JoinStrategy::ShipTenantRows, is_streamed: true };
        let rows = self.run_join(cx, join, |op| op).await?.into_stream()?;
        Ok(rows.map(move |row| row.and_then(|row| read(&mut row.into_iter()))).boxed())
    }

    /// How a join would be run: which side is sent and why, how many rows of each are expected, and the plan of
    /// each statement. What is sent is read for it, since the plan of the last statement depends on it; the
    /// join itself is not run.
    ///
    /// # Errors
    /// As [`join_shared_by`](Self::join_shared_by); `Denied` without the permission `access:explain`, in the tenant
    /// and in the shared scope.
    pub async fn explain_join_shared<S: Sources, O>(
        &self,
        cx: &Cx<Tenant>,
        report: Reading<S, O>,
        strategy: JoinStrategy,
    ) -> Result<JoinPlan> {
        let (report, _) = report.into_parts()?;
        self.explain_join(cx, SharedJoin { report, strategy, is_streamed: false }).await
    }

    /// [`join_shared_by`](Self::join_shared_by) by names, in the words of [`join_dyn`](Self::join_dyn). A model of
    /// another group than the first is named with it: `water/AppStation`.
    ///
    /// # Errors
    /// As [`join_dyn`](Self::join_dyn), and as [`join_shared_by`](Self::join_shared_by).
    pub async fn join_shared_dyn(
        &self,
        cx: &Cx<Tenant>,
        group: &str,
        model: &str,
        report: &Json,
        strategy: JoinStrategy,
    ) -> Result<Vec<Map<String, Json>>> {
        let report = self.read(group, model, ReportForm::Join, report)?;
        let columns = columns(&report);
        let rows = self.join(cx, SharedJoin { report, strategy, is_streamed: false }).await?;
        rows.iter().map(|row| object(&columns, row)).collect()
    }

    /// [`explain_join_shared`](Self::explain_join_shared) by names.
    ///
    /// # Errors
    /// As [`join_shared_dyn`](Self::join_shared_dyn), and as [`explain_join_shared`](Self::explain_join_shared).
    pub async fn explain_join_shared_dyn(
        &self,
        cx: &Cx<Tenant>,
        group: &str,
        model: &str,
        report: &Json,
        strategy: JoinStrategy,
    ) -> Result<JoinPlan> {
        let report = self.read(group, model, ReportForm::Join, report)?;
        self.explain_join(cx, SharedJoin { report, strategy, is_streamed: false }).await
    }

    async fn join(&self, cx: &Cx<Tenant>, join: SharedJoin) -> Result<Vec<Row>> {
        self.run_join(cx, join, |op| op).await?.into_rows()
    }

    async fn explain_join(&self, cx: &Cx<Tenant>, join: SharedJoin) -> Result<JoinPlan> {
        let strategy = join.strategy;
        match self.run_join(cx, join, |op| Op::Explain(Box::new(op))).await? {
            Reply::Plan(plan) => Ok(JoinPlan {
                strategy,
                why: "all records are in one database".to_owned(),
                sources: Vec::new(),
                steps: vec![JoinStep { what: "the whole report".to_owned(), plan: plan.lines }],
            }),
            reply => reply.into_join_plan().map(|plan| *plan),
        }
    }

    async fn run_join(&self, cx: &Cx<Tenant>, join: SharedJoin, wrap: fn(Op) -> Op) -> Result<Reply> {
        let model = join.model();
        match databases(&join.report) {
            (true, true) => self.records.run(cx, Operation { model, op: wrap(Op::JoinShared(Box::new(join))) }).await,
            (_, is_shared) => {
                let operation = Operation { model: join.report.root(), op: wrap(Op::Report(Box::new(join.report))) };
                match is_shared {
                    true => self.records.run(&cx.shared(), operation).await,
                    false => self.records.run(cx, operation).await,
                }
            }
        }
    }
}

/// Whether a report is on records of tenants, and whether it is on shared ones.
fn databases(report: &Report) -> (bool, bool) {
    let has = |is_shared| report.sources.iter().any(|source| source.relation.model.storage.shared == is_shared);
    (has(false), has(true))
}
