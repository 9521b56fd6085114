//! `query search`: records by their words, the best first.

use clap::Args;
use serde_json::{Map, Value as Json};
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result};

use super::filter::Conditions;
use super::{Common, filter_of, table};
use crate::cli::output::Answer;
use crate::service::DynamicSearch;

/// What is searched for.
#[derive(Debug, Args)]
pub(super) struct Words {
    /// The words: `flood "small stream" -coast`, `tides or storms`
    #[arg(value_name = "TEXT", allow_hyphen_values = true)]
    text: String,
    /// Words that are spelt in another way too
    #[arg(long)]
    fuzzy: bool,
    /// Shows where the words were found
    #[arg(long)]
    highlight: bool,
}

impl Words {
    /// The search that is asked for.
    ///
    /// # Errors
    /// `Invalid`, pointing at the condition that is wrong.
    pub(super) fn read(self, model: &'static ModelDef, common: &Common) -> Result<DynamicSearch> {
        if !common.order.is_empty() {
            return Err(Error::invalid("a search gives the best first: leave `--order` out"));
        }
        let conditions =
            common.filter.iter().map(|text| Conditions::read("filter", text)).collect::<Result<Vec<_>>>()?;
        let Self { text, fuzzy, highlight } = self;
        let filter = filter_of(model, &conditions)?;
        Ok(DynamicSearch { text, fuzzy, highlight, filter, limit: common.limit, offset: common.offset })
    }
}

/// For people the rank before each record, and behind it what was found where; for machines what was found.
pub(super) fn answer(found: Vec<Json>) -> Answer {
    let rows = found.iter().map(row).collect::<Vec<_>>();
    Answer::text(table::text(&rows)).or_json(found.into())
}

fn row(found: &Json) -> Map<String, Json> {
    let rank = found["rank"].as_f64().unwrap_or_default();
    let mut row = Map::from_iter([("rank".to_owned(), Json::from((rank * 1000.0).round() / 1000.0))]);
    let fields = found["record"].as_object().into_iter().flatten();
    row.extend(fields.map(|(name, value)| (name.clone(), value.clone())));
    if let Some(highlights) = found.get("highlights").and_then(Json::as_object) {
        let said = highlights.iter().map(|(field, html)| format!("{field}: {}", html.as_str().unwrap_or_default()));
        row.insert("found in".to_owned(), said.collect::<Vec<_>>().join("; ").into());
    }
    row
}
