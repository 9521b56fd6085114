//! Filters and orders that came as JSON, by the JSON names of a model's fields.
//!
//! A filter is an object: a field with a value (equal to it), with `null` (is null), or with an
//! object of operators; all of its entries hold. `and` and `or` take an array of filters, `not` one.
//!
//! ```json
//! {
//!   "test_type": "pH",
//!   "value": {"gt": 3.5, "lte": 9},
//!   "unit": null,
//!   "tags": {"contains": "a"},
//!   "or": [{"address.city": {"starts_with": "Ro"}}, {"not": {"notes": {"like": "%x%"}}}]
//! }
//! ```
//!
//! A field of a flattened value is named by a path with dots. `self.` before a name says that it is
//! a field, whatever it is called: `{"self.or": 1}` is the field `or`. The meaning of a filter thus
//! never changes because a model gets a new field.
//!
//! An order is an array of names, with `-` for the largest first, or of objects
//! `{"field": "value", "descending": true}`, whose names are taken without that sign. The operators
//! stand in [`ops`].

mod ops;
mod spatial;

use serde_json::{Map, Value as Json};

pub use self::spatial::nearest_from_json;
use super::filter::{Filter, is_null_filter};
use super::operators::Ability;
use super::query::OrderBy;
use crate::error::{Error, Result};
use crate::schema::{ColumnDef, ModelDef};
use crate::types::describe_json;
use crate::types::json_form::{from_json, unknown_field};

/// Reads a filter on the records of `def`.
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
/// use serde_json::json;
/// use sqh_model::expr::filter_from_json;
///
/// let def = AppLabResult::def();
/// let filter = filter_from_json(def, &json!({"test_type": "pH", "value": {"gt": 3.5, "lte": 9}})).unwrap();
/// assert_eq!(filter.fields(), ["test_type", "value", "value"]);
///
/// let error = filter_from_json(def, &json!({"valeu": 7})).unwrap_err();
/// assert!(error.to_string().contains("did you mean `value`?"));
/// ```
///
/// # Errors
/// `Invalid`, naming the model and the field: a field that there is not, an operator that the
/// field's type does not have, a value that is none of the type.
pub fn filter_from_json(def: &'static ModelDef, json: &Json) -> Result<Filter> {
    filter(def, json).map_err(|error| error.in_model(def.name))
}

/// Reads an order of the records of `def`: `"-created_at"`, `["test_type", "-value"]`,
/// `[{"field": "value", "descending": true}]`.
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
/// use serde_json::json;
/// use sqh_model::expr::order_from_json;
///
/// let order = order_from_json(AppLabResult::def(), &json!(["test_type", "-value"])).unwrap();
/// assert!(order[1].field == "value" && order[1].descending);
/// ```
///
/// # Errors
/// `Invalid`, naming the model and the field.
pub fn order_from_json(def: &'static ModelDef, json: &Json) -> Result<Vec<OrderBy>> {
    let entries = match json {
        Json::Array(entries) => entries.as_slice(),
        entry => std::slice::from_ref(entry),
    };
    entries.iter().map(|entry| order(def, entry)).collect::<Result<_>>().map_err(|error| error.in_model(def.name))
}

fn filter(def: &'static ModelDef, json: &Json) -> Result<Filter> {
    let Json::Object(entries) = json else {
        return Err(Error::invalid(format!(
            "a filter is an object such as {{\"field\": value}}, not {}",
            describe_json(json)
        )));
    };
    entries.iter().map(|(name, json)| entry(def, name, json)).collect::<Result<Vec<_>>>().map(all)
}

fn entry(def: &'static ModelDef, name: &str, json: &Json) -> Result<Filter> {
    match name {
        "and" => several(def, name, json).map(Filter::And),
        "or" => several(def, name, json).map(Filter::Or),
        "not" => filter(def, json).map(|filter| Filter::Not(Box::new(filter))),
        name => match find(def, name)? {
            Found::Column(column) => on_column(column, json).map_err(|error| error.in_field(name)),
            Found::Flattened(columns) => on_flattened(name, &columns, json).map_err(|error| error.in_field(name)),
        },
    }
}

fn several(def: &'static ModelDef, word: &str, json: &Json) -> Result<Vec<Filter>> {
    let Json::Array(filters) = json else {
        return Err(Error::invalid(format!(
            "`{word}` takes an array of filters, not {}; a field of that name is `self.{word}`",
            describe_json(json)
        )));
    };
    filters.iter().map(|json| filter(def, json)).collect()
}

fn on_column(column: &'static ColumnDef, json: &Json) -> Result<Filter> {
    match json {
        Json::Null => Ok(Filter::IsNull { field: column.path.as_str().into() }),
        Json::Object(operators) => operators_on(operators, |operator, json| ops::leaf(column, operator, json)),
        json => ops::leaf(column, "eq", json),
    }
}

fn on_flattened(name: &str, columns: &[&'static ColumnDef], json: &Json) -> Result<Filter> {
    match json {
        Json::Null => Ok(is_null_filter(columns)),
        Json::Object(operators) if operators.contains_key("is_null") => {
            operators_on(operators, |operator, json| match operator {
                "is_null" => ops::null(is_null_filter(columns), json),
                _ => Err(part_needed(name, columns)),
            })
        }
        _ => Err(part_needed(name, columns)),
    }
}

/// The error for a flattened value where a part of it is meant.
pub(crate) fn part_needed(name: &str, columns: &[&'static ColumnDef]) -> Error {
    let parts = columns.iter().map(|column| column.json_path.join(".")).collect::<Vec<_>>().join("`, `");
    Error::invalid(format!("`{name}` is a record: name a part of it, which are `{parts}`"))
}

fn operators_on(operators: &Map<String, Json>, leaf: impl Fn(&str, &Json) -> Result<Filter>) -> Result<Filter> {
    if operators.is_empty() {
        return Err(Error::invalid("there is no operator in `{}`: write a value, or such as {\"gt\": 3}"));
    }
    operators.iter().map(|(operator, json)| leaf(operator, json)).collect::<Result<Vec<_>>>().map(all)
}

/// One filter as itself, none as everything.
fn all(mut filters: Vec<Filter>) -> Filter {
    match filters.len() {
        0 => Filter::Everything,
        1 => filters.remove(0),
        _ => Filter::And(filters),
    }
}

/// What an order is by, and whether the largest comes first.
pub(crate) fn order_from(json: &Json) -> Result<(&str, bool)> {
    match json {
        Json::String(name) => Ok(match name.strip_prefix('-') {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        }),
        Json::Object(entry) => order_entry(entry),
        json => Err(not_an_order(describe_json(json))),
    }
}

fn order(def: &'static ModelDef, json: &Json) -> Result<OrderBy> {
    let (name, descending) = order_from(json)?;
    match find(def, name)? {
        Found::Column(column) => {
            Ability::Order.check(column).map_err(|error| error.in_field(name))?;
            Ok(OrderBy { field: column.path.as_str().into(), descending })
        }
        Found::Flattened(columns) => Err(part_needed(name, &columns).in_field(name)),
    }
}

fn order_entry(entry: &Map<String, Json>) -> Result<(&str, bool)> {
    if let Some(unknown) = entry.keys().find(|key| !matches!(key.as_str(), "field" | "descending")) {
        return Err(Error::invalid(format!("an order has no `{unknown}`: it has `field` and `descending`")));
    }
    let name = entry.get("field").and_then(Json::as_str).ok_or_else(|| not_an_order("an object without a `field`"))?;
    match entry.get("descending") {
        None => Ok((name, false)),
        Some(Json::Bool(descending)) => Ok((name, *descending)),
        Some(other) => Err(Error::invalid(format!("`descending` is true or false, not {}", describe_json(other)))),
    }
}

fn not_an_order(got: &str) -> Error {
    Error::invalid(format!(
        "an order is \"name\", \"-name\" or {{\"field\": \"name\", \"descending\": true}}, not {got}"
    ))
}

/// What a name means.
pub(crate) enum Found {
    /// A field.
    Column(&'static ColumnDef),
    /// A flattened value, by its parts.
    Flattened(Vec<&'static ColumnDef>),
}

/// The field of a path of JSON names.
///
/// # Errors
/// `Invalid`, naming the fields that there are.
pub(crate) fn find(def: &'static ModelDef, name: &str) -> Result<Found> {
    let columns = def.layout().columns();
    let path = name.strip_prefix("self.").unwrap_or(name);
    if let Some(column) = columns.iter().find(|column| column.json_path.join(".") == path) {
        return Ok(Found::Column(column));
    }
    let inside = |column: &&ColumnDef| {
        let depth = column.json_path.len();
        (1..depth).any(|outer| column.json_path[..outer].join(".") == path)
    };
    let parts: Vec<_> = columns.iter().filter(inside).collect();
    if parts.is_empty() {
        let names: Vec<_> = columns.iter().map(|column| column.json_path.join(".")).collect();
        return Err(unknown_field(path, names.iter().map(String::as_str)));
    }
    Ok(Found::Flattened(parts))
}

/// The value of a column's type that `json` says.
fn value(ty: &crate::types::TypeDef, json: &Json) -> Result<crate::value::Value> {
    let ty = ty.required();
    if json.is_null() && ty.kind() != crate::value::ValueKind::Json {
        return Err(Error::invalid(
            "nothing compares with null: write `null` as the field's value, or `\"is_null\": true`",
        ));
    }
    from_json(&ty, json)
}
