//! The condition of a rule, which is an expression of Rust: what is true or false in it.

use syn::{BinOp, Expr, ExprCall, Lit, LitStr, UnOp};

use super::{Condition, bare, comparison, method, name_of, operand, wrong};
use crate::case::{did_you_mean, plain};
use crate::ctxt::Ctxt;
use crate::symbol;

/// What conditions are made of, for messages about what is none.
const EXAMPLES: &str = "a condition is made of `role(\"…\")`, `permission(\"…\")`, `authenticated`, `owner`, `team` and comparisons such as `status == \"open\"`";

/// Reads a condition.
pub(super) fn read(cx: &Ctxt, expr: &Expr) -> Condition {
    match expr {
        Expr::Paren(paren) => read(cx, &paren.expr),
        Expr::Group(group) => read(cx, &group.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => Condition::Not(Box::new(read(cx, &unary.expr))),
        Expr::Binary(binary) => match &binary.op {
            BinOp::And(_) => Condition::All(both(cx, &binary.left, &binary.right, |op| matches!(op, BinOp::And(_)))),
            BinOp::Or(_) => Condition::Any(both(cx, &binary.left, &binary.right, |op| matches!(op, BinOp::Or(_)))),
            BinOp::BitAnd(op) => wrong(cx, op, "write `&&`", Condition::Invalid),
            BinOp::BitOr(op) => wrong(cx, op, "write `||`", Condition::Invalid),
            _ => comparison::read(cx, binary),
        },
        Expr::Lit(literal) => match &literal.lit {
            Lit::Bool(value) => Condition::Constant(value.value),
            lit => wrong(
                cx,
                lit,
                format!(
                    "a value by itself is neither true nor false: compare a field with it, such as `status == {}`",
                    quote::quote!(#lit)
                ),
                Condition::Invalid,
            ),
        },
        Expr::Call(call) => function(cx, call),
        Expr::MethodCall(call) => method::read(cx, call),
        Expr::Path(_) => word(cx, expr),
        Expr::Field(_) => alone(cx, expr),
        Expr::Assign(assign) => {
            wrong(cx, assign.eq_token, "`=` sets a value: to compare write `==`", Condition::Invalid)
        }
        Expr::Macro(invocation) => wrong(
            cx,
            &invocation.mac.path,
            "a condition calls no macros: for one of several values write `[\"a\", \"b\"].contains(field)`",
            Condition::Invalid,
        ),
        expr => wrong(cx, expr, format!("this is no condition: {EXAMPLES}"), Condition::Invalid),
    }
}

/// The conditions of a chain of one operator, from left to right.
fn both(cx: &Ctxt, left: &Expr, right: &Expr, is_same: fn(&BinOp) -> bool) -> Vec<Condition> {
    let mut conditions = match left {
        Expr::Binary(binary) if is_same(&binary.op) => both(cx, &binary.left, &binary.right, is_same),
        left => vec![read(cx, left)],
    };
    conditions.push(read(cx, right));
    conditions
}

/// `role("…")`, `permission("…")`
fn function(cx: &Ctxt, call: &ExprCall) -> Condition {
    let Some(name) = name_of(&call.func) else {
        return wrong(cx, &call.func, format!("this is no function of policies: {EXAMPLES}"), Condition::Invalid);
    };
    let called = plain(name);
    let make: fn(LitStr) -> Condition = match called.as_str() {
        "role" => Condition::Role,
        "permission" => Condition::Permission,
        "owner" | "team" | "authenticated" => {
            return wrong(cx, name, format!("`{called}` takes nothing: write `{called}` alone"), Condition::Invalid);
        }
        _ => return wrong(cx, name, unknown_function(&called), Condition::Invalid),
    };
    match (call.args.len(), call.args.first().map(bare)) {
        (1, Some(Expr::Lit(literal))) => match &literal.lit {
            Lit::Str(text) if !text.value().trim().is_empty() => make(text.clone()),
            Lit::Str(text) => wrong(cx, text, format!("the {called} is empty: write its name"), Condition::Invalid),
            lit => wrong(cx, lit, one_name(&called), Condition::Invalid),
        },
        (1, Some(argument)) => wrong(cx, argument, one_name(&called), Condition::Invalid),
        (0, _) => wrong(cx, name, one_name(&called), Condition::Invalid),
        _ => wrong(
            cx,
            &call.args,
            format!("`{called}` takes one name: write `{called}(\"a\") || {called}(\"b\")`"),
            Condition::Invalid,
        ),
    }
}

fn one_name(function: &str) -> String {
    format!("`{function}` takes the name of one in double quotes: write `{function}(\"…\")`")
}

fn unknown_function(name: &str) -> String {
    let advice = match symbol::policy_misnomer(symbol::CONDITION_MISNOMERS, name) {
        Some(advice) => format!(": {advice}"),
        None => did_you_mean(name, symbol::FUNCTIONS.iter().copied()),
    };
    format!("there is no function `{name}` in policies{advice}\nvalid functions: `role(\"…\")`, `permission(\"…\")`")
}

/// A word by itself.
fn word(cx: &Ctxt, expr: &Expr) -> Condition {
    let Some(name) = name_of(expr) else {
        return alone(cx, expr);
    };
    match plain(name).as_str() {
        "owner" => Condition::Owner(name.clone()),
        "team" => Condition::Team(name.clone()),
        "authenticated" => Condition::Authenticated,
        _ => alone(cx, expr),
    }
}

/// A field or an attribute that is true by itself.
fn alone(cx: &Ctxt, expr: &Expr) -> Condition {
    match operand::read(cx, expr) {
        operand::Operand::Field(field) => Condition::Flag(field),
        operand::Operand::Term(super::Term::Attribute(attribute)) => {
            let yes = syn::LitBool::new(true, attribute.span());
            Condition::Attribute(attribute, "Eq", super::Term::Bool(yes))
        }
        operand::Operand::Invalid => Condition::Invalid,
        _ => wrong(cx, expr, format!("this value is no condition: {EXAMPLES}"), Condition::Invalid),
    }
}
