//! The rules of `#[policy(…)]` as data.
//!
//! What a rule compares with stands as a call of `sqh_model::policy::typed` at its own word: the
//! compiler checks it against the field's type there, and it is a plain value in the table.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use crate::case::plain;
use crate::ir::{Condition, FieldPath, Model, Policy, Term};
use crate::symbol::{self, Word};

/// The literal of a rule.
pub(super) fn rule(model: &Model, policy: &Policy) -> TokenStream {
    let effect = if policy.allows() { quote!(Allow) } else { quote!(Forbid) };
    let verbs = if policy.is_about_all() {
        quote!(__sqh::Verb::ALL)
    } else {
        let verbs = policy.verbs.iter().map(|verb| {
            use heck::ToPascalCase;
            let variant = format_ident!("{}", plain(verb).to_pascal_case());
            quote!(__sqh::Verb::#variant)
        });
        quote!(&[#(#verbs),*])
    };
    let condition = condition(model, &policy.condition);
    let source = &policy.source;
    quote!(__sqh::PolicyRule {
        effect: __sqh::Effect::#effect,
        verbs: #verbs,
        condition: #condition,
        source: #source,
    })
}

fn condition(model: &Model, of: &Condition) -> TokenStream {
    let each = |conditions: &[Condition]| -> Vec<TokenStream> {
        conditions.iter().map(|inner| condition(model, inner)).collect()
    };
    let inner = match of {
        Condition::Constant(value) => quote!(Constant(#value)),
        Condition::All(conditions) => {
            let conditions = each(conditions);
            quote!(All(&[#(#conditions),*]))
        }
        Condition::Any(conditions) => {
            let conditions = each(conditions);
            quote!(Any(&[#(#conditions),*]))
        }
        Condition::Not(condition) => {
            let condition = self::condition(model, condition);
            quote!(Not(&#condition))
        }
        Condition::Role(name) => quote!(Role(#name)),
        Condition::Permission(name) => quote!(Permission(#name)),
        Condition::Authenticated => quote!(Authenticated),
        Condition::Owner(_) => held_by(model, symbol::OWNER, "Owner"),
        Condition::Team(_) => held_by(model, symbol::TEAM, "Team"),
        Condition::Flag(field) => {
            let at = field.names.last().map_or_else(Span::call_site, Ident::span);
            compare(model, field, "Eq", &Term::Bool(syn::LitBool::new(true, at)))
        }
        Condition::IsNull(field, word) => {
            let (typed, path) = (typed(model, field), field.joined());
            let null = Ident::new("null", word.span());
            quote!(IsNull { field: #typed.#null(#path) })
        }
        Condition::Compare(field, comparison, term) => compare(model, field, comparison, term),
        Condition::Contains(field, word, element) => {
            let (typed, path) = (typed(model, field), field.joined());
            let of_elements = Ident::new("element", word.span());
            let element = checked(&quote!(#typed.#of_elements()), element);
            quote!(Contains { field: #path, element: #element })
        }
        Condition::Among(field, values) => {
            let (typed, path) = (typed(model, field), field.joined());
            let values = values.iter().map(|value| checked(&typed, value));
            quote!(Among { field: #path, values: &[#(#values),*] })
        }
        Condition::AmongAttribute(field, attribute) => {
            let (typed, path) = (typed(model, field), field.joined());
            let listed = Ident::new("listed", attribute.span());
            let name = plain(attribute);
            quote!(AmongAttribute { field: #path, attribute: #typed.#listed(#name) })
        }
        Condition::Attribute(attribute, comparison, term) => {
            let (name, comparison, term) = (plain(attribute), format_ident!("{comparison}"), unchecked(term));
            quote!(Attribute { attribute: #name, comparison: __sqh::Comparison::#comparison, with: #term })
        }
        Condition::AttributeContains(attribute, element) => {
            let (name, element) = (plain(attribute), unchecked(element));
            quote!(AttributeContains { attribute: #name, element: #element })
        }
        // It was reported, and the stub has no table.
        Condition::Invalid => quote!(Constant(false)),
    };
    quote!(__sqh::Condition::#inner)
}

fn held_by(model: &Model, role: Word, variant: &str) -> TokenStream {
    let variant = format_ident!("{variant}");
    let field = model.stored().find(|field| field.has(role)).map(|field| &field.name);
    quote!(#variant { field: #field })
}

fn compare(model: &Model, field: &FieldPath, comparison: &str, term: &Term) -> TokenStream {
    let path = field.joined();
    let comparison = format_ident!("{comparison}");
    let with = checked(&typed(model, field), term);
    quote!(Compare { field: #path, comparison: __sqh::Comparison::#comparison, with: #with })
}

/// The field with its type, at its own word.
fn typed(model: &Model, field: &FieldPath) -> TokenStream {
    let (root, parts) = field.names.split_first().expect("a path has a name");
    let constant = crate::case::constant(root);
    let parent = model.stored().find(|field| field.has(symbol::PARENT)).filter(|_| model.field(&plain(root)).is_none());
    let column = match parent {
        Some(parent) => {
            let ty = &parent.ty;
            quote_spanned!(root.span()=> <#ty>::#constant)
        }
        None => {
            let mut ident = model.ident.clone();
            ident.set_span(root.span());
            quote!(#ident::#constant)
        }
    };
    let mut typed = quote!(__sqh::policy::typed::field(#column));
    for part in parts {
        let (inner, name) = (Ident::new("inner", part.span()), plain(part));
        typed = quote!(#typed.#inner(#name));
    }
    typed
}

/// A term, checked against the type of `typed` at the term's own words.
fn checked(typed: &TokenStream, term: &Term) -> TokenStream {
    let method = |name: &str, at: Span| Ident::new(name, at);
    match term {
        Term::Text(text) => {
            let method = method("text", text.span());
            quote!(#typed.#method(#text))
        }
        Term::Integer(digits, token) => {
            let method = method("integer", token.span());
            quote!(#typed.#method(#digits))
        }
        Term::Fraction(digits, token) => {
            let method = method("fraction", token.span());
            quote!(#typed.#method(#digits))
        }
        Term::Bool(value) => {
            let method = method("flag", value.span());
            quote!(#typed.#method(#value))
        }
        Term::Value(path) => {
            let method = method("value", path.span());
            quote!(#typed.#method(#path, || __sqh::FieldType::into_value(#path)))
        }
        Term::Attribute(attribute) => {
            let (method, name) = (method("attribute", attribute.span()), plain(attribute));
            quote!(#typed.#method(#name))
        }
    }
}

/// A term beside an attribute of the user, which has no type.
fn unchecked(term: &Term) -> TokenStream {
    match term {
        Term::Text(text) => quote!(__sqh::Term::Text(#text)),
        Term::Integer(digits, _) | Term::Fraction(digits, _) => quote!(__sqh::Term::Number(#digits)),
        Term::Bool(value) => quote!(__sqh::Term::Bool(#value)),
        // Refused when it was read.
        Term::Value(_) => TokenStream::new(),
        Term::Attribute(attribute) => {
            let name = plain(attribute).to_token_stream();
            quote!(__sqh::Term::Attribute(#name))
        }
    }
}
