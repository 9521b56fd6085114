//! The rules of `#[policy(…)]` as data.
//!
//! What a rule compares with stands as a call of `sqh_model::policy::typed` at its own word: the
//! compiler checks it against the field's type there, and it is a plain value in the table.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, LitStr};

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
            let path = typed(model, field, word.span()).null();
            quote!(IsNull { field: #path })
        }
        Condition::Compare(field, comparison, term) => compare(model, field, comparison, term),
        Condition::Contains(field, word, element) => {
            let path = field.joined();
            let element = typed(model, field, word.span()).element(element.span()).term(element);
            quote!(Contains { field: #path, element: #element })
        }
        Condition::Among(field, values) => {
            let path = field.joined();
            let values = values.iter().map(|value| typed(model, field, value.span()).term(value));
            quote!(Among { field: #path, values: &[#(#values),*] })
        }
        Condition::AmongAttribute(field, attribute) => {
            let (path, name) = (field.joined(), plain(attribute));
            let attribute = typed(model, field, attribute.span()).call("listed", &quote!(#name));
            quote!(AmongAttribute { field: #path, attribute: #attribute })
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
    let with = typed(model, field, term.span()).term(term);
    quote!(Compare { field: #path, comparison: __sqh::Comparison::#comparison, with: #with })
}

/// A field with its type, as tokens: the functions of `typed::Field`, or of `typed::Inner`.
///
/// All of them stand at `at`, the words that the compiler points at if they do not fit the type.
struct Typed {
    tokens: TokenStream,
    path: String,
    /// Whether it is a part of an embedded value.
    is_inner: bool,
    at: Span,
}

fn typed(model: &Model, field: &FieldPath, at: Span) -> Typed {
    let (root, parts) = field.names.split_first().expect("a path has a name");
    let column = column(model, root);
    let mut tokens = quote_spanned!(at=> __sqh::policy::typed::field(#column));
    for part in parts {
        let name = LitStr::new(&plain(part), part.span());
        tokens = quote_spanned!(part.span()=> __sqh::policy::typed::Inner::of(#tokens.def(), #name));
    }
    Typed { tokens, path: field.joined(), is_inner: !parts.is_empty(), at }
}

/// The column constant of a field of the model, or of its parent.
fn column(model: &Model, root: &Ident) -> TokenStream {
    let constant = crate::case::constant(root);
    let is_own = model.field(&plain(root)).is_some();
    if let Some(parent) = model.stored().find(|field| !is_own && field.has(symbol::PARENT)) {
        let ty = &parent.ty;
        return quote_spanned!(root.span()=> <#ty>::#constant);
    }
    let mut ident = model.ident.clone();
    ident.set_span(root.span());
    quote_spanned!(root.span()=> #ident::#constant)
}

impl Typed {
    fn call(&self, method: &str, arguments: &TokenStream) -> TokenStream {
        let (tokens, method) = (&self.tokens, Ident::new(method, self.at));
        quote_spanned!(self.at=> #tokens.#method(#arguments))
    }

    /// The elements of a collection. What follows stands at `at`.
    fn element(mut self, at: Span) -> Self {
        let tokens = &self.tokens;
        self.tokens = if self.is_inner {
            quote_spanned!(at=> #tokens.element())
        } else {
            quote_spanned!(at=> __sqh::policy::typed::element(#tokens))
        };
        self.at = at;
        self
    }

    /// The path of a field that may be null.
    fn null(&self) -> TokenStream {
        let path = &self.path;
        self.call("null", &quote!(#path))
    }

    /// A term, checked against the type.
    fn term(&self, term: &Term) -> TokenStream {
        match term {
            Term::Text(text) => self.call("text", &quote!(#text)),
            Term::Integer(digits, _) => self.call("integer", &quote!(#digits)),
            Term::Fraction(digits, _) => self.call("fraction", &quote!(#digits)),
            Term::Bool(value) => self.call("flag", &quote!(#value)),
            Term::Value(path) => self.call("value", &quote!(#path, || __sqh::FieldType::into_value(#path))),
            Term::Attribute(attribute) => {
                let name = plain(attribute);
                self.call("attribute", &quote!(#name))
            }
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
