//! Expansion: one static table and two mechanical functions for each model.
//!
//! What is emitted for a field is a literal in [`def`], a line each way in [`codec`], a constant in
//! [`columns`], and where a word asks something of the type a line in [`require`]. All logic is in
//! ordinary functions of `sqh-model`, because what stands here is compiled again by every user.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Path};

use crate::ir::Model;

mod codec;
mod columns;
mod def;
pub(crate) mod embedded;
pub(crate) mod fallback;
mod key;
pub(crate) mod names;
mod require;

/// The implementation of `PlatformModel` for a model without mistakes.
pub(crate) fn model(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let id = key::id(model);
    let scope = scope(model);
    let def = def::function(model);
    let codec = codec::functions(&model.fields);
    let columns = columns::constants(ident, &model.fields, None);
    let lookups = key::lookups(model);
    let requirements = require::all(model);
    let subdocument = def::subdocument(model);
    in_scope(
        &model.krate,
        &quote! {
            #[automatically_derived]
            impl __sqh::PlatformModel for #ident {
                type Id = #id;
                type Scope = __sqh::scope::#scope;
                #def
                #codec
            }
            #columns
            #lookups
            #subdocument
            #requirements
        },
    )
}

/// The marker of the scope that the model's operations need.
fn scope(model: &Model) -> Ident {
    let shared = model.is_postgres() && model.storage.has(crate::symbol::SHARED);
    Ident::new(if shared { "Shared" } else { "Tenant" }, proc_macro2::Span::call_site())
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
