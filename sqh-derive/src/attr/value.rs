//! Reads what follows a word, by the word's form.

use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Path, Token, token};

use super::Words;
use crate::case::{did_you_mean, quoted};
use crate::ctxt::Ctxt;
use crate::symbol::{self, Form, Word};

mod call;
mod names;

/// What follows a word.
pub(crate) enum Value {
    /// Nothing.
    Flag,
    /// A string that is not empty; one out of the list if there is a list.
    Text(LitStr),
    /// A whole number.
    Count(u32),
    /// An expression of the user's.
    Expr(Box<Expr>),
    /// The path of a type.
    Path(Path),
    /// A field's name.
    Field(Ident),
    /// Strings, at least one.
    Texts(Vec<LitStr>),
    /// A model and perhaps its column.
    Reference(Reference),
    /// A key strategy of TerminusDB.
    Key(Key),
    /// Words of its own.
    Words(Words),
    /// Something wrong, which was reported.
    Invalid,
}

/// `Model` or `Model.column`.
pub(crate) struct Reference {
    pub(crate) model: Path,
    pub(crate) column: Option<Ident>,
}

/// How TerminusDB makes a record's identity.
pub(crate) enum Key {
    Random,
    Lexical(Vec<LitStr>),
    Hash(Vec<LitStr>),
    ValueHash,
}

/// Reads what follows `word`. A value of the wrong kind is reported and [`Value::Invalid`]; an error
/// that comes back is one after which the rest of the word must be skipped.
pub(super) fn read(cx: &Ctxt, word: Word, written: &Ident, input: ParseStream<'_>) -> syn::Result<Value> {
    let bare = input.is_empty() || input.peek(Token![,]);
    match word.form {
        Form::Flag | Form::FlagOrOneOf(_) | Form::FlagOrPermission if bare => return Ok(Value::Flag),
        // What follows is the next word, and the comma is missing.
        Form::Flag if !input.peek(Token![=]) && !input.peek(token::Paren) => return Ok(Value::Flag),
        Form::Words(vocabulary) => return read_words(cx, word, vocabulary, written, input),
        _ if bare => {
            cx.error(written, format!("`{}` needs a value: write `{}`", word.name, word.usage));
            return Ok(Value::Invalid);
        }
        _ => {}
    }
    let has_equals = input.peek(Token![=]);
    if has_equals {
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            cx.error(written, format!("`{}` has no value behind `=`: write `{}`", word.name, word.usage));
            return Ok(Value::Invalid);
        }
    }
    let expr = input.parse::<Expr>()?;
    if matches!(word.form, Form::Flag) {
        cx.error(&expr, flag_with_value(word, &expr));
        return Ok(Value::Invalid);
    }
    if !has_equals {
        cx.error(&expr, format!("expected `=` behind `{}`: write `{}`", word.name, word.usage));
        return Ok(Value::Invalid);
    }
    Ok(convert(cx, word, expr))
}

fn flag_with_value(word: Word, value: &Expr) -> String {
    let name = word.name;
    match value {
        Expr::Lit(ExprLit { lit: Lit::Bool(lit), .. }) if !lit.value => {
            format!("`{name}` takes no value: leave the word out")
        }
        _ => format!("`{name}` takes no value: write `{name}` alone"),
    }
}

fn read_words(
    cx: &Ctxt,
    word: Word,
    vocabulary: &symbol::Vocabulary,
    written: &Ident,
    input: ParseStream<'_>,
) -> syn::Result<Value> {
    if !input.peek(token::Paren) {
        cx.error(written, format!("`{}` takes words in parentheses: write `{}`", word.name, word.usage));
        super::skip_to_comma(input);
        return Ok(Value::Invalid);
    }
    let content;
    syn::parenthesized!(content in input);
    let mut words = Words::new(written.to_token_stream());
    words.read(cx, vocabulary, &content);
    Ok(Value::Words(words))
}

fn convert(cx: &Ctxt, word: Word, expr: Expr) -> Value {
    let value = match word.form {
        Form::Text => text(cx, word, &expr),
        Form::OneOf(valid) | Form::FlagOrOneOf(valid) => one_of(cx, word, &expr, valid.iter().copied()),
        Form::RenameRule => one_of(cx, word, &expr, symbol::rename_rule_names()),
        Form::Count(least, most) => count(cx, word, &expr, least, most),
        Form::Expr => Some(Value::Expr(Box::new(expr))),
        Form::Path => names::path(cx, word, &expr, "a model"),
        Form::Function => names::path(cx, word, &expr, "a function"),
        Form::Field => names::field(cx, word, &expr),
        Form::Texts => names::texts(cx, word, &expr),
        Form::Reference => names::reference(cx, word, &expr),
        Form::Key => call::key(cx, &expr),
        Form::FlagOrPermission => call::permission(cx, word, &expr),
        // Both were read before an expression was.
        Form::Flag | Form::Words(_) => None,
    };
    value.unwrap_or(Value::Invalid)
}

fn string(expr: &Expr) -> Option<&LitStr> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        _ => None,
    }
}

fn text(cx: &Ctxt, word: Word, expr: &Expr) -> Option<Value> {
    let Some(text) = string(expr) else {
        let usage = match expr {
            Expr::Path(path) => format!("{} = \"{}\"", word.name, path.to_token_stream()),
            _ => word.usage.to_owned(),
        };
        cx.error(expr, format!("`{}` is a string: write `{usage}`", word.name));
        return None;
    };
    let value = text.value();
    if value.trim().is_empty() {
        let or_nothing = if symbol::is_required(word) { "" } else { ", or leave the word out" };
        cx.error(text, format!("`{}` is empty: write `{}`{or_nothing}", word.name, word.usage));
        return None;
    }
    if value.contains('\0') {
        cx.error(text, format!("`{}` holds a NUL character, which no database here can store", word.name));
        return None;
    }
    Some(Value::Text(text.clone()))
}

fn one_of<'a>(cx: &Ctxt, word: Word, expr: &Expr, valid: impl Iterator<Item = &'a str> + Clone) -> Option<Value> {
    let name = word.name;
    let list = quoted(valid.clone().map(|value| format!("\"{value}\"")));
    let Some(text) = string(expr) else {
        cx.error(expr, format!("`{name}` is one of the strings {list}"));
        return None;
    };
    let value = text.value();
    if valid.clone().any(|known| known == value) {
        return Some(Value::Text(text.clone()));
    }
    let hint = did_you_mean(&value, valid);
    cx.error(text, format!("`{value}` is no value of `{name}`{hint}\nvalid values: {list}"));
    None
}

fn count(cx: &Ctxt, word: Word, expr: &Expr, least: u32, most: u32) -> Option<Value> {
    let name = word.name;
    let Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) = expr else {
        cx.error(expr, format!("`{name}` is a whole number: write `{}`", word.usage));
        return None;
    };
    match number.base10_parse::<u32>() {
        Ok(value) if (least..=most).contains(&value) => Some(Value::Count(value)),
        _ => {
            cx.error(number, format!("`{name}` is a whole number from {least} to {most}"));
            None
        }
    }
}
