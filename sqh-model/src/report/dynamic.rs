//! Reports that came as JSON, by the JSON names of the models' fields.
//!
//! [`report_from_json`] reads all forms; [`ReportForm`] says what each of them may say. A field of the
//! first model is named as in a filter, one of a joined model with its name, or its alias, before it:
//! `AppCustomer.name`, `boss.name`. `self.` before a name says that it is a field of the first model.
//!
//! ```json
//! {
//!   "group_by": ["test_type", {"month": "created_at", "zone": "Europe/Berlin"}],
//!   "metrics": {
//!     "n": "count",
//!     "mean": {"avg": "value", "filter": {"unit": null}},
//!     "p95": {"percentile": "value", "share": 0.95},
//!     "names": {"joined": "name", "between": ", ", "order": ["-created_at"], "distinct": false}
//!   },
//!   "filter": {"value": {"gt": 0}},
//!   "having": {"n": {"gt": 10}},
//!   "order": ["-n", "test_type"],
//!   "limit": 10
//! }
//! ```
//!
//! - **Values** are names of fields, or objects of one word: a bucket (`{"month": "created_at"}`,
//!   `{"bucket": "created_at", "every": [15, "minute"]}`), a function (`{"add": ["pages", 1]}`), and, of
//!   groups, a metric. `"as"` names the column, which otherwise has the word's own name.
//! - **Joins** stand in an array: `{"left": "AppCustomer", "on": {"customer_id": "id"}}`, where the left name
//!   is a field of what stands before it. Without `on`, the one reference that is declared between them
//!   joins. `{"inner": {"model": "AppEmployee", "as": "boss"}}` gives an alias. `filter` is a filter on what is joined.
//! - **Windows** have a word too: `{"rank": [], "partition_by": ["shelf"], "order": ["-stars"]}`,
//!   `{"sum": "pages", "order": ["id"], "frame": {"rows": [-3, 0]}}`; a bound is a number, `null` for the first or the
//!   last row, or, in a frame of `time`, such as `[-7, "day"]`.
//!
//! Errors name the argument: ``in `metrics.mean.avg`: …``.

mod condition;
mod having;
mod joins;
mod metric;
mod names;
mod outputs;
mod place;
mod scalar;
mod window;

use serde_json::{Map, Value as Json};

use self::names::Names;
use self::place::{Place, object};
use super::{Grouping, Report, SourceRef};
use crate::error::{Error, Result};
use crate::schema::{ModelDef, Registry};
use crate::types::describe_json;

/// What a report that came as JSON is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportForm {
    /// Groups of records: `group_by` or `metrics`, and joins.
    Aggregate,
    /// Records of several models: `joins`, and `select` or what groups have.
    Join,
    /// Records with what the ones around them say: `windows`, `select`, and joins.
    Window,
}

impl ReportForm {
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Aggregate => &[
                "joins", "filter", "group_by", "rollup", "cube", "sets", "metrics", "having", "order", "limit",
                "offset",
            ],
            Self::Join => &[
                "joins", "filter", "select", "group_by", "rollup", "cube", "sets", "metrics", "having", "order",
                "limit", "offset",
            ],
            Self::Window => &["joins", "filter", "select", "windows", "order", "limit", "offset"],
        }
    }

    fn needs(self, words: &Map<String, Json>) -> Option<&'static str> {
        let has = |word: &str| words.contains_key(word);
        match self {
            Self::Aggregate if !has("group_by") && !has("metrics") => Some("`metrics`, such as {\"n\": \"count\"}"),
            Self::Join if !has("joins") => {
                Some("`joins`, such as [{\"left\": \"Model\", \"on\": {\"field\": \"id\"}}]")
            }
            Self::Join if !has("select") && !has("group_by") && !has("metrics") => {
                Some("`select`, such as [\"field\", \"Model.field\"]")
            }
            Self::Window if !has("windows") => {
                Some("`windows`, such as {\"rank\": {\"rank\": [], \"order\": [\"-field\"]}}")
            }
            _ => None,
        }
    }
}

/// Reads a report on the records of `root`; the models that it joins are the registry's. A model of
/// another group than the first is named with it: `crm/AppCustomer`.
///
/// ```
/// # use sqh_derive::PlatformModel;
/// # use sqh_model::schema::PlatformModel as _;
/// # #[derive(PlatformModel)]
/// # #[model(group = "lab", crate = "::sqh_model")]
/// # #[storage(postgres)]
/// # struct AppLabResult {
/// #     #[field(primary_key)]
/// #     id: i64,
/// #     test_type: String,
/// #     value: f64,
/// # }
/// use serde_json::json;
/// use sqh_model::report::{ReportForm, report_from_json};
/// use sqh_model::schema::Registry;
///
/// let (registry, def) = (Registry::new([AppLabResult::def()]).unwrap(), AppLabResult::def());
/// let read = |json| report_from_json(&registry, def, ReportForm::Aggregate, &json);
/// let report = read(json!({"group_by": ["test_type"], "metrics": {"n": "count", "mean": {"avg": "value"}}})).unwrap();
/// assert_eq!(report.outputs.len(), 3);
///
/// let error = read(json!({"metrics": {"mean": {"avg": "test_type"}}})).unwrap_err();
/// assert!(error.to_string().starts_with("in `metrics.mean.avg`: this is for numbers"), "{error}");
/// ```
///
/// # Errors
/// `Invalid`, naming the argument: a word, a field or a model that there is not, a value that does not
/// have what is asked of its type, and whatever [`Report::check`] refuses; `NotFound` for a model.
pub fn report_from_json(registry: &Registry, root: &'static ModelDef, form: ReportForm, json: &Json) -> Result<Report> {
    read(registry, root, form, json).map_err(|error| error.in_model(root.name))
}

fn read(registry: &Registry, root: &'static ModelDef, form: ReportForm, json: &Json) -> Result<Report> {
    let top = Place::top();
    let words = object(top, json, "a report is an object of words such as `filter`")?;
    top.check_words(words, form.words())?;
    if let Some(missing) = form.needs(words) {
        return Err(Error::invalid(format!("the report says not what of the records: add {missing}")));
    }
    let given = |word: &'static str| words.get(word).filter(|json| !json.is_null()).map(|json| (top.word(word), json));
    let mut report = Report::of(SourceRef::of(root));
    if let Some((at, json)) = given("joins") {
        joins::read(registry, &mut report, at, json)?;
    }
    if let Some((at, json)) = given("filter") {
        report.filter = Names::of(&report).condition(at, json)?;
    }
    let groups = ["group_by", "rollup", "cube", "sets", "metrics", "having"];
    if let Some(group) = groups.into_iter().find(|word| given(word).is_some()) {
        if given("select").is_some() {
            return Err(Error::invalid(format!(
                "`select` gives a row for each record and `{group}` one for each group: leave one of them out"
            )));
        }
        report.grouping = Some(Grouping::Keys);
    }
    for (word, read) in [
        ("group_by", outputs::group_by as fn(&mut Report, Place<'_>, &Json) -> Result<()>),
        ("select", outputs::select),
        ("metrics", outputs::metrics),
        ("windows", window::windows),
        ("having", having::read),
        ("order", outputs::order),
    ] {
        if let Some((at, json)) = given(word) {
            read(&mut report, at, json)?;
        }
    }
    if let Some(grouping) = outputs::grouping(&report, given)? {
        report.grouping = Some(grouping);
    }
    if let Some((at, json)) = given("limit") {
        report.limit = Some(number(at, json)?);
    }
    if let Some((at, json)) = given("offset") {
        report.offset = number(at, json)?;
    }
    for i in 0..report.outputs.len() {
        let ty = report.type_of_output(&report.outputs[i].of)?;
        report.outputs[i].ty = ty;
    }
    report.check()?;
    Ok(report)
}

fn number(at: Place<'_>, json: &Json) -> Result<u64> {
    json.as_u64().ok_or_else(|| at.wrong(format!("expected a whole number from 0 on, got {}", said(json))))
}

/// A small number, from 0 on.
fn count(at: Place<'_>, json: &Json) -> Result<u32> {
    let count = number(at, json)?;
    u32::try_from(count).map_err(|_| at.wrong(format!("{count} is too large")))
}

/// A number as it is, anything else by its kind.
fn said(json: &Json) -> String {
    match json {
        Json::Number(number) => number.to_string(),
        other => describe_json(other).to_owned(),
    }
}
