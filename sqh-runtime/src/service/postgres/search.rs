//! Full-text search: records by their words, typed and by names.

use serde_json::{Map, Value as Json, json};
use sqh_model::expr::{Highlight, Marks, SearchQuery, TextSearch, filter_from_json, search_columns};
use sqh_model::record_json::row_to_json;
use sqh_model::row::{from_row, width};
use sqh_model::schema::{ModelDef, PlatformModel};
use sqh_model::{Error, Result, Row, Value};

use super::PostgresQueryService;
use crate::op::{Op, Plan, Reply};
use crate::scope::{Cx, RecordScope};

/// A record that a search has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<M> {
    /// The record.
    pub record: M,
    /// How good it is, from 0 to 1. Ranks of one search compare with each other, and with nothing else.
    pub rank: f64,
    /// The search fields in which words were found, if [`SearchQuery::highlight`] asks for them.
    pub highlights: Vec<Highlight>,
}

/// What a tool searches for, by names.
///
/// ```
/// use serde_json::json;
/// use sqh_runtime::service::DynamicSearch;
///
/// let search = DynamicSearch {
///     text: "flood -coast".to_owned(),
///     filter: json!({"pages": {"gt": 2}}),
///     highlight: true,
///     ..DynamicSearch::default()
/// };
/// # let _ = search;
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DynamicSearch {
    /// The words: see [`SearchQuery`].
    pub text: String,
    /// Words that are spelt in another way too.
    pub fuzzy: bool,
    /// Shows where the words were found.
    pub highlight: bool,
    /// An object of fields and what they must be; see [`filter_from_json`]. Null is every record.
    pub filter: Json,
    /// At most this many; 20 if that is not said.
    pub limit: Option<u64>,
    /// Leaves out this many of the best.
    pub offset: u64,
}

impl DynamicSearch {
    fn resolve(&self, def: &'static ModelDef) -> Result<TextSearch> {
        let mut search = TextSearch::new(self.text.as_str());
        search.fuzzy = self.fuzzy;
        search.marks = self.highlight.then(Marks::fresh);
        if !self.filter.is_null() {
            search.filter = filter_from_json(def, &self.filter)?;
        }
        search.limit = self.limit.unwrap_or(search.limit);
        search.offset = self.offset;
        Ok(search)
    }
}

impl PostgresQueryService {
    /// The records whose search fields hold some words, the best first: `#[model(search(language = "english"))]`
    /// says in which language, `#[field(search = "A")]` which fields, and how much each counts.
    ///
    /// ```no_run
    /// # use sqh_runtime::{Platform, scope::Tenant};
    /// use sqh_runtime::expr::SearchQuery;
    /// use sqh_runtime::prelude::*;
    ///
    /// #[derive(PlatformModel)]
    /// #[model(group = "press", search(language = "english"))]
    /// #[storage(postgres)]
    /// pub struct AppArticle {
    ///     #[field(primary_key)]
    ///     pub id: i64,
    ///     #[field(search = "A")]
    ///     pub title: String,
    ///     #[field(search = "B")]
    ///     pub body: Option<String>,
    /// }
    ///
    /// # async fn run(platform: Platform, cx: Cx<Tenant>) -> Result<()> {
    /// let query = SearchQuery::<AppArticle>::new("measuring floods -coast").highlight().limit(10);
    /// for found in platform.postgres().full_text_search(&cx, query).await? {
    ///     println!("{:.2} {}", found.rank, found.record.title);
    ///     for highlight in &found.highlights {
    ///         println!("    {}: {}", highlight.field, highlight.to_html());
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `Invalid` if the model has no language, no search field, or for a fuzzy search no trigram index on one;
    /// `Unsupported` if the backend is another; `Denied` if a search field is masked for the principal, or a field
    /// of the filter: what is found would tell its value.
    pub async fn full_text_search<M: PlatformModel>(
        &self,
        cx: &Cx<M::Scope>,
        query: SearchQuery<M>,
    ) -> Result<Vec<Found<M>>> {
        let search = search_of(query)?;
        let marks = search.marks.clone();
        let reply = self.run::<M>(cx, Op::FullTextSearch(Box::new(search))).await?;
        let found = |found: Found<Row>| {
            let Found { record, rank, highlights } = found;
            Ok(Found { record: from_row(record)?, rank, highlights })
        };
        found_rows(M::def(), marks.as_ref(), reply)?.into_iter().map(found).collect()
    }

    /// [`full_text_search`](Self::full_text_search) by names. What is found is an object: the `record`, its `rank`,
    /// and where they are asked for its `highlights`, by field, [as HTML](Highlight::to_html).
    ///
    /// # Errors
    /// `NotFound` for a group or a model; and as [`full_text_search`](Self::full_text_search).
    pub async fn full_text_search_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        search: &DynamicSearch,
    ) -> Result<Vec<Json>> {
        let def = self.records.engine.registry.find(group, model)?;
        let search = search.resolve(def)?;
        let marks = search.marks.clone();
        let reply = self.records.run_dyn(cx, def, Op::FullTextSearch(Box::new(search))).await?;
        found_rows(def, marks.as_ref(), reply)?
            .into_iter()
            .map(|found| {
                let mut json = json!({"record": row_to_json(def, &found.record)?, "rank": found.rank});
                if marks.is_some() {
                    let highlights = found.highlights.iter();
                    let highlights = highlights.map(|highlight| (highlight.field.clone(), highlight.to_html().into()));
                    json["highlights"] = Json::Object(highlights.collect::<Map<_, _>>());
                }
                Ok(json)
            })
            .collect()
    }

    /// How a search would be run, as [`explain_list`](Self::explain_list) says it of a list.
    ///
    /// # Errors
    /// As [`full_text_search`](Self::full_text_search); `Denied` without the permission `access:explain`.
    pub async fn explain_search<M: PlatformModel>(&self, cx: &Cx<M::Scope>, query: SearchQuery<M>) -> Result<Plan> {
        let search = search_of(query)?;
        self.explain::<M>(cx, Op::FullTextSearch(Box::new(search))).await
    }

    /// [`explain_search`](Self::explain_search) by names.
    ///
    /// # Errors
    /// As [`full_text_search_dyn`](Self::full_text_search_dyn), and as [`explain_search`](Self::explain_search).
    pub async fn explain_search_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        search: &DynamicSearch,
    ) -> Result<Plan> {
        let def = self.records.engine.registry.find(group, model)?;
        let search = search.resolve(def)?;
        self.explain_dyn(cx, def, Op::FullTextSearch(Box::new(search))).await
    }
}

fn search_of<M: PlatformModel>(query: SearchQuery<M>) -> Result<TextSearch> {
    query.into_search().map_err(|error| error.in_model(M::def().name))
}

/// The rows of a reply, each without what stands behind its columns.
fn found_rows(def: &'static ModelDef, marks: Option<&Marks>, reply: Reply) -> Result<Vec<Found<Row>>> {
    reply.into_rows()?.into_iter().map(|row| found_row(def, marks, row)).collect()
}

fn found_row(def: &'static ModelDef, marks: Option<&Marks>, mut row: Row) -> Result<Found<Row>> {
    let unexpected = || Error::internal("what was found has no rank").in_model(def.name);
    if row.len() <= width(def) {
        return Err(unexpected());
    }
    let mut computed = row.split_off(width(def)).into_iter();
    let Some(Value::F64(rank)) = computed.next() else {
        return Err(unexpected());
    };
    let mut highlights = Vec::new();
    for ((_, column), value) in search_columns(def).zip(computed) {
        if let (Some(marks), Value::Text(text)) = (marks, value)
            && let Some(pieces) = marks.pieces(&text)
        {
            highlights.push(Highlight { field: column.json_path.join("."), pieces });
        }
    }
    Ok(Found { record: row, rank, highlights })
}
