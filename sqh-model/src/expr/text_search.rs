//! [`SearchQuery`]: words that records are searched for, and [`Highlight`], where they were found.

use std::marker::PhantomData;

use super::filter::{Filter, Predicate};
use crate::error::{Error, Result};
use crate::schema::{ColumnDef, ModelDef};

mod highlight;
mod words;

pub use self::highlight::{Highlight, Marks, Piece};
pub(super) use self::words::Words;

/// How many records a search gives that is told no limit.
pub const DEFAULT_SEARCH_LIMIT: u64 = 20;

/// Words that records of `M` are searched for, as people write them for a web search: all of the words,
/// `"words in this order"`, `this or that`, `-without`.
///
/// The words are looked for in the fields marked `#[field(search)]`, in the language of
/// `#[model(search(language = "…"))]`: `measuring` finds `measured`. Whatever is written is a search, and none
/// is an error; one without any word that means something, such as `the`, finds nothing.
///
/// ```
/// # use sqh_derive::PlatformModel;
/// use sqh_model::expr::SearchQuery;
///
/// #[derive(PlatformModel)]
/// #[model(group = "press", search(language = "english"), crate = "::sqh_model")]
/// #[storage(postgres)]
/// struct AppArticle {
///     #[field(primary_key)]
///     id: i64,
///     #[field(search = "A")]
///     title: String,
///     #[field(search = "B")]
///     body: String,
///     pages: i32,
/// }
///
/// let query = SearchQuery::<AppArticle>::new("flood -coast").filter(AppArticle::PAGES.gt(2)).highlight().limit(5);
/// # let _ = query;
/// ```
#[derive(Debug)]
#[must_use = "a search does nothing until `postgres.full_text_search(&cx, …)` runs it"]
pub struct SearchQuery<M> {
    search: Result<TextSearch>,
    model: PhantomData<fn() -> M>,
}

impl<M> SearchQuery<M> {
    /// The records that hold the words, the best first.
    pub fn new(text: impl Into<String>) -> Self {
        Self { search: Ok(TextSearch::new(text)), model: PhantomData }
    }

    /// Words that are spelt in another way too, by the trigrams of those search fields that have a trigram
    /// index.
    pub fn fuzzy(self) -> Self {
        self.change(|search| search.fuzzy = true)
    }

    /// Shows where the words were found.
    pub fn highlight(self) -> Self {
        self.change(|search| search.marks = Some(Marks::fresh()))
    }

    /// Only records that match; called again, records that match all.
    pub fn filter(self, predicate: Predicate<M>) -> Self {
        let search = self.search.and_then(|mut search| {
            search.filter = search.filter.and(predicate.into_filter()?);
            Ok(search)
        });
        Self { search, ..self }
    }

    /// At most this many: 20, unless another number is said.
    pub fn limit(self, limit: u64) -> Self {
        self.change(|search| search.limit = limit)
    }

    /// Leaves out this many of the best.
    pub fn offset(self, offset: u64) -> Self {
        self.change(|search| search.offset = offset)
    }

    /// The search by itself.
    ///
    /// # Errors
    /// `Invalid` if a value of the filter could not be held.
    pub fn into_search(self) -> Result<TextSearch> {
        self.search
    }

    fn change(mut self, change: impl FnOnce(&mut TextSearch)) -> Self {
        if let Ok(search) = &mut self.search {
            change(search);
        }
        self
    }
}

/// A [`SearchQuery`] on whatever model.
#[derive(Debug, Clone, PartialEq)]
pub struct TextSearch {
    /// What was written.
    pub text: String,
    /// Whether words may be spelt in another way.
    pub fuzzy: bool,
    /// What stands around the words that were found, if that is to be shown.
    pub marks: Option<Marks>,
    /// Which records.
    pub filter: Filter,
    /// At most this many.
    pub limit: u64,
    /// Leaves out this many of the best.
    pub offset: u64,
}

impl TextSearch {
    /// A search for words, of all records.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            fuzzy: false,
            marks: None,
            filter: Filter::Everything,
            limit: DEFAULT_SEARCH_LIMIT,
            offset: 0,
        }
    }

    /// Makes sure that the model can be searched so, and that the filter is one of its records.
    ///
    /// # Errors
    /// `Invalid`, naming what the model lacks.
    pub fn check(&self, def: &'static ModelDef) -> Result<()> {
        if search_columns(def).next().is_none() {
            return Err(Error::invalid("the model has no search field: mark one `#[field(search)]`"));
        }
        if def.search_language.is_none() {
            return Err(Error::invalid(
                "full-text search needs a language, by which its index is made: add `#[model(search(language = \"english\"))]`",
            ));
        }
        if self.fuzzy && fuzzy_columns(def).next().is_none() {
            return Err(Error::invalid(
                "no search field has a trigram index: add `#[index(columns = [\"…\"], using = \"gin\", ops = \"gin_trgm_ops\")]`, or leave `fuzzy` out",
            ));
        }
        self.filter.check(def)
    }
}

/// The columns that a search reads, with their positions in the layout.
pub fn search_columns(def: &'static ModelDef) -> impl Iterator<Item = (usize, &'static ColumnDef)> {
    def.layout().columns().iter().enumerate().filter(|(_, column)| column.field.search.is_some())
}

/// Those of them that have a trigram index of all records.
pub(super) fn fuzzy_columns(def: &'static ModelDef) -> impl Iterator<Item = (usize, &'static ColumnDef)> {
    search_columns(def).filter(|(_, column)| {
        let mut indexes = def.indexes.iter().filter(|index| index.is_of_trigrams() && index.predicate.is_none());
        indexes.any(|index| index.columns.iter().any(|indexed| indexed.field == column.path))
    })
}
