//! Expansion: one static table and two mechanical functions for each model.
//!
//! What is emitted for a field is a literal in [`def`], a line each way in [`codec`], a constant in
//! [`columns`], and where a word asks something of the type a line in [`require`]. All logic is in
//! ordinary functions of `sqh-model`, because what stands here is compiled again by every user.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Path, Type};

use crate::ir::Model;

mod codec;
mod columns;
mod def;
pub(crate) mod embedded;
pub(crate) mod fallback;
mod key;
pub(crate) mod names;
pub(crate) mod query_row;
mod require;
pub(crate) mod view;

/// The implementation of `PlatformModel` for a model without mistakes.
pub(crate) fn model(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let id = key::id(model);
    let (scope, writes) = (scope(model), writes(model));
    let def = def::function(model);
    let codec = codec::functions(&model.fields);
    let columns = columns::constants(ident, &model.fields, None);
    let relations = columns::relations(model);
    let lookups = key::lookups(model, key::values);
    let store = store(model);
    let requirements = require::all(model);
    let subdocument = def::subdocument(model);
    in_scope(
        &model.krate,
        &quote! {
            #[automatically_derived]
            impl __sqh::PlatformModel for #ident {
                type Id = #id;
                type Scope = #scope;
                type Writes = #writes;
                type Store = __sqh::store::#store;
                #def
                #codec
            }
            #columns
            #relations
            #lookups
            #subdocument
            #requirements
        },
    )
}

/// The marker of the scope that the model's operations need.
fn scope(model: &Model) -> TokenStream {
    let shared = model.is_postgres() && model.storage.has(crate::symbol::SHARED);
    match view::scope(model) {
        Some(scope) => scope,
        None if shared => quote!(__sqh::scope::Shared),
        None => quote!(__sqh::scope::Tenant),
    }
}

/// The marker of the scope that writes to the model need.
fn writes(model: &Model) -> TokenStream {
    if model.view.is_some() { quote!(__sqh::scope::ReadOnly) } else { scope(model) }
}

/// The marker of the database that keeps the model, and of whether its key alone is unique there.
fn store(model: &Model) -> Ident {
    let shared = model.storage.has(crate::symbol::SHARED);
    let partitioned = model.partition().is_some_and(|partition| !model.is_key(partition));
    let name = match (model.is_postgres(), shared, partitioned) {
        _ if model.view.is_some() => "View",
        (false, ..) => "Graph",
        (true, false, false) => "TenantTable",
        (true, false, true) => "PartitionedTenantTable",
        (true, true, false) => "SharedTable",
        (true, true, true) => "PartitionedSharedTable",
    };
    Ident::new(name, proc_macro2::Span::call_site())
}

/// `<T as FieldType>::Family`, spanned as [`at_type`] says.
fn family_of(ty: &Type) -> TokenStream {
    at_type(&ty.to_token_stream(), &quote!(__sqh::FieldType), "Family")
}

/// `<T as Trait>::Item`, of which the first and the last token have the spans of those of `T`: wherever
/// it stands, the compiler points at the whole of `T`, and reports the same thing once.
fn at_type(ty: &TokenStream, bound: &TokenStream, item: &str) -> TokenStream {
    let mut spans = ty.clone().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    let open = quote_spanned!(first=> <);
    let item = Ident::new(item, last);
    quote!(#open #ty as #bound>::#item)
}

/// `items` in a scope of their own, where `__sqh` is the module that generated code names.
fn in_scope(krate: &Path, items: &TokenStream) -> TokenStream {
    quote! {
        const _: () = {
            use #krate::__private as __sqh;
            #items
        };
    }
}

#[cfg(test)]
mod tests;
