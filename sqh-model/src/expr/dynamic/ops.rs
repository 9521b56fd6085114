//! The operators of a filter that came as JSON: one row each.

use serde_json::Value as Json;

use super::{spatial, value};
use crate::error::{Error, Result};
use crate::expr::filter::{Comparison, Filter, escape_like};
use crate::expr::operators::{Ability, check_leaf, element};
use crate::near;
use crate::schema::ColumnDef;
use crate::types::json_form::from_json;
use crate::types::{Point, Polygon, describe_json};
use crate::value::Value;

/// An operator: its name, what it asks of the field, and what it makes of its operand.
struct Operator {
    name: &'static str,
    ability: Option<Ability>,
    read: fn(&'static ColumnDef, &Json) -> Result<Filter>,
}

const fn operator(
    name: &'static str,
    ability: Ability,
    read: fn(&'static ColumnDef, &Json) -> Result<Filter>,
) -> Operator {
    Operator { name, ability: Some(ability), read }
}

static OPERATORS: [Operator; 25] = [
    operator("eq", Ability::Equality, |column, json| compare(column, Comparison::Eq, json)),
    operator("ne", Ability::Equality, |column, json| compare(column, Comparison::Ne, json)),
    operator("lt", Ability::Order, |column, json| compare(column, Comparison::Lt, json)),
    operator("lte", Ability::Order, |column, json| compare(column, Comparison::Lte, json)),
    operator("gt", Ability::Order, |column, json| compare(column, Comparison::Gt, json)),
    operator("gte", Ability::Order, |column, json| compare(column, Comparison::Gte, json)),
    operator("in", Ability::Equality, is_in),
    operator("between", Ability::Order, between),
    operator("like", Ability::Text, |column, json| Ok(like(column, text(json)?.to_owned(), true))),
    operator("ilike", Ability::Text, |column, json| Ok(like(column, text(json)?.to_owned(), false))),
    operator("regex", Ability::Text, |column, json| Ok(regex(column, text(json)?.to_owned(), true))),
    operator("iregex", Ability::Text, |column, json| Ok(regex(column, text(json)?.to_owned(), false))),
    operator("starts_with", Ability::Text, |column, json| Ok(like(column, escape_like(text(json)?) + "%", true))),
    Operator {
        name: "is_null",
        ability: None,
        read: |column, json| null(Filter::IsNull { field: column.path.as_str().into() }, json),
    },
    operator("contains", Ability::Elements, |column, json| {
        let values = vec![element_value(column, json)?];
        Ok(Filter::ContainsAll { field: column.path.as_str().into(), values })
    }),
    operator("contains_all", Ability::Elements, |column, json| {
        Ok(Filter::ContainsAll { field: column.path.as_str().into(), values: elements(column, json)? })
    }),
    operator("overlaps", Ability::Elements, |column, json| {
        Ok(Filter::Overlaps { field: column.path.as_str().into(), values: elements(column, json)? })
    }),
    operator("contained_by", Ability::Elements, |column, json| {
        Ok(Filter::ContainedBy { field: column.path.as_str().into(), values: elements(column, json)? })
    }),
    operator("json_contains", Ability::Document, |column, json| {
        Ok(Filter::JsonContains { field: column.path.as_str().into(), json: Box::new(json.clone()) })
    }),
    operator("has_key", Ability::Document, |column, json| {
        Ok(Filter::JsonHasKey { field: column.path.as_str().into(), key: text(json)?.to_owned() })
    }),
    operator("path", Ability::Document, path),
    operator("within_distance", Ability::Point, spatial::within_distance),
    operator("within", Ability::Point, spatial::meets::<Polygon>),
    operator("covers", Ability::Polygon, spatial::meets::<Point>),
    operator("in_bbox", Ability::Place, spatial::in_bbox),
];

/// The filter of one operator on one column.
pub(super) fn leaf(column: &'static ColumnDef, name: &str, json: &Json) -> Result<Filter> {
    let usable = || OPERATORS.iter().filter(|operator| operator.ability.is_none_or(|it| it.of(&column.ty)));
    let names = || usable().map(|operator| operator.name);
    let known = || names().collect::<Vec<_>>().join("`, `");
    let Some(operator) = OPERATORS.iter().find(|operator| operator.name == name) else {
        let hint = near::hint(name, names());
        return Err(Error::invalid(format!("there is no operator `{name}`{hint}: the operators are `{}`", known())));
    };
    if let Some(ability) = operator.ability.filter(|ability| !ability.of(&column.ty)) {
        return Err(Error::invalid(format!(
            "`{name}` is for {}, and the field is {}: its operators are `{}`",
            ability.purpose(),
            column.ty.name(),
            known()
        )));
    }
    let filter = (operator.read)(column, json).map_err(|error| error.context(format!("in `{name}`")))?;
    check_leaf(&filter, column)?;
    Ok(filter)
}

/// `is_null`, which takes true or false.
pub(super) fn null(filter: Filter, json: &Json) -> Result<Filter> {
    match json {
        Json::Bool(true) => Ok(filter),
        Json::Bool(false) => Ok(Filter::Not(Box::new(filter))),
        other => Err(Error::invalid(format!("`is_null` is true or false, not {}", describe_json(other)))),
    }
}

fn compare(column: &'static ColumnDef, comparison: Comparison, json: &Json) -> Result<Filter> {
    Ok(Filter::Compare { field: column.path.as_str().into(), comparison, value: value(&column.ty, json)? })
}

fn is_in(column: &'static ColumnDef, json: &Json) -> Result<Filter> {
    let values = array(json)?.iter().map(|json| value(&column.ty, json)).collect::<Result<_>>()?;
    Ok(Filter::In { field: column.path.as_str().into(), values })
}

fn between(column: &'static ColumnDef, json: &Json) -> Result<Filter> {
    let [low, high] = array(json)?.as_slice() else {
        return Err(Error::invalid("it takes two values, the lowest and the highest, such as [1, 9]"));
    };
    Ok(compare(column, Comparison::Gte, low)?.and(compare(column, Comparison::Lte, high)?))
}

fn like(column: &'static ColumnDef, pattern: String, case_sensitive: bool) -> Filter {
    Filter::Like { field: column.path.as_str().into(), pattern, case_sensitive }
}

fn regex(column: &'static ColumnDef, pattern: String, case_sensitive: bool) -> Filter {
    Filter::Regex { field: column.path.as_str().into(), pattern, case_sensitive }
}

fn element_value(column: &'static ColumnDef, json: &Json) -> Result<Value> {
    from_json(&element(&column.ty), json)
}

fn elements(column: &'static ColumnDef, json: &Json) -> Result<Vec<Value>> {
    array(json)?.iter().map(|json| element_value(column, json)).collect()
}

/// `{"at": ["limits", "low"], "eq": 3}`: the steps are keys, or positions in an array.
fn path(column: &'static ColumnDef, json: &Json) -> Result<Filter> {
    let shape = || Error::invalid("it takes an object such as {\"at\": [\"limits\", 0], \"eq\": 3}");
    let object = json.as_object().filter(|object| object.len() == 2).ok_or_else(shape)?;
    let (at, other) = object.get("at").and_then(Json::as_array).zip(object.get("eq")).ok_or_else(shape)?;
    let step = |step: &Json| match step {
        Json::String(key) => Ok(key.clone()),
        Json::Number(position) if position.is_i64() => Ok(position.to_string()),
        other => Err(Error::invalid(format!("a step is a key or a position, not {}", describe_json(other)))),
    };
    Ok(Filter::JsonPath {
        field: column.path.as_str().into(),
        path: at.iter().map(step).collect::<Result<_>>()?,
        json: Box::new(other.clone()),
    })
}

fn array(json: &Json) -> Result<&Vec<Json>> {
    json.as_array().ok_or_else(|| Error::invalid(format!("it takes an array, not {}", describe_json(json))))
}

fn text(json: &Json) -> Result<&str> {
    json.as_str().ok_or_else(|| Error::invalid(format!("it takes a string, not {}", describe_json(json))))
}
