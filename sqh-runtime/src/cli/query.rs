//! `query`: records and what is computed of them, by names.
//!
//! The words of the shell become the arguments of the dynamic face ([`words`]), conditions too
//! ([`filter`]), and are checked before any server is asked. A statement in SQL ([`sql`]) is too.

mod filter;
mod plan;
mod search;
mod sql;
mod table;
mod words;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value as Json};
use sqh_model::expr::{filter_from_json, order_from_json};
use sqh_model::report::{ReportForm, report_from_json};
use sqh_model::schema::{ModelDef, Registry};
use sqh_model::{Error, Result};

use self::filter::Conditions;
use self::search::Words;
use self::sql::{Statement, StatementArgs};
use super::connect::{principal, user};
use super::output::{Answer, Failure};
use crate::Platform;
use crate::scope::{Cx, RecordScope};
use crate::service::{DynamicQuery, DynamicSearch};

/// How many records a fuzzy search gives that is told no limit.
const SIMILAR: u64 = 10;

const NO_PLAN: &str = "`--explain` is of lists, not of `%`";

#[derive(Debug, Subcommand)]
pub(super) enum QueryForm {
    /// Lists records; `--filter 'name % "text"'` lists those whose name is like a text
    List(List),
    /// Groups records, and computes of each group: `--by month:created_at --metric mean=avg:value`
    Aggregate(Aggregate),
    /// Joins records of other models: `--join left:AppCustomer --select id --select AppCustomer.name`
    Join(Join),
    /// Computes of each record what those around it say: `--window 'rank={"rank": [], "order": ["-value"]}'`
    Window(Window),
    /// Searches for words, the best first: `'plumtre run' --fuzzy --highlight`
    Search(Search),
    /// Asks in SQL, of models and their fields: `SELECT {AppOrder.id} FROM {AppOrder} WHERE total > :least`
    Sql(SqlArgs),
}

/// Which records of which model, and how they are told.
#[derive(Debug, Args)]
struct Common {
    /// The model's group
    #[arg(long, value_name = "GROUP")]
    group: String,
    /// The model
    #[arg(long, value_name = "NAME")]
    model: String,
    /// Only these: `value > 3 and unit = "mg/L"`, `name ~ "^Pl"`; given more than once, all hold
    #[arg(long, value_name = "CONDITION")]
    filter: Vec<String>,
    /// In this order, `-` for the largest first; by several with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', allow_hyphen_values = true)]
    order: Vec<String>,
    /// At most this many
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u64>,
    /// Without so many of the first
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    offset: u64,
    #[command(flatten)]
    told: Told,
}

/// Whose records, to whom, and how they are told.
#[derive(Debug, Args)]
struct Told {
    /// Whose records, unless the model is shared
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
    /// As this user, with what the catalog grants them [default: as the system]
    #[arg(long = "as", value_name = "USER")]
    user: Option<String>,
    /// How the rows are told
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// Tells how the server would do it instead
    #[arg(long)]
    explain: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// In columns, for people
    Table,
    /// An array of objects, for machines
    Json,
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Search {
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Aggregate {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    groups: Groups,
    /// A model that is joined: `left:AppCustomer`, `left:AppCustomer:boss`, or JSON
    #[arg(long = "join", value_name = "JOIN")]
    joins: Vec<String>,
}

/// What is grouped by, and what is computed of each group.
#[derive(Debug, Args)]
struct Groups {
    /// What is grouped by: `name`, `month:created_at`, `15minute:created_at`, or JSON
    #[arg(long, value_name = "KEY")]
    by: Vec<String>,
    /// What is computed: `n=count`, `mean=avg:value`, `p95=percentile:value:0.95`, or JSON behind `name=`
    #[arg(long = "metric", value_name = "NAME=METRIC")]
    metrics: Vec<String>,
    /// Adds subtotals, from the last key on
    #[arg(long, conflicts_with = "cube")]
    rollup: bool,
    /// Adds subtotals of all kinds
    #[arg(long)]
    cube: bool,
    /// Only these groups: `n > 10`
    #[arg(long, value_name = "CONDITION")]
    having: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Join {
    #[command(flatten)]
    common: Common,
    /// A model that is joined: `left:AppCustomer`, `left:AppCustomer:boss`, or JSON
    #[arg(long = "join", value_name = "JOIN", required = true)]
    joins: Vec<String>,
    /// A column: `name`, `AppCustomer.name`, `boss.*`, or JSON; several with commas
    #[arg(long, value_name = "COLUMN")]
    select: Vec<String>,
    #[command(flatten)]
    groups: Groups,
}

#[derive(Debug, Args)]
pub(super) struct Window {
    #[command(flatten)]
    common: Common,
    /// A window as JSON, behind the name of its column
    #[arg(long = "window", value_name = "NAME=JSON", required = true)]
    windows: Vec<String>,
    /// A column beside the windows: `name`, or JSON; several with commas
    #[arg(long, value_name = "COLUMN")]
    select: Vec<String>,
    /// A model that is joined: `left:AppCustomer`, `left:AppCustomer:boss`, or JSON
    #[arg(long = "join", value_name = "JOIN")]
    joins: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct SqlArgs {
    #[command(flatten)]
    statement: StatementArgs,
    #[command(flatten)]
    told: Told,
}

/// What is asked, read and checked.
pub(super) struct Asked {
    told: Told,
    /// The model, or the first one of a statement.
    model: &'static ModelDef,
    what: What,
}

enum What {
    Sql(Statement),
    List(DynamicQuery),
    Search(DynamicSearch),
    Similar { field: String, text: String, limit: u64 },
    Report(ReportForm, Json),
}

impl Asked {
    /// Whether the rows are for machines.
    pub(super) fn is_json(&self) -> bool {
        self.told.format == Format::Json
    }
}

/// Reads what is asked.
///
/// # Errors
/// What is wrong with it, pointing at the word where there is one.
pub(super) fn read(registry: &Registry, form: QueryForm) -> Result<Asked, Failure> {
    let asked = asked(registry, form).and_then(|asked| check_tenant_is_of_model(&asked).map(|()| asked));
    asked.map_err(Failure::Usage)
}

fn asked(registry: &Registry, form: QueryForm) -> Result<Asked> {
    let mut words = Map::new();
    let (common, form, having) = match form {
        QueryForm::List(List { common }) => {
            let model = registry.find(&common.group, &common.model)?;
            let what = list(model, &common)?;
            return Ok(Asked { told: common.told, model, what });
        }
        QueryForm::Search(Search { words, common }) => {
            let model = registry.find(&common.group, &common.model)?;
            let what = What::Search(words.read(model, &common)?);
            return Ok(Asked { told: common.told, model, what });
        }
        QueryForm::Sql(SqlArgs { statement, told }) => {
            let (statement, model) = statement.read(registry)?;
            return Ok(Asked { told, model, what: What::Sql(statement) });
        }
        QueryForm::Aggregate(Aggregate { common, groups, joins }) => {
            words::put_joins(&mut words, &joins)?;
            put_groups(&mut words, &groups)?;
            (common, ReportForm::Aggregate, groups.having)
        }
        QueryForm::Join(Join { common, joins, select, groups }) => {
            words::put_joins(&mut words, &joins)?;
            words::put_columns(&mut words, "select", &select)?;
            put_groups(&mut words, &groups)?;
            (common, ReportForm::Join, groups.having)
        }
        QueryForm::Window(Window { common, windows, select, joins }) => {
            words::put_joins(&mut words, &joins)?;
            words::put_columns(&mut words, "select", &select)?;
            words.insert("windows".to_owned(), words::windows(&windows)?);
            (common, ReportForm::Window, Vec::new())
        }
    };
    let model = registry.find(&common.group, &common.model)?;
    let check =
        |words: &Map<String, Json>| report_from_json(registry, model, form, &Json::Object(words.clone())).map(drop);
    // What conditions are on is there by then, so that what is wrong now is the conditions.
    check(&words)?;
    for (word, texts) in [("filter", &common.filter), ("having", &having)] {
        let mut all = Vec::new();
        for text in texts {
            let conditions = Conditions::read(word, text)?;
            all.push(conditions.to_json(&|json| check(&with(&words, word, json.clone())))?);
        }
        words = put_all(words, word, all);
    }
    if !common.order.is_empty() {
        words.insert("order".to_owned(), Json::from(common.order.clone()));
    }
    if let Some(limit) = common.limit {
        words.insert("limit".to_owned(), limit.into());
    }
    if common.offset > 0 {
        words.insert("offset".to_owned(), common.offset.into());
    }
    check(&words)?;
    Ok(Asked { told: common.told, model, what: What::Report(form, Json::Object(words)) })
}

fn put_groups(words: &mut Map<String, Json>, groups: &Groups) -> Result<()> {
    words::put_keys(words, &groups.by)?;
    words::put_metrics(words, &groups.metrics)?;
    for (word, is_said) in [("rollup", groups.rollup), ("cube", groups.cube)] {
        if is_said {
            words.insert(word.to_owned(), true.into());
        }
    }
    Ok(())
}

fn with(words: &Map<String, Json>, word: &str, json: Json) -> Map<String, Json> {
    let mut words = words.clone();
    words.insert(word.to_owned(), json);
    words
}

/// All of the conditions, if there are any.
fn put_all(words: Map<String, Json>, word: &str, mut all: Vec<Json>) -> Map<String, Json> {
    match all.len() {
        0 => words,
        1 => with(&words, word, all.remove(0)),
        _ => with(&words, word, Json::Object(Map::from_iter([("and".to_owned(), Json::Array(all))]))),
    }
}

fn list(model: &'static ModelDef, common: &Common) -> Result<What> {
    let conditions =
        common.filter.iter().map(|text| Conditions::read("filter", text)).collect::<Result<Vec<Conditions>>>()?;
    if let Some(similar) = conditions.iter().find_map(Conditions::similar) {
        let is_alone = conditions.iter().map(Conditions::len).sum::<usize>() == 1;
        if !is_alone || !common.order.is_empty() || common.offset > 0 {
            return Err(Error::invalid(
                "`%` finds the most similar first: it stands alone, without another condition, an order or an offset",
            ));
        }
        if common.told.explain {
            return Err(Error::invalid(NO_PLAN));
        }
        let (field, text) = similar?;
        // A field that there is not is told before a server is asked.
        conditions[0].check_field(&|json| filter_from_json(model, json).map(drop))?;
        return Ok(What::Similar { field, text, limit: common.limit.unwrap_or(SIMILAR) });
    }
    let filter = filter_of(model, &conditions)?;
    let order = Json::from(common.order.clone());
    order_from_json(model, &order)?;
    Ok(What::List(DynamicQuery { filter, order, limit: common.limit, offset: common.offset }))
}

/// All of the conditions in the filter language.
fn filter_of(model: &'static ModelDef, conditions: &[Conditions]) -> Result<Json> {
    let check = |json: &Json| filter_from_json(model, json).map(drop);
    let all = conditions.iter().map(|conditions| conditions.to_json(&check)).collect::<Result<Vec<_>>>()?;
    Ok(put_all(Map::new(), "filter", all).remove("filter").unwrap_or_default())
}

/// Asks the platform.
pub(super) async fn run(platform: &Platform, asked: &Asked) -> Result<Answer, Failure> {
    let Told { tenant, user: name, .. } = &asked.told;
    let principal = match name {
        Some(name) => user(name).await?,
        None => principal(),
    };
    match tenant {
        None => answer(platform, &platform.shared(&principal).await?, asked).await,
        Some(slug) => answer(platform, &platform.tenant(&principal, slug).await?, asked).await,
    }
}

/// A shared model's records are nobody's, and others are somebody's.
fn check_tenant_is_of_model(asked: &Asked) -> Result<()> {
    match (asked.model.storage.shared, &asked.told.tenant) {
        (true, None) | (false, Some(_)) => Ok(()),
        (true, Some(_)) => Err(Error::invalid("the model is shared and belongs to no tenant: leave `--tenant` out")),
        (false, None) => Err(Error::invalid("whose records? add `--tenant SLUG`")),
    }
}

async fn answer<S: RecordScope>(platform: &Platform, cx: &Cx<S>, asked: &Asked) -> Result<Answer, Failure> {
    let (group, model) = (asked.model.group, asked.model.name);
    let (records, postgres) = (platform.records(), platform.postgres());
    if asked.told.explain {
        let plan = match &asked.what {
            What::Sql(statement) => postgres.explain_raw_sql(cx, statement.sql()).await?,
            What::Report(form, report) => postgres.explain_report_dyn(cx, group, model, *form, report).await?,
            What::List(query) => postgres.explain_list_dyn(cx, group, model, query).await?,
            What::Search(search) => postgres.explain_search_dyn(cx, group, model, search).await?,
            What::Similar { .. } => {
                return Err(Failure::Usage(Error::invalid(NO_PLAN)));
            }
        };
        return Ok(plan::answer(&plan));
    }
    let rows = match &asked.what {
        What::Sql(statement) => postgres.raw_sql_dyn(cx, statement.sql()).await?,
        What::Search(search) => {
            return Ok(search::answer(postgres.full_text_search_dyn(cx, group, model, search).await?));
        }
        What::List(query) => table::objects(records.list_dyn(cx, group, model, query).await?),
        What::Similar { field, text, limit } => {
            table::objects(postgres.fuzzy_search_dyn(cx, group, model, field, text, *limit).await?)
        }
        What::Report(ReportForm::Aggregate, report) => postgres.aggregate_dyn(cx, group, model, report).await?,
        What::Report(ReportForm::Join, report) => postgres.join_dyn(cx, group, model, report).await?,
        What::Report(ReportForm::Window, report) => postgres.window_dyn(cx, group, model, report).await?,
    };
    Ok(table::answer(rows))
}
