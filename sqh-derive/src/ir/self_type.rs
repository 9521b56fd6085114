//! `Self` in a field's type or default.
//!
//! The table of a model is a `static` inside a function, and inner items have no `Self`. The word is
//! replaced by the struct's name, at its own span, before anything is read.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{DeriveInput, Ident};

/// The input with the struct's name for each `Self`.
pub(crate) fn with_self_named(input: &DeriveInput) -> DeriveInput {
    let tokens = replace(input.to_token_stream(), &input.ident);
    // A name stands where a name stood, so this parses as it did.
    syn::parse2(tokens).unwrap_or_else(|_| input.clone())
}

fn replace(tokens: TokenStream, name: &Ident) -> TokenStream {
    let replaced = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => {
            let mut name = name.clone();
            name.set_span(ident.span());
            TokenTree::Ident(name)
        }
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), replace(group.stream(), name));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        other => other,
    });
    replaced.collect()
}
