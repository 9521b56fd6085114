//! Reads `#[policy(…)]`: a word, the verbs, and a condition behind `if`.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, Ident, LitStr, Meta, Path, Token, token};

use crate::case::{did_you_mean, plain, quoted};
use crate::ctxt::Ctxt;
use crate::symbol;

mod comparison;
mod condition;
mod method;
mod operand;

/// `#[policy(allow(read, list) if owner)]`
pub(crate) struct Policy {
    /// `allow` or `forbid`, as it was written.
    pub(crate) effect: Ident,
    pub(crate) verbs: Vec<Ident>,
    /// What stands behind `if`.
    pub(crate) condition: Condition,
    /// The rule as it was written.
    pub(crate) source: String,
}

/// When a rule applies.
pub(crate) enum Condition {
    Constant(bool),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Role(LitStr),
    Permission(LitStr),
    Authenticated,
    /// The word `owner`.
    Owner(Ident),
    /// The word `team`.
    Team(Ident),
    /// A field that is true.
    Flag(FieldPath),
    /// `field == None`, and the word `None`.
    IsNull(FieldPath, Ident),
    /// The operator is a variant of `Comparison`.
    Compare(FieldPath, &'static str, Term),
    /// `field.contains(…)`, and the word `contains`.
    Contains(FieldPath, Ident, Term),
    /// `[…].contains(field)`
    Among(FieldPath, Vec<Term>),
    /// `user.….contains(field)`
    AmongAttribute(FieldPath, Ident),
    /// `user.… == …`
    Attribute(Ident, &'static str, Term),
    /// `user.….contains(…)`
    AttributeContains(Ident, Term),
    /// Something wrong, which was reported.
    Invalid,
}

/// A field, or a part of an embedded one: `address.city`.
pub(crate) struct FieldPath {
    /// At least one.
    pub(crate) names: Vec<Ident>,
    /// Whether it is written as `self.…`.
    pub(crate) is_explicit: bool,
}

/// What a field or an attribute is compared with.
pub(crate) enum Term {
    Text(LitStr),
    /// Digits with a sign, and where they stand.
    Integer(String, TokenTree),
    Fraction(String, TokenTree),
    Bool(syn::LitBool),
    /// The path of a value in Rust.
    Value(Path),
    /// `user.…`
    Attribute(Ident),
}

impl Policy {
    /// The rules of a model; those that cannot be read are reported and left out.
    pub(super) fn read_all(cx: &Ctxt, attrs: &[Attribute]) -> Vec<Policy> {
        let attrs = attrs.iter().filter(|attr| attr.path().is_ident(symbol::POLICY));
        attrs.filter_map(|attr| Policy::read(cx, attr)).collect()
    }

    pub(crate) fn allows(&self) -> bool {
        self.effect == symbol::ALLOW
    }

    /// Whether it is written for all verbs.
    pub(crate) fn is_about_all(&self) -> bool {
        self.verbs.iter().any(|verb| verb == symbol::ALL)
    }

    fn read(cx: &Ctxt, attr: &Attribute) -> Option<Policy> {
        let Meta::List(list) = &attr.meta else {
            cx.error(&attr.meta, "`policy` takes a rule in parentheses, such as `#[policy(allow(read) if owner)]`");
            return None;
        };
        let source = one_line(&list.tokens.to_string());
        let parser = |input: ParseStream<'_>| {
            let policy = read_rule(cx, input, source);
            // What is left behind a mistake belongs to it.
            while !input.is_empty() && input.parse::<TokenTree>().is_ok() {}
            policy
        };
        parser.parse2(list.tokens.clone()).unwrap_or_else(|error| {
            cx.syn_error(error);
            None
        })
    }
}

fn read_rule(cx: &Ctxt, input: ParseStream<'_>, source: String) -> syn::Result<Option<Policy>> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error("expected a rule: write it like `allow(read) if owner`"));
    }
    let effect = Ident::parse_any(input)?;
    if !symbol::EFFECTS.contains(&plain(&effect).as_str()) {
        cx.error(&effect, unknown_effect(&plain(&effect)));
        return Ok(None);
    }
    if !input.peek(token::Paren) {
        cx.error(&effect, format!("`{effect}` names verbs in parentheses: write `{effect}(read)`"));
        return Ok(None);
    }
    let content;
    syn::parenthesized!(content in input);
    let verbs = read_verbs(cx, &effect, &content)?;
    let condition = read_condition(cx, input)?;
    Ok(Some(Policy { effect, verbs, condition, source }))
}

fn unknown_effect(name: &str) -> String {
    let advice = match symbol::policy_misnomer(symbol::EFFECT_MISNOMERS, name) {
        Some(advice) => format!(": {advice}"),
        None => did_you_mean(name, symbol::EFFECTS.iter().copied()),
    };
    format!("a rule begins with `allow` or `forbid`, not with `{name}`{advice}")
}

fn read_verbs(cx: &Ctxt, effect: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    let mut verbs: Vec<Ident> = Vec::new();
    let mut is_wrong = false;
    while !input.is_empty() {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(no_verb(input)));
        }
        let verb = Ident::parse_any(input)?;
        match check_verb(&verbs, &verb) {
            Ok(()) => verbs.push(verb),
            Err(message) => {
                is_wrong = true;
                cx.error(&verb, message);
            }
        }
        if !input.is_empty() && input.parse::<Token![,]>().is_err() {
            return Err(input.error("expected `,` between two verbs"));
        }
    }
    if verbs.is_empty() && !is_wrong {
        cx.error(effect, format!("`{effect}` names no verb: write `{effect}(read)`, or `{effect}(all)`"));
    }
    Ok(verbs)
}

fn no_verb(input: ParseStream<'_>) -> String {
    let text = input.fork().parse::<LitStr>().ok().map(|text| text.value());
    match text.filter(|text| symbol::VERBS.contains(&text.as_str())) {
        Some(verb) => format!("write `{verb}` without quotes"),
        None => format!("expected a verb: {}", quoted(symbol::VERBS)),
    }
}

fn check_verb(earlier: &[Ident], verb: &Ident) -> Result<(), String> {
    let name = plain(verb);
    if !symbol::VERBS.contains(&name.as_str()) {
        let advice = match symbol::policy_misnomer(symbol::VERB_MISNOMERS, &name) {
            Some(advice) => format!(": {advice}"),
            None => did_you_mean(&name, symbol::VERBS.iter().copied()),
        };
        return Err(format!("unknown verb `{name}`{advice}\nvalid verbs: {}", quoted(symbol::VERBS)));
    }
    if earlier.contains(verb) {
        return Err(format!("`{name}` is said twice: keep one of the two"));
    }
    if earlier.iter().any(|other| other == symbol::ALL) || (name == symbol::ALL && !earlier.is_empty()) {
        return Err("`all` stands for every verb: write it alone, or leave it out".to_owned());
    }
    Ok(())
}

fn read_condition(cx: &Ctxt, input: ParseStream<'_>) -> syn::Result<Condition> {
    read_last_comma(input)?;
    if input.is_empty() {
        return Ok(Condition::Constant(true));
    }
    if !input.peek(Token![if]) {
        return Err(input.error(match next_word(input).as_deref() {
            Some("unless") => "expected `if` behind the verbs: write `if !(…)`",
            _ if input.peek(Token![,]) => ANOTHER_RULE,
            _ => "expected `if` and a condition behind the verbs",
        }));
    }
    let word = input.parse::<Token![if]>()?;
    if input.is_empty() {
        cx.error(word, "`if` has no condition behind it: write one, or leave `if` out for a rule that always applies");
        return Ok(Condition::Invalid);
    }
    let expr = input.parse::<Expr>()?;
    read_last_comma(input)?;
    if let Some(not) = last_name(&expr).filter(|name| !input.is_empty() && *name == "not") {
        return Ok(wrong(cx, not, "write `!` for `not`", Condition::Invalid));
    }
    if !input.is_empty() {
        return Err(input.error(behind_a_condition(input)));
    }
    Ok(condition::read(cx, &expr))
}

/// A comma with nothing behind it is no mistake.
fn read_last_comma(input: ParseStream<'_>) -> syn::Result<()> {
    let rest = input.fork();
    if rest.parse::<Token![,]>().is_ok() && rest.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}

const ANOTHER_RULE: &str = "a `#[policy(…)]` holds one rule: write another `#[policy(…)]` for the next";

/// What is wrong with what stands behind a whole condition.
fn behind_a_condition(input: ParseStream<'_>) -> String {
    if input.peek(Token![,]) {
        return ANOTHER_RULE.to_owned();
    }
    let word = next_word(input);
    let advice = word.as_deref().and_then(|word| symbol::policy_misnomer(symbol::OPERATOR_MISNOMERS, word));
    advice.unwrap_or("expected `&&`, `||` or the end of the rule").to_owned()
}

fn next_word(input: ParseStream<'_>) -> Option<String> {
    input.fork().call(Ident::parse_any).ok().map(|word| plain(&word))
}

/// The source without its line breaks.
fn one_line(source: &str) -> String {
    source.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

impl FieldPath {
    /// The names joined by dots.
    pub(crate) fn joined(&self) -> String {
        self.names.iter().map(plain).collect::<Vec<_>>().join(".")
    }
}

impl Condition {
    /// Sees each condition in the tree.
    pub(crate) fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Condition)) {
        see(self);
        match self {
            Condition::All(inner) | Condition::Any(inner) => inner.iter().for_each(|inner| inner.visit(see)),
            Condition::Not(inner) => inner.visit(see),
            _ => {}
        }
    }

    /// The field that it is about.
    pub(crate) fn field(&self) -> Option<&FieldPath> {
        match self {
            Condition::Flag(field)
            | Condition::IsNull(field, _)
            | Condition::Compare(field, ..)
            | Condition::Contains(field, ..)
            | Condition::Among(field, _)
            | Condition::AmongAttribute(field, _) => Some(field),
            _ => None,
        }
    }
}

/// The expression within parentheses and behind `&`.
fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => bare(&paren.expr),
        Expr::Group(group) => bare(&group.expr),
        Expr::Reference(reference) => bare(&reference.expr),
        expr => expr,
    }
}

/// The single name that an expression is.
fn name_of(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) if path.qself.is_none() && path.attrs.is_empty() => path.path.get_ident(),
        _ => None,
    }
}

/// The name that an expression ends with.
fn last_name(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Binary(binary) => last_name(&binary.right),
        expr => name_of(expr),
    }
}

/// Reports a mistake.
fn wrong<T>(cx: &Ctxt, at: impl ToTokens, message: impl std::fmt::Display, instead: T) -> T {
    cx.error(at, message);
    instead
}
