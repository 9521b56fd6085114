//! Values that name things: models, fields, columns.

use syn::punctuated::Punctuated;
use syn::{Expr, ExprArray, ExprPath, LitStr, Member, Token};

use super::{Reference, Value, string};
use crate::ctxt::Ctxt;
use crate::symbol::Word;

pub(super) fn path(cx: &Ctxt, word: Word, expr: &Expr, of: &str) -> Option<Value> {
    if let Expr::Path(ExprPath { path, qself: None, .. }) = expr {
        return Some(Value::Path(path.clone()));
    }
    let usage = without_quotes(word, expr);
    cx.error(expr, format!("`{}` is the name of {of}, without quotes: write `{usage}`", word.name));
    None
}

pub(super) fn field(cx: &Ctxt, word: Word, expr: &Expr) -> Option<Value> {
    if let Expr::Path(ExprPath { path, qself: None, .. }) = expr
        && let Some(ident) = path.get_ident()
    {
        return Some(Value::Field(ident.clone()));
    }
    let usage = without_quotes(word, expr);
    cx.error(expr, format!("`{}` is the name of a field, without quotes: write `{usage}`", word.name));
    None
}

pub(super) fn texts(cx: &Ctxt, word: Word, expr: &Expr) -> Option<Value> {
    let elements = match expr {
        Expr::Array(ExprArray { elems, .. }) => elems,
        _ => {
            cx.error(expr, format!("`{}` is a list of strings: write `{}`", word.name, word.usage));
            return None;
        }
    };
    if elements.is_empty() {
        cx.error(expr, format!("`{}` is empty: write `{}`", word.name, word.usage));
        return None;
    }
    all_strings(cx, word, elements).map(Value::Texts)
}

pub(super) fn all_strings(cx: &Ctxt, word: Word, elements: &Punctuated<Expr, Token![,]>) -> Option<Vec<LitStr>> {
    let mut texts = Vec::new();
    for element in elements {
        match string(element) {
            Some(text) => texts.push(text.clone()),
            None => cx.error(element, format!("`{}` holds strings: put the name into quotes", word.name)),
        }
    }
    (texts.len() == elements.len()).then_some(texts)
}

pub(super) fn reference(cx: &Ctxt, word: Word, expr: &Expr) -> Option<Value> {
    match expr {
        Expr::Path(ExprPath { path, qself: None, .. }) => {
            return Some(Value::Reference(Reference { model: path.clone(), column: None }));
        }
        Expr::Field(access) => {
            if let (Expr::Path(ExprPath { path, qself: None, .. }), Member::Named(column)) =
                (&*access.base, &access.member)
            {
                let column = Some(column.clone());
                return Some(Value::Reference(Reference { model: path.clone(), column }));
            }
        }
        _ => {}
    }
    let usage = without_quotes(word, expr);
    cx.error(expr, format!("`{}` names a model, and a column if it is not the key: write `{usage}`", word.name));
    None
}

/// How the word is written with what stands in quotes, or else as in its usage.
fn without_quotes(word: Word, expr: &Expr) -> String {
    let name = string(expr).map(LitStr::value).filter(|text| syn::parse_str::<Expr>(text).is_ok());
    name.map_or_else(|| word.usage.to_owned(), |name| format!("{} = {name}", word.name))
}
