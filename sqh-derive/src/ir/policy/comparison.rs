//! `status == "locked"`, `region == user.region`, `user.level >= 3`, `closed_at == None`.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::{BinOp, ExprBinary};

use super::operand::{self, Operand};
use super::{Condition, FieldPath, Term, wrong};
use crate::ctxt::Ctxt;

/// Each operator, the variant of `Comparison`, and that for the sides exchanged.
const OPERATORS: &[(&str, &str, &str)] = &[
    ("==", "Eq", "Eq"),
    ("!=", "Ne", "Ne"),
    ("<", "Lt", "Gt"),
    ("<=", "Lte", "Gte"),
    (">", "Gt", "Lt"),
    (">=", "Gte", "Lte"),
];

/// Reads a comparison.
pub(super) fn read(cx: &Ctxt, binary: &ExprBinary) -> Condition {
    let written: String = binary.op.to_token_stream().to_string();
    let Some((_, comparison, exchanged)) = OPERATORS.iter().find(|(operator, ..)| *operator == written) else {
        return wrong(cx, binary.op, operand::ARITHMETIC, Condition::Invalid);
    };
    let (left, right) = (operand::read(cx, &binary.left), operand::read(cx, &binary.right));
    match (left, right) {
        (Operand::Invalid, _) | (_, Operand::Invalid) => Condition::Invalid,
        (Operand::Field(_), Operand::Field(other)) => {
            let other = other.joined();
            wrong(
                cx,
                binary,
                format!("a field compares with a value or with `user.…`, not with another field: `{other}` is one"),
                Condition::Invalid,
            )
        }
        (Operand::Field(field), Operand::Nothing(word)) | (Operand::Nothing(word), Operand::Field(field)) => {
            null(cx, &binary.op, field, word)
        }
        (Operand::Field(field), Operand::Term(term)) => compare(cx, &binary.op, field, comparison, term),
        (Operand::Term(term), Operand::Field(field)) => compare(cx, &binary.op, field, exchanged, term),
        (Operand::Term(Term::Attribute(attribute)), Operand::Term(term)) => {
            of_attribute(cx, binary, attribute, comparison, term)
        }
        (Operand::Term(term), Operand::Term(Term::Attribute(attribute))) => {
            of_attribute(cx, binary, attribute, exchanged, term)
        }
        (Operand::Nothing(word), Operand::Term(Term::Attribute(_)))
        | (Operand::Term(Term::Attribute(_)), Operand::Nothing(word)) => wrong(
            cx,
            word,
            "an attribute that the user does not have is unknown, and compares with nothing: leave this out",
            Condition::Invalid,
        ),
        _ => wrong(cx, binary, "one side of a comparison is a field or `user.…`", Condition::Invalid),
    }
}

fn null(cx: &Ctxt, op: &BinOp, field: FieldPath, word: syn::Ident) -> Condition {
    match op {
        BinOp::Eq(_) => Condition::IsNull(field, word),
        BinOp::Ne(_) => Condition::Not(Box::new(Condition::IsNull(field, word))),
        op => wrong(cx, op, "`None` is neither less nor greater: write `== None` or `!= None`", Condition::Invalid),
    }
}

fn compare(cx: &Ctxt, op: &BinOp, field: FieldPath, comparison: &'static str, term: Term) -> Condition {
    if let (Term::Bool(value), BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_)) = (&term, op) {
        return wrong(
            cx,
            op,
            format!("`{}` is neither less nor greater: write `==` or `!=`", value.value),
            Condition::Invalid,
        );
    }
    Condition::Compare(field, comparison, term)
}

fn of_attribute(
    cx: &Ctxt,
    binary: &ExprBinary,
    attribute: syn::Ident,
    comparison: &'static str,
    term: Term,
) -> Condition {
    match term {
        Term::Value(path) => wrong(
            cx,
            path,
            "an attribute of the user has no type in Rust: compare it with a string, a number or a boolean",
            Condition::Invalid,
        ),
        Term::Attribute(_) => {
            wrong(cx, binary, "one side of a comparison is a field or a value: both are `user.…`", Condition::Invalid)
        }
        term => Condition::Attribute(attribute, comparison, term),
    }
}

impl ToTokens for Term {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        match self {
            Term::Text(text) => text.to_tokens(tokens),
            Term::Integer(_, token) | Term::Fraction(_, token) => TokenTree::to_tokens(token, tokens),
            Term::Bool(value) => value.to_tokens(tokens),
            Term::Value(path) => path.to_tokens(tokens),
            Term::Attribute(name) => name.to_tokens(tokens),
        }
    }
}
