//! The key: `type Id`, and what finds a record.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::check::MAX_KEY_FIELDS;
use crate::ir::{Field, Model};

/// The type of the key field, or a tuple in declaration order.
///
/// Each is named through what a key must be. A type that is none has no such name, and the compiler
/// reports that once, instead of wherever the key is used.
pub(super) fn id(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let types = model.key().into_iter().map(|field| {
        let ty = &field.ty;
        if !model.is_postgres() {
            return super::at_type(&ty.to_token_stream(), &quote!(__sqh::requirement::Identity<#ident>), "Id");
        }
        super::at_type(&super::family_of(ty), &quote!(__sqh::requirement::PrimaryKey<#ty>), "Id")
    });
    tuple(types)
}

/// The same, for a stub: nothing is asked of the types.
pub(super) fn unchecked_id(model: &Model) -> TokenStream {
    if model.key().len() > MAX_KEY_FIELDS {
        return quote!(());
    }
    plain(model, None)
}

/// `LookupKey` for the key and, where the partition column stands outside of it, for both together.
pub(super) fn lookups(model: &Model) -> TokenStream {
    let outside = model.partition().filter(|partition| !model.is_key(partition));
    // Of two implementations the compiler must see that they differ, and it does not look through
    // the names in `id`.
    let keys = match outside {
        Some(partition) => vec![plain(model, None), plain(model, Some(partition))],
        None => vec![id(model)],
    };
    lookup_impls(model, keys)
}

/// The same, for a stub.
pub(super) fn unchecked_lookups(model: &Model) -> TokenStream {
    lookup_impls(model, vec![unchecked_id(model)])
}

fn lookup_impls(model: &Model, keys: Vec<TokenStream>) -> TokenStream {
    let ident = &model.ident;
    quote!(#(#[automatically_derived] impl __sqh::LookupKey<#ident> for #keys {})*)
}

/// The key's types as they were written, and that of one more field.
fn plain(model: &Model, more: Option<&Field>) -> TokenStream {
    tuple(model.key().into_iter().chain(more).map(|field| field.ty.to_token_stream()))
}

fn tuple(types: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    let types: Vec<TokenStream> = types.into_iter().collect();
    match types.as_slice() {
        [ty] => ty.clone(),
        types => quote!((#(#types),*)),
    }
}
