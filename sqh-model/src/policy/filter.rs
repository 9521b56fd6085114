//! [`filter`]: the rules evaluated for one principal, as far as they can be without a record.
//!
//! What is left is a [`Filter`] for the backends. No condition is negated as a whole: [`Reader::when`]
//! asks where it is true or where it is false, down to the leaves, so that what is unknown is neither.

use super::access::AccessContext;
use super::condition::{Condition, Term};
use super::needs::{default_decision, lacks_shared_write};
use super::operand::{self, Truth};
use super::rule;
use super::verb::Verb;
use crate::error::Result;
use crate::expr::{Comparison, Filter};
use crate::schema::{ColumnDef, ModelDef};
use crate::value::Value;

/// The records of `def` to which `access` may do `verb`: [`Filter::Everything`] if it is all of them,
/// [`Filter::nothing`] if it is none, whatever is stored.
///
/// [`Verb::List`] includes what [`Verb::Read`] asks. For a write it is what the record must be, the
/// stored one and the one that is written.
///
/// # Errors
/// `Invalid` for a rule with a value that its field cannot hold; a registry refuses such a model.
pub fn filter(def: &'static ModelDef, verb: Verb, access: &AccessContext) -> Result<Filter> {
    if def.policies.is_empty() {
        return Ok(constant(default_decision(def, verb, access).allowed));
    }
    if lacks_shared_write(def, verb, access) {
        return Ok(Filter::nothing());
    }
    let reader = Reader { def, access };
    let mut parts = Vec::new();
    for verb in rule::asked(def, verb) {
        let allowed = rule::allows(def, *verb).map(|rule| reader.when(&rule.condition, true));
        parts.push(any(allowed.collect::<Result<_>>()?));
    }
    for rule in rule::forbids(def, verb) {
        parts.push(reader.when(&rule.condition, false)?);
    }
    Ok(all(parts))
}

struct Reader<'a> {
    def: &'static ModelDef,
    access: &'a AccessContext,
}

impl Reader<'_> {
    /// The filter that is true exactly where the condition is `wanted`.
    fn when(&self, condition: &Condition, wanted: bool) -> Result<Filter> {
        let access = self.access;
        let known = |truth: Truth| Ok(constant(truth == Some(wanted)));
        match condition {
            Condition::Constant(value) => known(Some(*value)),
            Condition::All(conditions) => self.each(conditions, wanted, wanted),
            Condition::Any(conditions) => self.each(conditions, wanted, !wanted),
            Condition::Not(condition) => self.when(condition, !wanted),
            Condition::Role(role) => known(Some(access.has_role(role))),
            Condition::Permission(permission) => known(Some(access.has_permission(permission))),
            Condition::Authenticated => known(Some(access.is_authenticated())),
            Condition::Owner { field } => self.held_by(field, access.user_id.as_deref(), wanted),
            Condition::Team { field } => self.held_by(field, access.team_id.as_deref(), wanted),
            Condition::IsNull { field } => self.is_null(field, wanted),
            Condition::Compare { field, comparison, with } => self.compare(field, *comparison, with, wanted),
            Condition::Contains { field, element } => self.contains(field, element, wanted),
            Condition::Among { field, values } => self.among(field, values, wanted),
            Condition::AmongAttribute { field, attribute } => self.among_attribute(field, attribute, wanted),
            Condition::Attribute { attribute, comparison, with } => {
                known(operand::compare_attribute(access.attribute(attribute), *comparison, with, access)?)
            }
            Condition::AttributeContains { attribute, element } => {
                known(operand::attribute_holds(access.attribute(attribute), element, access)?)
            }
        }
    }

    fn each(&self, conditions: &[Condition], wanted: bool, is_all: bool) -> Result<Filter> {
        let filters = conditions.iter().map(|condition| self.when(condition, wanted)).collect::<Result<_>>()?;
        Ok(if is_all { all(filters) } else { any(filters) })
    }

    fn column(&self, field: &'static str) -> Result<&'static ColumnDef> {
        operand::column(self.def, field).map(|(_, column)| column)
    }

    fn held_by(&self, field: &'static str, id: Option<&str>, wanted: bool) -> Result<Filter> {
        let value = operand::of_principal(&self.column(field)?.ty, id);
        Ok(value.map_or_else(Filter::nothing, |value| compared(field, Comparison::Eq, value, wanted)))
    }

    fn is_null(&self, field: &'static str, wanted: bool) -> Result<Filter> {
        let columns = operand::columns(self.def, field)?;
        let leaves = columns
            .into_iter()
            .map(|(_, column)| wanted_leaf(Filter::IsNull { field: column.path.as_str().into() }, wanted));
        Ok(if wanted { all(leaves.collect()) } else { any(leaves.collect()) })
    }

    fn compare(&self, field: &'static str, comparison: Comparison, with: &Term, wanted: bool) -> Result<Filter> {
        let value = self.value(field, &self.column(field)?.ty, with)?;
        Ok(value.map_or_else(Filter::nothing, |value| compared(field, comparison, value, wanted)))
    }

    fn contains(&self, field: &'static str, element: &Term, wanted: bool) -> Result<Filter> {
        let ty = crate::expr::element(&self.column(field)?.ty);
        let value = self.value(field, &ty, element)?;
        Ok(value.map_or_else(Filter::nothing, |value| {
            wanted_leaf(Filter::ContainsAll { field: field.into(), values: vec![value] }, wanted)
        }))
    }

    fn among(&self, field: &'static str, terms: &[Term], wanted: bool) -> Result<Filter> {
        let ty = &self.column(field)?.ty;
        let values = terms.iter().map(|term| self.value(field, ty, term)).collect::<Result<Vec<_>>>()?;
        Ok(among(field, values, wanted))
    }

    fn among_attribute(&self, field: &'static str, attribute: &str, wanted: bool) -> Result<Filter> {
        let ty = &self.column(field)?.ty;
        let Some(serde_json::Value::Array(items)) = self.access.attribute(attribute) else {
            return Ok(Filter::nothing());
        };
        Ok(among(field, items.iter().map(|item| operand::of_json(ty, item)).collect(), wanted))
    }

    fn value(&self, field: &str, ty: &crate::types::TypeDef, term: &Term) -> Result<Option<Value>> {
        operand::value(ty, term, self.access).map_err(|error| error.in_field(field).in_model(self.def.name))
    }
}

/// One of the values, of which an unknown one may be anything.
fn among(field: &'static str, values: Vec<Option<Value>>, wanted: bool) -> Filter {
    let has_unknown = values.iter().any(Option::is_none);
    let mut values: Vec<Value> = values.into_iter().flatten().collect();
    if !wanted && has_unknown {
        return Filter::nothing();
    }
    if values.is_empty() {
        return constant(!wanted);
    }
    match values.len() {
        1 => compared(field, Comparison::Eq, values.remove(0), wanted),
        _ => wanted_leaf(Filter::In { field: field.into(), values }, wanted),
    }
}

fn compared(field: &'static str, comparison: Comparison, value: Value, wanted: bool) -> Filter {
    let comparison = if wanted { comparison } else { comparison.opposite() };
    Filter::Compare { field: field.into(), comparison, value }
}

fn wanted_leaf(leaf: Filter, wanted: bool) -> Filter {
    if wanted { leaf } else { Filter::Not(Box::new(leaf)) }
}

fn constant(truth: bool) -> Filter {
    if truth { Filter::Everything } else { Filter::nothing() }
}

fn all(filters: Vec<Filter>) -> Filter {
    let mut parts = Vec::new();
    for filter in filters {
        match filter {
            Filter::Everything => {}
            filter if filter.is_nothing() => return filter,
            Filter::And(inner) => parts.extend(inner),
            filter => parts.push(filter),
        }
    }
    match parts.len() {
        0 => Filter::Everything,
        1 => parts.remove(0),
        _ => Filter::And(parts),
    }
}

fn any(filters: Vec<Filter>) -> Filter {
    let mut parts = Vec::new();
    for filter in filters {
        match filter {
            Filter::Everything => return Filter::Everything,
            Filter::Or(inner) => parts.extend(inner),
            filter => parts.push(filter),
        }
    }
    if parts.len() == 1 { parts.remove(0) } else { Filter::Or(parts) }
}
