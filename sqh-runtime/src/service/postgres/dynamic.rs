//! What PostgreSQL can, by names: reports, fuzzy searches and plans for tools that know no structs.

use futures::stream::{BoxStream, StreamExt as _};
use serde_json::{Map, Value as Json};
use sqh_model::report::{Report, ReportForm, report_from_json};
use sqh_model::schema::ModelDef;
use sqh_model::types::TypeDef;
use sqh_model::types::json_form::to_json;
use sqh_model::{Error, Result, Row};

use super::PostgresQueryService;
use crate::op::{Op, Plan};
use crate::scope::{Cx, RecordScope};
use crate::service::DynamicQuery;

impl PostgresQueryService {
    /// [`aggregate`](Self::aggregate) by names: [`report_from_json`] has the grammar. A row is an object of
    /// the columns in order.
    ///
    /// ```no_run
    /// # use sqh_runtime::{Platform, Result, scope::{Cx, Tenant}};
    /// use serde_json::json;
    ///
    /// # async fn run(platform: Platform, cx: Cx<Tenant>) -> Result<()> {
    /// let report = json!({
    ///     "group_by": ["test_type", {"month": "created_at", "zone": "Europe/Berlin"}],
    ///     "metrics": {"n": "count", "mean": {"avg": "value"}},
    ///     "having": {"n": {"gt": 10}},
    ///     "order": ["-mean"],
    /// });
    /// for row in platform.postgres().aggregate_dyn(&cx, "lab", "AppLabResult", &report).await? {
    ///     println!("{} of {}: {}", row["month"], row["test_type"], row["mean"]);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `Invalid`, naming the argument: ``in `metrics.mean.avg`: …``; and as [`aggregate`](Self::aggregate).
    pub async fn aggregate_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        report: &Json,
    ) -> Result<Vec<Map<String, Json>>> {
        self.report_dyn(cx, group, model, ReportForm::Aggregate, report).await
    }

    /// [`join_query`](Self::join_query) by names: `{"joins": [{"left": "AppCustomer"}], "select": ["id",
    /// "AppCustomer.name"]}`.
    ///
    /// # Errors
    /// As [`aggregate_dyn`](Self::aggregate_dyn).
    pub async fn join_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        report: &Json,
    ) -> Result<Vec<Map<String, Json>>> {
        self.report_dyn(cx, group, model, ReportForm::Join, report).await
    }

    /// [`window_functions`](Self::window_functions) by names: `{"select": ["id"], "windows": {"rank": {"rank":
    /// [], "order": ["-value"]}}}`.
    ///
    /// # Errors
    /// As [`aggregate_dyn`](Self::aggregate_dyn).
    pub async fn window_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        report: &Json,
    ) -> Result<Vec<Map<String, Json>>> {
        self.report_dyn(cx, group, model, ReportForm::Window, report).await
    }

    /// [`stream_report`](Self::stream_report) by names, of each form of report.
    ///
    /// # Errors
    /// As [`aggregate_dyn`](Self::aggregate_dyn); an error on the way is the stream's last item.
    pub async fn stream_report_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        form: ReportForm,
        report: &Json,
    ) -> Result<BoxStream<'static, Result<Map<String, Json>>>> {
        let report = self.read(group, model, form, report)?;
        let (def, columns) = (report.root(), columns(&report));
        let rows = self.records.run_dyn(cx, def, Op::StreamReport(Box::new(report))).await?.into_stream()?;
        Ok(rows.map(move |row| object(&columns, &row?)).boxed())
    }

    /// [`fuzzy_search`](Self::fuzzy_search) by names.
    ///
    /// # Errors
    /// `NotFound` for a group or a model, `Invalid` for a field that there is not; and as
    /// [`fuzzy_search`](Self::fuzzy_search).
    pub async fn fuzzy_search_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        field: &str,
        text: &str,
        limit: u64,
    ) -> Result<Vec<Json>> {
        let records = &self.records;
        let def = records.engine.registry.find(group, model)?;
        // What a filter knows by this name, it says of a name that it does not know too.
        let name = Map::from_iter([(field.to_owned(), Json::Null)]);
        let filter = sqh_model::expr::filter_from_json(def, &Json::Object(name))?;
        let column = match filter.fields().as_slice() {
            [path] => def.layout().position(path),
            _ => None,
        };
        let column =
            column.ok_or_else(|| Error::invalid("a search is of one field").in_field(field).in_model(def.name))?;
        let op = Op::FuzzySearch { column, text: text.to_owned(), limit };
        records.many(def, records.run_dyn(cx, def, op).await?)
    }

    /// [`explain_report`](Self::explain_report) by names.
    ///
    /// # Errors
    /// As [`aggregate_dyn`](Self::aggregate_dyn), and as [`explain_report`](Self::explain_report).
    pub async fn explain_report_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        form: ReportForm,
        report: &Json,
    ) -> Result<Plan> {
        let report = self.read(group, model, form, report)?;
        self.explain_dyn(cx, report.root(), Op::Report(Box::new(report))).await
    }

    /// [`explain_list`](Self::explain_list) by names.
    ///
    /// # Errors
    /// As [`list_dyn`](crate::service::PlatformGroupRecordService::list_dyn), and as
    /// [`explain_list`](Self::explain_list).
    pub async fn explain_list_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        query: &DynamicQuery,
    ) -> Result<Plan> {
        let def = self.records.engine.registry.find(group, model)?;
        self.explain_dyn(cx, def, Op::List(query.resolve(def)?)).await
    }

    async fn report_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        form: ReportForm,
        report: &Json,
    ) -> Result<Vec<Map<String, Json>>> {
        let report = self.read(group, model, form, report)?;
        let (def, columns) = (report.root(), columns(&report));
        let reply = self.records.run_dyn(cx, def, Op::Report(Box::new(report))).await?;
        reply.into_rows()?.iter().map(|row| object(&columns, row)).collect()
    }

    pub(super) async fn explain_dyn<S>(&self, cx: &Cx<S>, def: &'static ModelDef, op: Op) -> Result<Plan> {
        self.records.run_dyn(cx, def, Op::Explain(Box::new(op))).await?.into_plan().map(|plan| *plan)
    }

    pub(super) fn read(&self, group: &str, model: &str, form: ReportForm, report: &Json) -> Result<Report> {
        let registry = &self.records.engine.registry;
        report_from_json(registry, registry.find(group, model)?, form, report)
    }
}

/// The names and the types of what a report gives.
pub(super) fn columns(report: &Report) -> Vec<(String, TypeDef)> {
    report.outputs.iter().map(|output| (output.name.clone(), output.ty)).collect()
}

/// A row by the names of its columns.
pub(super) fn object(columns: &[(String, TypeDef)], row: &Row) -> Result<Map<String, Json>> {
    let value = |((name, ty), value): (&(String, TypeDef), _)| {
        let json = to_json(ty, value).map_err(|error| error.context(format!("in `{name}`")))?;
        Ok((name.clone(), json))
    };
    columns.iter().zip(row).map(value).collect()
}
