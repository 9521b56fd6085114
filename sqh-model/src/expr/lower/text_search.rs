//! A search for words as SQL: which records are found, and how good each is.

use super::super::text_search::{TextSearch, Words, fuzzy_columns, search_columns};
use super::Relation;
use super::bind::Binds;
use super::travel::quoted;
use crate::error::{Error, Result};
use crate::schema::{ModelDef, SearchWeight};
use crate::types::FieldType as _;
use crate::value::Value;

/// The most characters of a text that a highlight shows as a whole.
const SHORT: usize = 200;

/// A search as SQL.
#[derive(Debug)]
pub struct SearchSql {
    /// Which records are found: one condition.
    pub condition: String,
    /// How good a record is, from 0 to 1.
    pub rank: String,
    /// The search fields with marks around the words, in the layout's order; none if they are not asked for.
    pub highlights: Vec<String>,
}

/// The words of a record's search fields with their weights, or `None` for a model without full-text search.
/// An index finds by an expression only what is written the same, so that its text is made here alone; a
/// column stands in it behind `prefix`.
pub fn search_vector(def: &'static ModelDef, prefix: &str) -> Option<String> {
    let language = language(def)?;
    let fields = search_columns(def).map(|(_, column)| {
        let weight = match column.field.search {
            Some(SearchWeight::A) => 'A',
            Some(SearchWeight::B) => 'B',
            Some(SearchWeight::C) => 'C',
            Some(SearchWeight::D) | None => 'D',
        };
        format!("setweight(to_tsvector({language}, coalesce({prefix}{}, '')), '{weight}')", quoted(&column.name))
    });
    let fields: Vec<String> = fields.collect();
    (!fields.is_empty()).then(|| fields.join(" || "))
}

impl Relation<'_> {
    /// A search for words.
    ///
    /// # Errors
    /// `Invalid` if the model has no full-text search.
    pub fn search_sql(&self, search: &TextSearch, binds: &mut Binds) -> Result<SearchSql> {
        let vector = search_vector(self.def, &format!("{}.", self.alias));
        let (Some(vector), Some(language)) = (vector, language(self.def)) else {
            return Err(Error::invalid("the model has no full-text search").in_model(self.def.name));
        };
        let mut query = |text: String| {
            let bind = binds.free(String::DEF, Value::Text(text));
            format!("websearch_to_tsquery({language}, {bind})")
        };
        let words = Words::of(&search.text);
        let all = query(words.whole);
        let mut condition = format!("({vector}) @@ {all}");
        // The logarithm of the length, and below 1 however often a word is there.
        let mut rank = format!("ts_rank({vector}, {all}, 33)::float8");
        if search.fuzzy && !words.wanted.is_empty() {
            let but = match words.unwanted.is_empty() {
                true => String::new(),
                false => format!(" AND NOT ({vector}) @@ {}", query(words.unwanted)),
            };
            let wanted = binds.free(String::DEF, Value::Text(words.wanted));
            let columns: Vec<String> = fuzzy_columns(self.def).map(|(position, _)| self.column(position)).collect();
            let alike = columns.iter().map(|column| format!("{wanted} <% {column} OR {wanted} % {column}"));
            condition = format!("({condition} OR ({}){but})", alike.collect::<Vec<_>>().join(" OR "));
            let similarity = columns
                .iter()
                .map(|column| format!("word_similarity({wanted}, {column}), similarity({wanted}, {column})"));
            let similarity = similarity.collect::<Vec<_>>().join(", ");
            rank = format!("1 - (1 - {rank}) * (1 - coalesce(greatest({similarity}), 0)::float8)");
        } else {
            condition = format!("({condition})");
        }
        let highlights = match &search.marks {
            None => Vec::new(),
            Some(marks) => {
                let [start, end, gap] = marks.signs();
                let mut options = |rest: &str| {
                    let options = format!("StartSel={start}, StopSel={end}, FragmentDelimiter={gap}, {rest}");
                    binds.free(String::DEF, Value::Text(options))
                };
                let whole = options("HighlightAll=true");
                let parts = options("MaxFragments=3, MaxWords=24, MinWords=8");
                let columns = search_columns(self.def).map(|(position, _)| self.column(position));
                let highlight = |column: String| {
                    format!(
                        "ts_headline({language}, {column}, {all}, CASE WHEN length({column}) <= {SHORT} THEN {whole} ELSE {parts} END)"
                    )
                };
                columns.map(highlight).collect()
            }
        };
        Ok(SearchSql { condition, rank, highlights })
    }
}

/// The language of a model's search as PostgreSQL's own configuration.
fn language(def: &ModelDef) -> Option<String> {
    def.search_language.map(|language| format!("'{}'::regconfig", language.replace('\'', "''")))
}
