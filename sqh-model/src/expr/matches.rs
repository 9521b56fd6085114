//! [`Filter::matches`]: the filter tree read in memory, as PostgreSQL reads it.
//!
//! Three-valued: what compares with a null is unknown, `NOT` leaves unknown as it is, and only what
//! is true matches. Values compare by [`compare_as`]: NaN equals itself and is the greatest, text
//! is ordered by its bytes, a native enum as it is declared.

use super::filter::{Filter, column};
use super::json_match;
use super::like::Pattern;
use super::regex::Regex;
use crate::compare::{compare_as, json_eq};
use crate::error::{Error, Result};
use crate::schema::{ColumnDef, ModelDef};
use crate::types::{Shape, TypeDef};
use crate::value::Value;

/// True, false, or `None` for unknown.
type Truth = Option<bool>;

impl Filter {
    /// Whether a row of `def` is found by the filter.
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
    /// #     unit: Option<String>,
    /// # }
    /// use sqh_model::row::to_row;
    ///
    /// let result = AppLabResult { id: 1, test_type: "pH".to_owned(), value: 7.5, unit: None };
    /// let row = to_row(result).unwrap();
    /// let above = AppLabResult::VALUE.gt(3.5).into_filter().unwrap();
    /// assert!(above.matches(AppLabResult::def(), &row).unwrap());
    /// let other_unit = AppLabResult::UNIT.ne("mg/l").into_filter().unwrap();
    /// assert!(!other_unit.matches(AppLabResult::def(), &row).unwrap(), "a null is neither equal nor unequal");
    /// ```
    ///
    /// # Errors
    /// What [`Filter::check`] would have refused: a field that the model does not have, an operator
    /// that the type does not have, a pattern that cannot be read.
    pub fn matches(&self, def: &'static ModelDef, row: &[Value]) -> Result<bool> {
        Ok(self.truth(def, row)? == Some(true))
    }

    fn truth(&self, def: &'static ModelDef, row: &[Value]) -> Result<Truth> {
        match self {
            Self::Everything => Ok(Some(true)),
            Self::And(filters) => decide(filters, def, row, false),
            Self::Or(filters) => decide(filters, def, row, true),
            Self::Not(filter) => Ok(filter.truth(def, row)?.map(|truth| !truth)),
            Self::IsNull { field } => cell(def, row, field).map(|(_, value)| Some(is_null(value))),
            Self::Compare { field, .. }
            | Self::In { field, .. }
            | Self::Like { field, .. }
            | Self::Regex { field, .. }
            | Self::ContainsAll { field, .. }
            | Self::Overlaps { field, .. }
            | Self::ContainedBy { field, .. }
            | Self::JsonContains { field, .. }
            | Self::JsonHasKey { field, .. }
            | Self::JsonPath { field, .. }
            | Self::Spatial { field, .. } => {
                let (column, value) = cell(def, row, field)?;
                self.leaf(column, value).map_err(|error| error.in_field(field).in_model(def.name))
            }
        }
    }

    fn leaf(&self, column: &ColumnDef, value: &Value) -> Result<Truth> {
        // Not even `NULL = ANY('{}')` is unknown: nothing is among no values.
        if matches!(self, Self::In { values, .. } if values.is_empty()) {
            return Ok(Some(false));
        }
        if is_null(value) {
            return Ok(None);
        }
        let ty = &column.ty;
        Ok(match (self, value) {
            (Self::Compare { comparison, value: other, .. }, value) => {
                (!is_null(other)).then(|| comparison.holds(compare_as(ty, value, other)))
            }
            (Self::In { values, .. }, value) => is_among(ty, value, values),
            (Self::Like { pattern, case_sensitive, .. }, Value::Text(text)) => {
                Some(Pattern::parse(pattern, *case_sensitive)?.matches(text))
            }
            (Self::Regex { pattern, case_sensitive, .. }, Value::Text(text)) => {
                Some(Regex::parse(pattern, *case_sensitive)?.matches(text))
            }
            (Self::ContainsAll { values, .. }, Value::Array(items)) => Some(holds_all(ty, items, values)),
            (Self::ContainedBy { values, .. }, Value::Array(items)) => Some(holds_all(ty, values, items)),
            (Self::Overlaps { values, .. }, Value::Array(items)) => {
                let items = flat(items);
                Some(flat(values).into_iter().any(|value| holds(ty, &items, value)))
            }
            (Self::JsonContains { json: other, .. }, Value::Json(json)) => Some(json_match::contains(json, other)),
            (Self::JsonHasKey { key, .. }, Value::Json(json)) => Some(json_match::has_key(json, key)),
            (Self::JsonPath { path, json: other, .. }, Value::Json(json)) => {
                json_match::at_path(json, path).map(|json| json_eq(json, other))
            }
            (Self::Spatial { is, .. }, Value::Geometry(place)) => Some(is.holds(place)),
            _ => return Err(Error::invalid(format!("the operator is none of a field that is {}", ty.name()))),
        })
    }
}

/// `AND`, which one false decides, or `OR`, which one true decides; else an unknown leaves it unknown.
fn decide(filters: &[Filter], def: &'static ModelDef, row: &[Value], decisive: bool) -> Result<Truth> {
    let mut outcome = Some(!decisive);
    for filter in filters {
        match filter.truth(def, row)? {
            Some(truth) if truth == decisive => return Ok(Some(decisive)),
            Some(_) => {}
            None => outcome = None,
        }
    }
    Ok(outcome)
}

fn cell<'a>(def: &'static ModelDef, row: &'a [Value], field: &str) -> Result<(&'static ColumnDef, &'a Value)> {
    let (position, column) = column(def, field)?;
    let value = row.get(position).ok_or_else(|| {
        Error::internal("the row has fewer values than the model has columns").in_field(field).in_model(def.name)
    })?;
    Ok((column, value))
}

fn is_null(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Unset)
}

/// `value = ANY(values)`: a null among them leaves it unknown unless another is equal.
fn is_among(ty: &TypeDef, value: &Value, values: &[Value]) -> Truth {
    if values.iter().any(|other| !is_null(other) && compare_as(ty, value, other).is_eq()) {
        return Some(true);
    }
    if values.iter().any(is_null) { None } else { Some(false) }
}

/// `items @> values`. A null matches nothing, not even a null.
fn holds_all(ty: &TypeDef, items: &[Value], values: &[Value]) -> bool {
    let items = flat(items);
    flat(values).into_iter().all(|value| holds(ty, &items, value))
}

fn holds(ty: &TypeDef, items: &[&Value], value: &Value) -> bool {
    let element = match ty.shape {
        Shape::Collection(_, element) => element,
        _ => ty,
    };
    !is_null(value) && items.iter().any(|item| !is_null(item) && compare_as(element, item, value).is_eq())
}

/// The elements of an array without its dimensions, which PostgreSQL's containment does not look at.
fn flat(values: &[Value]) -> Vec<&Value> {
    values
        .iter()
        .flat_map(|value| match value {
            Value::Array(inner) => flat(inner),
            value => vec![value],
        })
        .collect()
}
