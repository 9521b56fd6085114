//! Asks by names for what only PostgreSQL can.

use futures::TryStreamExt as _;
use serde_json::{Value as Json, json};
use sqh_model::report::ReportForm;
use sqh_model::schema::{ModelDef, PlatformModel};
use sqh_model::{Error, Result};

use super::ask::no_way;
use super::call::{Answer, Call};
use super::untyped::{dynamic, many_json};
use super::which::Which;
use crate::scope::{Cx, Tenant};
use crate::service::{DynamicSearch, JoinStrategy, PostgresQueryService};

/// Asks for something in one way. Reports count, each in its own way, so that the judge knows the answer.
pub(super) async fn named<M: PlatformModel>(
    postgres: &PostgresQueryService,
    cx: &Cx<M::Scope>,
    way: &'static str,
    call: Call,
) -> Result<Answer> {
    let def = M::def();
    let (group, model) = (def.group, def.name);
    match (way, call) {
        ("aggregate_dyn", Call::Count(which)) => {
            let report = json!({"metrics": {"n": "count"}, "filter": which.json(def)?});
            total(&postgres.aggregate_dyn(cx, group, model, &report).await?)
        }
        ("join_dyn", Call::Count(which)) => {
            let report = with_itself(def, &which)?;
            total(&postgres.join_dyn(cx, group, model, &report).await?)
        }
        ("window_dyn", Call::Count(which)) => {
            let report = json!({"windows": {"n": {"count": "*"}}, "filter": which.json(def)?});
            let rows = postgres.window_dyn(cx, group, model, &report).await?;
            Ok(Answer::Count(rows.len() as u64))
        }
        ("stream_report_dyn", Call::Count(which)) => {
            let report = json!({"windows": {"n": {"count": "*"}}, "filter": which.json(def)?});
            let rows = postgres.stream_report_dyn(cx, group, model, ReportForm::Window, &report).await?;
            Ok(Answer::Count(rows.try_fold(0, async |count, _| Ok(count + 1)).await?))
        }
        ("explain_report_dyn", Call::Count(which)) => {
            let report = json!({"metrics": {"n": "count"}, "filter": which.json(def)?});
            let plan = postgres.explain_report_dyn(cx, group, model, ReportForm::Aggregate, &report).await;
            plan.map(|plan| Answer::Lines(plan.lines))
        }
        ("explain_list_dyn", Call::List(asked)) => postgres
            .explain_list_dyn(cx, group, model, &dynamic(def, &asked)?)
            .await
            .map(|plan| Answer::Lines(plan.lines)),
        ("fuzzy_search_dyn", Call::Fuzzy(column, text)) => {
            let field = def.layout().columns()[column].json_path.join(".");
            let found = postgres.fuzzy_search_dyn(cx, group, model, &field, &text, super::draw::MANY).await?;
            many_json::<M>(found)
        }
        ("full_text_search_dyn", Call::Words(text, fuzzy)) => {
            let found = postgres.full_text_search_dyn(cx, group, model, &words(text, fuzzy)).await?;
            many_json::<M>(found.into_iter().map(|mut found| found["record"].take()).collect())
        }
        ("explain_search_dyn", Call::Words(text, fuzzy)) => postgres
            .explain_search_dyn(cx, group, model, &words(text, fuzzy))
            .await
            .map(|plan| Answer::Lines(plan.lines)),
        (way, call) => Err(no_way(way, &call)),
    }
}

fn words(text: String, fuzzy: bool) -> DynamicSearch {
    DynamicSearch { text, fuzzy, highlight: true, limit: Some(super::draw::MANY), ..DynamicSearch::default() }
}

/// Asks by names for joins that may be of two databases.
pub(super) async fn named_across<M: PlatformModel>(
    postgres: &PostgresQueryService,
    cx: &Cx<Tenant>,
    way: &'static str,
    which: &Which,
) -> Result<Answer> {
    let def = M::def();
    let (group, model, report) = (def.group, def.name, with_itself(def, which)?);
    if way == "explain_join_shared_dyn" {
        let plan = postgres.explain_join_shared_dyn(cx, group, model, &report, JoinStrategy::Auto).await?;
        return Ok(Answer::Lines(vec![plan.to_string()]));
    }
    total(&postgres.join_shared_dyn(cx, group, model, &report, JoinStrategy::Auto).await?)
}

/// The records that match, each of which is joined to itself: they are counted.
fn with_itself(def: &'static ModelDef, which: &Which) -> Result<Json> {
    Ok(json!({
        "joins": [{"inner": {"model": format!("{}/{}", def.group, def.name), "as": "again"}, "on": key(def)}],
        "metrics": {"n": "count"},
        "filter": which.json(def)?,
    }))
}

/// The pairs by which a record joins itself only.
fn key(def: &'static ModelDef) -> Json {
    let layout = def.layout();
    let name = |position: usize| layout.columns()[position].json_path.join(".");
    layout.physical_key().into_iter().map(|position| (name(position), Json::from(name(position)))).collect()
}

fn total(rows: &[serde_json::Map<String, Json>]) -> Result<Answer> {
    let count = match rows {
        [row] => row.get("n").and_then(Json::as_u64),
        _ => None,
    };
    count.map(Answer::Count).ok_or_else(|| Error::internal(format!("{} rows are no total", rows.len())))
}
