//! What stands on one side of a comparison: a field, a value, an attribute of the user.

use proc_macro2::{Literal, TokenTree};
use syn::{Expr, ExprField, ExprLit, Ident, Lit, Member, UnOp};

use super::{FieldPath, Term, bare, name_of, wrong};
use crate::case::plain;
use crate::ctxt::Ctxt;
use crate::symbol;

/// For what is calculated.
pub(super) const ARITHMETIC: &str = "a policy does no arithmetic: compare a field with a value";

/// One side of a comparison.
pub(super) enum Operand {
    Field(FieldPath),
    Term(Term),
    /// The word `None`.
    Nothing(Ident),
    /// Something wrong, which was reported.
    Invalid,
}

/// Reads one side of a comparison.
pub(super) fn read(cx: &Ctxt, expr: &Expr) -> Operand {
    let expr = bare(expr);
    match expr {
        Expr::Lit(literal) => self::literal(cx, &literal.lit, ""),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => match bare(&unary.expr) {
            Expr::Lit(ExprLit { lit: lit @ (Lit::Int(_) | Lit::Float(_)), .. }) => literal(cx, lit, "-"),
            _ => wrong(cx, expr, ARITHMETIC, Operand::Invalid),
        },
        Expr::Path(path) if path.qself.is_none() => match path.path.get_ident() {
            Some(name) => word(cx, name),
            None => Operand::Term(Term::Value(path.path.clone())),
        },
        Expr::Field(access) => field(cx, access),
        Expr::Call(call) if name_of(&call.func).is_some_and(|name| name == "Some") => wrong(
            cx,
            &call.func,
            "leave `Some` out: an optional field compares with the value itself",
            Operand::Invalid,
        ),
        Expr::Call(_) | Expr::MethodCall(_) => wrong(
            cx,
            expr,
            "what a function gives cannot be compared: compare a field with a value or with `user.…`",
            Operand::Invalid,
        ),
        Expr::Binary(_) => wrong(cx, expr, ARITHMETIC, Operand::Invalid),
        _ => wrong(cx, expr, "this is neither a field nor a value nor `user.…`", Operand::Invalid),
    }
}

fn literal(cx: &Ctxt, literal: &Lit, sign: &str) -> Operand {
    let digits = |digits: &str| format!("{sign}{digits}");
    Operand::Term(match literal {
        Lit::Str(text) => Term::Text(text.clone()),
        Lit::Bool(value) => Term::Bool(value.clone()),
        Lit::Int(number) => Term::Integer(digits(number.base10_digits()), token(number.token())),
        Lit::Float(number) => Term::Fraction(digits(number.base10_digits()), token(number.token())),
        Lit::Char(character) => {
            let advice = format!("a text stands in double quotes: write \"{}\"", character.value());
            return wrong(cx, character, advice, Operand::Invalid);
        }
        other => return wrong(cx, other, "a policy knows strings, numbers, `true` and `false`", Operand::Invalid),
    })
}

fn token(literal: Literal) -> TokenTree {
    TokenTree::Literal(literal)
}

fn word(cx: &Ctxt, name: &Ident) -> Operand {
    let plain = plain(name);
    let message = match plain.as_str() {
        "None" => return Operand::Nothing(name.clone()),
        "role" | "permission" => format!("`{plain}` asks for one by its name: write `{plain}(\"…\")`"),
        "user" => "`user` has attributes: write one of them, such as `user.region`".to_owned(),
        "self" => "`self` is the record: write one of its fields, such as `self.status`".to_owned(),
        _ if symbol::RESERVED.contains(&plain.as_str()) => {
            format!("`{plain}` is true or false by itself: write it alone; a field of that name is `self.{plain}`")
        }
        _ => return Operand::Field(FieldPath { names: vec![name.clone()], is_explicit: false }),
    };
    wrong(cx, name, message, Operand::Invalid)
}

/// `user.region`, `self.owner`, `address.city`
fn field(cx: &Ctxt, access: &ExprField) -> Operand {
    let Some(mut names) = names(access) else {
        return wrong(cx, access, "a field is a name, or names with dots such as `address.city`", Operand::Invalid);
    };
    let root = plain(&names[0]);
    match root.as_str() {
        "user" if names.len() == 2 => Operand::Term(Term::Attribute(names.remove(1))),
        "user" => wrong(cx, access, "an attribute of the user has one name, such as `user.region`", Operand::Invalid),
        "self" => {
            names.remove(0);
            Operand::Field(FieldPath { names, is_explicit: true })
        }
        _ if symbol::RESERVED.contains(&root.as_str()) => {
            let path = names.iter().map(plain).collect::<Vec<_>>().join(".");
            wrong(
                cx,
                &names[0],
                format!("`{root}` is a word of policies: write the field as `self.{path}`"),
                Operand::Invalid,
            )
        }
        _ => Operand::Field(FieldPath { names, is_explicit: false }),
    }
}

fn names(access: &ExprField) -> Option<Vec<Ident>> {
    let Member::Named(member) = &access.member else {
        return None;
    };
    let mut names = match bare(&access.base) {
        Expr::Field(base) => names(base)?,
        base => vec![name_of(base)?.clone()],
    };
    names.push(member.clone());
    Some(names)
}
