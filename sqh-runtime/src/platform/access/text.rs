//! Filters in words, for a person.

use sqh_model::Value;
use sqh_model::expr::{Comparison, Filter};
use sqh_model::schema::ModelDef;
use sqh_model::types::json_form::to_json;
use sqh_model::types::{Shape, TypeDef};

/// Which records a filter finds: `writer == "ann" || desk == "east"`, as rules are written.
pub(super) fn describe(def: &'static ModelDef, filter: &Filter) -> String {
    match filter {
        Filter::Everything => "every record".to_owned(),
        filter if filter.is_nothing() => "no record".to_owned(),
        filter => said(def, filter),
    }
}

fn said(def: &'static ModelDef, filter: &Filter) -> String {
    match filter {
        Filter::Everything => "true".to_owned(),
        Filter::And(filters) => joined(def, filters, " && ", "true"),
        Filter::Or(filters) => joined(def, filters, " || ", "false"),
        Filter::Not(filter) => format!("!({})", said(def, filter)),
        Filter::IsNull { field } => format!("{field} == None"),
        Filter::Compare { field, comparison, value } => {
            format!("{field} {} {}", operator(*comparison), shown(def, field, value))
        }
        Filter::In { field, values } => format!("[{}].contains({field})", listed(def, field, values)),
        Filter::ContainsAll { field, values } => match values.as_slice() {
            [value] => format!("{field}.contains({})", shown(def, field, value)),
            values => format!("{field} contains all of [{}]", listed(def, field, values)),
        },
        Filter::Overlaps { field, values } => format!("{field} contains one of [{}]", listed(def, field, values)),
        Filter::ContainedBy { field, values } => format!("{field} contains only [{}]", listed(def, field, values)),
        // No rule has any other.
        other => format!("{other:?}"),
    }
}

fn joined(def: &'static ModelDef, filters: &[Filter], word: &str, none: &str) -> String {
    let is_inner = |filter: &Filter| matches!(filter, Filter::And(inner) | Filter::Or(inner) if inner.len() > 1);
    let parts: Vec<String> = filters
        .iter()
        .map(|filter| match is_inner(filter) {
            true => format!("({})", said(def, filter)),
            false => said(def, filter),
        })
        .collect();
    if parts.is_empty() { none.to_owned() } else { parts.join(word) }
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Eq => "==",
        Comparison::Ne => "!=",
        Comparison::Lt => "<",
        Comparison::Lte => "<=",
        Comparison::Gt => ">",
        Comparison::Gte => ">=",
    }
}

fn listed(def: &'static ModelDef, field: &str, values: &[Value]) -> String {
    values.iter().map(|value| shown(def, field, value)).collect::<Vec<_>>().join(", ")
}

/// The value as JSON has it; an element of a collection as the collection's.
fn shown(def: &'static ModelDef, field: &str, value: &Value) -> String {
    let layout = def.layout();
    let column = layout.position(field).map(|position| &layout.columns()[position].ty);
    let json = column.and_then(|ty| to_json(element(ty, value), value).ok());
    json.map_or_else(|| format!("{value:?}"), |json| json.to_string())
}

fn element<'a>(ty: &'a TypeDef, value: &Value) -> &'a TypeDef {
    match ty.shape {
        Shape::Collection(_, element) if !matches!(value, Value::Array(_)) => element,
        _ => ty,
    }
}
