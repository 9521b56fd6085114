//! [`Filter`]: which records, as a small tree; [`Predicate`], the same with its model's type.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::marker::PhantomData;
use std::ops::Not;

use super::operators::check_leaf;
use super::spatial::Spatial;
use crate::error::Result;
use crate::schema::{ColumnDef, ModelDef};
use crate::value::Value;

/// Which records of a model. Fields are named by their path of Rust names.
///
/// It is three-valued, as SQL is: what compares with a null is neither true nor false, and only
/// what is true is found.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
#[allow(missing_docs, reason = "`field` is a path, and the variants say what the rest is")]
pub enum Filter {
    /// Every record.
    #[default]
    Everything,
    /// A comparison with a value.
    Compare { field: Cow<'static, str>, comparison: Comparison, value: Value },
    /// Equal to one of the values.
    In { field: Cow<'static, str>, values: Vec<Value> },
    /// Null.
    IsNull { field: Cow<'static, str> },
    /// Matches a pattern of `%`, `_` and `\`.
    Like { field: Cow<'static, str>, pattern: String, case_sensitive: bool },
    /// A part of it matches a regular expression, as PostgreSQL reads them.
    Regex { field: Cow<'static, str>, pattern: String, case_sensitive: bool },
    /// A collection that holds all the elements.
    ContainsAll { field: Cow<'static, str>, values: Vec<Value> },
    /// A collection that holds at least one of the elements.
    Overlaps { field: Cow<'static, str>, values: Vec<Value> },
    /// A collection that holds nothing else.
    ContainedBy { field: Cow<'static, str>, values: Vec<Value> },
    /// A JSON document that contains another, as `jsonb @>` does.
    JsonContains { field: Cow<'static, str>, json: Box<serde_json::Value> },
    /// A JSON object with a key, or an array with that string.
    JsonHasKey { field: Cow<'static, str>, key: String },
    /// A JSON document whose value at a path equals another.
    JsonPath { field: Cow<'static, str>, path: Vec<String>, json: Box<serde_json::Value> },
    /// A place that is somewhere.
    Spatial { field: Cow<'static, str>, is: Spatial },
    /// All of them; true if there are none.
    And(Vec<Filter>),
    /// At least one of them; false if there are none.
    Or(Vec<Filter>),
    /// The opposite; unknown stays unknown.
    Not(Box<Filter>),
}

/// How a column compares with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the operators'")]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
}

impl Comparison {
    /// Whether it asks for equality only, which more types have than an order.
    pub fn is_equality(self) -> bool {
        matches!(self, Self::Eq | Self::Ne)
    }

    /// The comparison that holds for two values where this one does not.
    pub fn opposite(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::Gte,
            Self::Lte => Self::Gt,
            Self::Gt => Self::Lte,
            Self::Gte => Self::Lt,
        }
    }

    /// Whether it holds for two values in this order.
    pub(crate) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Lte => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Gte => order.is_ge(),
        }
    }
}

impl Filter {
    /// No record, whatever is stored.
    pub fn nothing() -> Self {
        Self::Or(Vec::new())
    }

    /// Whether it is [`Filter::nothing`]: then there is no need to ask a backend.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Or(filters) if filters.is_empty())
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Everything, filter) | (filter, Self::Everything) => filter,
            (Self::And(mut filters), filter) => {
                filters.push(filter);
                Self::And(filters)
            }
            (filter, other) => Self::And(vec![filter, other]),
        }
    }

    /// At least one.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Or(mut filters), filter) => {
                filters.push(filter);
                Self::Or(filters)
            }
            (filter, other) => Self::Or(vec![filter, other]),
        }
    }

    /// Every field that it names, in order of appearance.
    pub fn fields(&self) -> Vec<&str> {
        let mut fields = Vec::new();
        self.visit(&mut |_, field| fields.push(field));
        fields
    }

    /// Makes sure that every field is one of the model, has the operator that is asked of it, and
    /// is compared with values of its type.
    ///
    /// # Errors
    /// `Invalid`, naming the model and the field.
    pub fn check(&self, def: &'static ModelDef) -> Result<()> {
        let mut outcome = Ok(());
        self.visit(&mut |leaf, field| {
            if outcome.is_ok() {
                outcome = column(def, field).and_then(|(_, column)| {
                    check_leaf(leaf, column).map_err(|error| error.in_field(field).in_model(def.name))
                });
            }
        });
        outcome
    }

    fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Filter, &'a str)) {
        match self {
            Self::Everything => {}
            Self::Compare { field, .. }
            | Self::In { field, .. }
            | Self::IsNull { field }
            | Self::Like { field, .. }
            | Self::Regex { field, .. }
            | Self::ContainsAll { field, .. }
            | Self::Overlaps { field, .. }
            | Self::ContainedBy { field, .. }
            | Self::JsonContains { field, .. }
            | Self::JsonHasKey { field, .. }
            | Self::JsonPath { field, .. }
            | Self::Spatial { field, .. } => see(self, field),
            Self::And(filters) | Self::Or(filters) => filters.iter().for_each(|filter| filter.visit(see)),
            Self::Not(filter) => filter.visit(see),
        }
    }
}

/// The column of a field's path.
///
/// # Errors
/// `Invalid`, naming the model and the fields that it has.
pub(crate) fn column(def: &'static ModelDef, field: &str) -> Result<(usize, &'static ColumnDef)> {
    let layout = def.layout();
    layout.position(field).map(|position| (position, &layout.columns()[position])).ok_or_else(|| {
        crate::types::json_form::unknown_field(field, layout.columns().iter().map(|column| column.path.as_str()))
            .in_model(def.name)
    })
}

/// A flattened value is null if all its columns are.
pub(super) fn is_null_filter(columns: &[&'static ColumnDef]) -> Filter {
    Filter::And(columns.iter().map(|column| Filter::IsNull { field: column.path.as_str().into() }).collect())
}

/// `text` as a pattern that matches only itself.
pub(crate) fn escape_like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// A [`Filter`] on the records of `M`.
///
/// A value that could not be held (such as a year beyond 9999) is kept as the error and told when
/// the predicate is used, so that predicates can be written without `?`.
#[derive(Debug)]
#[must_use = "a predicate does nothing until a query has it"]
pub struct Predicate<M> {
    filter: Result<Filter>,
    model: PhantomData<fn() -> M>,
}

impl<M> Predicate<M> {
    pub(super) fn from_result(filter: Result<Filter>) -> Self {
        Self { filter, model: PhantomData }
    }

    pub(super) fn from_value(value: Result<Value>, filter: impl FnOnce(Value) -> Filter) -> Self {
        Self::from_result(value.map(filter))
    }

    /// A predicate made of a filter, for filters that came by name.
    pub fn from_filter(filter: Filter) -> Self {
        Self::from_result(Ok(filter))
    }

    /// The filter.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held.
    pub fn into_filter(self) -> Result<Filter> {
        self.filter
    }

    /// Both.
    pub fn and(self, other: Self) -> Self {
        Self::from_result(self.filter.and_then(|filter| Ok(filter.and(other.filter?))))
    }

    /// At least one.
    pub fn or(self, other: Self) -> Self {
        Self::from_result(self.filter.and_then(|filter| Ok(filter.or(other.filter?))))
    }
}

impl<M> Not for Predicate<M> {
    type Output = Self;

    fn not(self) -> Self {
        Self::from_result(self.filter.map(|filter| Filter::Not(Box::new(filter))))
    }
}
