//! `tags.contains("x")`, `["a", "b"].contains(status)`, `user.regions.contains(region)`.

use syn::{Expr, ExprArray, ExprMethodCall};

use super::operand::{self, Operand};
use super::{Condition, Term, bare, wrong};
use crate::case::{did_you_mean, plain};
use crate::ctxt::Ctxt;
use crate::symbol;

/// Reads a call of a method.
pub(super) fn read(cx: &Ctxt, call: &ExprMethodCall) -> Condition {
    let method = plain(&call.method);
    if method != "contains" {
        let advice = match symbol::policy_misnomer(symbol::METHOD_MISNOMERS, &method) {
            Some(advice) => format!(": {advice}"),
            None => did_you_mean(&method, ["contains"]),
        };
        let message = format!("there is no method `{method}` in policies{advice}\nthe only one is `contains`");
        return wrong(cx, &call.method, message, Condition::Invalid);
    }
    let (1, Some(argument)) = (call.args.len(), call.args.first()) else {
        let message = "`contains` takes one element: write `tags.contains(\"…\")`";
        return wrong(cx, &call.method, message, Condition::Invalid);
    };
    if let Expr::Array(array) = bare(&call.receiver) {
        return among(cx, array, argument);
    }
    match (operand::read(cx, &call.receiver), operand::read(cx, argument)) {
        (Operand::Invalid, _) | (_, Operand::Invalid) => Condition::Invalid,
        (Operand::Field(field), Operand::Term(element)) => Condition::Contains(field, call.method.clone(), element),
        (Operand::Term(Term::Attribute(attribute)), Operand::Field(field)) => {
            Condition::AmongAttribute(field, attribute)
        }
        (Operand::Term(Term::Attribute(_)), Operand::Term(Term::Value(path))) => wrong(
            cx,
            path,
            "an attribute of the user has no type in Rust: compare it with a string, a number or a boolean",
            Condition::Invalid,
        ),
        (Operand::Term(Term::Attribute(attribute)), Operand::Term(element)) => {
            Condition::AttributeContains(attribute, element)
        }
        (Operand::Field(_), _) => wrong(
            cx,
            argument,
            "what a field contains is a value or `user.…`, neither another field nor `None`",
            Condition::Invalid,
        ),
        _ => wrong(
            cx,
            &call.receiver,
            "`contains` is for fields that are lists or sets, for `user.…` and for lists such as `[\"a\", \"b\"]`",
            Condition::Invalid,
        ),
    }
}

fn among(cx: &Ctxt, array: &ExprArray, argument: &Expr) -> Condition {
    if array.elems.is_empty() {
        return wrong(cx, array, "nothing is in an empty list: name the values", Condition::Invalid);
    }
    let mut values = Vec::new();
    for element in &array.elems {
        match operand::read(cx, element) {
            Operand::Term(
                term @ (Term::Text(_) | Term::Integer(..) | Term::Fraction(..) | Term::Bool(_) | Term::Value(_)),
            ) => {
                values.push(term);
            }
            Operand::Invalid => {}
            _ => cx.error(element, "a list holds values: compare fields, `user.…` and `None` one by one, with `||`"),
        }
    }
    match operand::read(cx, argument) {
        Operand::Field(field) => Condition::Among(field, values),
        Operand::Term(Term::Attribute(attribute)) if values.iter().all(|value| !matches!(value, Term::Value(_))) => {
            let each = values.into_iter().map(|value| Condition::Attribute(attribute.clone(), "Eq", value));
            Condition::Any(each.collect())
        }
        Operand::Invalid => Condition::Invalid,
        _ => wrong(cx, argument, "what is looked for in a list is a field or `user.…`", Condition::Invalid),
    }
}
