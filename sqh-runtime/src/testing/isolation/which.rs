//! [`Which`]: a choice of records that every face can say, and that memory can answer.

use serde_json::{Value as Json, json};
use sqh_model::expr::{Comparison, Filter};
use sqh_model::schema::ModelDef;
use sqh_model::types::json_form::to_json;
use sqh_model::{Result, Value};

/// Which records.
#[derive(Debug, Clone)]
pub(super) enum Which {
    /// Every one.
    All,
    /// Those whose column has a value.
    Eq(usize, Value),
    /// Those whose column has one of some values.
    In(usize, Vec<Value>),
    /// Those whose text is like a pattern.
    Like(usize, String),
    /// Those whose text begins with letters and digits, as a regular expression.
    Regex(usize, String),
}

/// Which records, in which order, how many.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) which: Which,
    /// The column to order by, and whether the largest comes first.
    pub(super) order: Option<(usize, bool)>,
    pub(super) limit: Option<u64>,
    pub(super) offset: u64,
}

impl Asked {
    /// Whether every record that matches is in the answer.
    pub(super) fn is_whole(&self) -> bool {
        self.limit.is_none_or(|limit| limit >= super::draw::MANY) && self.offset == 0
    }
}

impl Which {
    pub(super) fn filter(&self, def: &'static ModelDef) -> Filter {
        let path = |position: usize| def.layout().columns()[position].path.as_str().into();
        match self.clone() {
            Self::All => Filter::Everything,
            Self::Eq(position, value) => Filter::Compare { field: path(position), comparison: Comparison::Eq, value },
            Self::In(position, values) => Filter::In { field: path(position), values },
            Self::Like(position, pattern) => Filter::Like { field: path(position), pattern, case_sensitive: true },
            Self::Regex(position, pattern) => Filter::Regex { field: path(position), pattern, case_sensitive: true },
        }
    }

    pub(super) fn json(&self, def: &'static ModelDef) -> Result<Json> {
        let column = |position: usize| &def.layout().columns()[position];
        let name = |position: usize| format!("self.{}", column(position).json_path.join("."));
        Ok(match self {
            Self::All => json!({}),
            Self::Eq(position, value) => json!({name(*position): {"eq": to_json(&column(*position).ty, value)?}}),
            Self::In(position, values) => {
                let ty = &column(*position).ty;
                let values = values.iter().map(|value| to_json(ty, value)).collect::<Result<Vec<_>>>()?;
                json!({name(*position): {"in": values}})
            }
            Self::Like(position, pattern) => json!({name(*position): {"like": pattern}}),
            Self::Regex(position, pattern) => json!({name(*position): {"regex": pattern}}),
        })
    }

    /// Whether a record is one of them; `None` if it is not known what its column holds.
    pub(super) fn holds(&self, def: &'static ModelDef, row: &[Value]) -> Option<bool> {
        let position = match self {
            Self::All => return Some(true),
            Self::Eq(position, _) | Self::In(position, _) | Self::Like(position, _) | Self::Regex(position, _) => {
                *position
            }
        };
        if row[position].is_unset() {
            return None;
        }
        self.filter(def).matches(def, row).ok()
    }
}
