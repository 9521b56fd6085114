//! What is wrong with a model's rules that the compiler cannot see: a text that is no uuid or no time, a
//! name that is none of an enum's.

use super::access::AccessContext;
use super::condition::{Condition, Term};
use super::operand;
use super::rule::PolicyRule;
use crate::error::Result;
use crate::schema::ModelDef;

/// Every finding, each naming the model and the rule.
pub(crate) fn findings(def: &'static ModelDef) -> Vec<String> {
    let mut findings = Vec::new();
    for rule in def.policies {
        rule.condition.visit(&mut |condition| {
            if let Err(error) = check(def, condition) {
                findings.push(finding(def, rule, &error));
            }
        });
    }
    findings
}

fn finding(def: &ModelDef, rule: &PolicyRule, error: &crate::error::Error) -> String {
    format!("the policy `{rule}` of `{}` cannot be read: {error}", def.rust_path)
}

fn check(def: &'static ModelDef, condition: &Condition) -> Result<()> {
    let access = AccessContext::default();
    let (field, terms) = match condition {
        Condition::Compare { field, with, .. } => (field, std::slice::from_ref(with)),
        Condition::Among { field, values } => (field, *values),
        Condition::Contains { field, element } => (field, std::slice::from_ref(element)),
        Condition::Owner { field } | Condition::Team { field } | Condition::AmongAttribute { field, .. } => {
            (field, &[] as &[Term])
        }
        Condition::IsNull { field } => return operand::columns(def, field).map(drop),
        _ => return Ok(()),
    };
    let (_, column) = operand::column(def, field)?;
    let ty = match condition {
        Condition::Contains { .. } => crate::expr::element(&column.ty),
        _ => column.ty,
    };
    terms
        .iter()
        .try_for_each(|term| operand::value(&ty, term, &access).map(drop))
        .map_err(|error| error.in_field(field))
}
