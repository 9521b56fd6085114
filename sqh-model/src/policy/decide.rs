//! [`decide`]: the rules evaluated on one record, and the rule that decided.
//!
//! It reads the conditions by itself, never through a filter: what both say must agree.

use std::fmt;

use serde_json::Value as Json;

use super::SHARED_REFERENCE_WRITE;
use super::access::AccessContext;
use super::condition::{Condition, Term};
use super::needs::{default_decision, lacks_shared_write};
use super::operand::{self, Truth};
use super::rule::{self, PolicyRule};
use super::verb::Verb;
use crate::compare::compare_as;
use crate::error::{Error, Result};
use crate::expr::Comparison;
use crate::schema::ModelDef;
use crate::types::TypeDef;
use crate::value::Value;

/// Whether a principal may do something to a record, and why.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Whether it may.
    pub allowed: bool,
    /// What decided.
    pub reason: Reason,
}

/// What decided. Its text is for a person.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Reason {
    /// The first rule that allows it; none forbids it.
    AllowedBy(&'static PolicyRule),
    /// The first rule that forbids it.
    ForbiddenBy(&'static PolicyRule),
    /// No rule about this verb allows it.
    NothingAllows(Verb),
    /// The model has no policies: this permission decided, by being held or not.
    DefaultPermission(String),
    /// The model is shared and has no policies: whoever is authenticated reads it, and nobody else.
    SharedReference,
    /// The model is shared, and the permission that each write needs is not held.
    SharedWrite,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::AllowedBy(rule) => write!(f, "allowed by `{rule}`"),
            Reason::ForbiddenBy(rule) => write!(f, "forbidden by `{rule}`"),
            Reason::NothingAllows(verb) => write!(f, "denied: no rule allows `{verb}` here"),
            Reason::DefaultPermission(permission) if self.allowed => {
                write!(f, "allowed by the permission `{permission}`: the model has no policies")
            }
            Reason::DefaultPermission(permission) => {
                write!(f, "denied: the model has no policies, and the permission `{permission}` is missing")
            }
            Reason::SharedReference if self.allowed => {
                f.write_str("allowed: shared records without policies are read by whoever is authenticated")
            }
            Reason::SharedReference => f.write_str("denied: nobody is authenticated"),
            Reason::SharedWrite => {
                write!(f, "denied: a shared record is written with the permission `{SHARED_REFERENCE_WRITE}`")
            }
        }
    }
}

impl Decision {
    pub(super) fn denied(reason: Reason) -> Self {
        Self { allowed: false, reason }
    }
}

/// Whether `access` may do `verb` to a record, and the rule that decided.
///
/// [`Verb::List`] includes what [`Verb::Read`] asks.
///
/// # Errors
/// `Invalid` for a rule with a value that its field cannot hold; `Internal` for a row of another model.
pub fn decide(def: &'static ModelDef, verb: Verb, access: &AccessContext, row: &[Value]) -> Result<Decision> {
    if def.policies.is_empty() {
        return Ok(default_decision(def, verb, access));
    }
    if lacks_shared_write(def, verb, access) {
        return Ok(Decision::denied(Reason::SharedWrite));
    }
    let record = Record { def, access, row };
    for rule in rule::forbids(def, verb) {
        if record.truth(&rule.condition)? != Some(false) {
            return Ok(Decision::denied(Reason::ForbiddenBy(rule)));
        }
    }
    let mut decision = Decision::denied(Reason::NothingAllows(verb));
    for verb in rule::asked(def, verb) {
        decision = record.allowed(*verb)?;
        if !decision.allowed {
            break;
        }
    }
    Ok(decision)
}

struct Record<'a> {
    def: &'static ModelDef,
    access: &'a AccessContext,
    row: &'a [Value],
}

impl Record<'_> {
    fn allowed(&self, verb: Verb) -> Result<Decision> {
        for rule in rule::allows(self.def, verb) {
            if self.truth(&rule.condition)? == Some(true) {
                return Ok(Decision { allowed: true, reason: Reason::AllowedBy(rule) });
            }
        }
        Ok(Decision::denied(Reason::NothingAllows(verb)))
    }

    fn truth(&self, condition: &Condition) -> Result<Truth> {
        let access = self.access;
        match condition {
            Condition::Constant(value) => Ok(Some(*value)),
            Condition::All(conditions) => self.fold(conditions, false),
            Condition::Any(conditions) => self.fold(conditions, true),
            Condition::Not(condition) => Ok(self.truth(condition)?.map(|truth| !truth)),
            Condition::Role(role) => Ok(Some(access.has_role(role))),
            Condition::Permission(permission) => Ok(Some(access.has_permission(permission))),
            Condition::Authenticated => Ok(Some(access.is_authenticated())),
            Condition::Owner { field } => self.held_by(field, access.user_id.as_deref()),
            Condition::Team { field } => self.held_by(field, access.team_id.as_deref()),
            Condition::IsNull { field } => self.is_null(field),
            Condition::Compare { field, comparison, with } => self.compare(field, *comparison, with),
            Condition::Contains { field, element } => self.contains(field, element),
            Condition::Among { field, values } => {
                let (ty, cell) = self.column(field)?;
                let values = values.iter().map(|term| self.value(field, ty, term)).collect::<Result<Vec<_>>>()?;
                Ok(is_among(ty, cell, &values))
            }
            Condition::AmongAttribute { field, attribute } => {
                let (ty, cell) = self.column(field)?;
                let Some(Json::Array(items)) = access.attribute(attribute) else { return Ok(None) };
                let values: Vec<_> = items.iter().map(|item| operand::of_json(ty, item)).collect();
                Ok(is_among(ty, cell, &values))
            }
            Condition::Attribute { attribute, comparison, with } => {
                operand::compare_attribute(access.attribute(attribute), *comparison, with, access)
            }
            Condition::AttributeContains { attribute, element } => {
                operand::attribute_holds(access.attribute(attribute), element, access)
            }
        }
    }

    /// `&&`, which one false decides, or `||`, which one true decides; else an unknown leaves it unknown.
    fn fold(&self, conditions: &[Condition], decisive: bool) -> Result<Truth> {
        let truths = conditions.iter().map(|condition| self.truth(condition)).collect::<Result<Vec<_>>>()?;
        if truths.contains(&Some(decisive)) {
            return Ok(Some(decisive));
        }
        Ok(if truths.contains(&None) { None } else { Some(!decisive) })
    }

    /// The value of a column, or `None` if it is null.
    fn cell(&self, position: usize) -> Result<Option<&Value>> {
        let value = self.row.get(position).ok_or_else(|| {
            Error::internal("the row has fewer values than the model has columns").in_model(self.def.name)
        })?;
        Ok((!matches!(value, Value::Null | Value::Unset)).then_some(value))
    }

    fn column(&self, field: &str) -> Result<(&'static TypeDef, Option<&Value>)> {
        let (position, column) = operand::column(self.def, field)?;
        Ok((&column.ty, self.cell(position)?))
    }

    fn value(&self, field: &str, ty: &TypeDef, term: &Term) -> Result<Option<Value>> {
        operand::value(ty, term, self.access).map_err(|error| error.in_field(field).in_model(self.def.name))
    }

    fn held_by(&self, field: &str, id: Option<&str>) -> Result<Truth> {
        let (ty, cell) = self.column(field)?;
        Ok(cell.zip(operand::of_principal(ty, id)).map(|(cell, id)| compare_as(ty, cell, &id).is_eq()))
    }

    /// Never unknown: that is what it asks.
    fn is_null(&self, field: &str) -> Result<Truth> {
        let columns = operand::columns(self.def, field)?;
        let cells = columns.into_iter().map(|(position, _)| self.cell(position)).collect::<Result<Vec<_>>>()?;
        Ok(Some(cells.iter().all(Option::is_none)))
    }

    fn compare(&self, field: &str, comparison: Comparison, with: &Term) -> Result<Truth> {
        let (ty, cell) = self.column(field)?;
        let other = self.value(field, ty, with)?;
        Ok(cell.zip(other).map(|(cell, other)| comparison.holds(compare_as(ty, cell, &other))))
    }

    fn contains(&self, field: &str, element: &Term) -> Result<Truth> {
        let (ty, cell) = self.column(field)?;
        let element_ty = crate::expr::element(ty);
        let element = self.value(field, &element_ty, element)?;
        let (Some(Value::Array(items)), Some(element)) = (cell, element) else {
            return Ok(None);
        };
        // A null in a collection is no element that anything equals.
        Ok(Some(items.iter().any(|item| !item.is_null() && compare_as(&element_ty, item, &element).is_eq())))
    }
}

/// Whether the cell is one of the values, of which an unknown one may be anything. Nothing, not even a
/// null, is among no values.
fn is_among(ty: &TypeDef, cell: Option<&Value>, values: &[Option<Value>]) -> Truth {
    if values.is_empty() {
        return Some(false);
    }
    let cell = cell?;
    if values.iter().flatten().any(|value| compare_as(ty, cell, value).is_eq()) {
        return Some(true);
    }
    if values.contains(&None) { None } else { Some(false) }
}
