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
            return super::at_type(&ty.to_token_stream(), &quote!(__sqh::requirement::CanIdentify<#ident>), "Id");
        }
        super::at_type(&super::family_of(ty), &quote!(__sqh::requirement::CanBeKey<#ty>), "Id")
    });
    tuple(types)
}

/// The same, for a stub: nothing is asked of the types.
pub(super) fn unchecked_id(model: &Model) -> TokenStream {
    if model.key().len() > MAX_KEY_FIELDS {
        return quote!(());
    }
    tuple(model.key().into_iter().map(|field| field.ty.to_token_stream()))
}

/// `LookupKey` for the key and, where the partition column stands outside of it, for both together.
///
/// The types are named as they were written, because messages show them.
pub(super) fn lookups(model: &Model, body: fn(&[&Field]) -> TokenStream) -> TokenStream {
    let mut fields = model.key();
    let mut lookups = lookup(model, &fields, body);
    if let Some(partition) = model.partition().filter(|partition| !model.is_key(partition)) {
        fields.push(partition);
        lookups.extend(lookup(model, &fields, body));
    }
    lookups
}

fn lookup(model: &Model, fields: &[&Field], body: fn(&[&Field]) -> TokenStream) -> TokenStream {
    let (ident, body) = (&model.ident, body(fields));
    let key = tuple(fields.iter().map(|field| field.ty.to_token_stream()));
    quote! {
        #[automatically_derived]
        impl __sqh::LookupKey<#ident> for #key {
            fn into_values(self) -> __sqh::Result<__sqh::std::vec::Vec<__sqh::Value>> {
                #body
            }
        }
    }
}

/// Each of the key's values in its turn.
pub(super) fn values(fields: &[&Field]) -> TokenStream {
    let values = fields.iter().enumerate().map(|(position, field)| {
        let ty = &field.ty;
        let position = syn::Index::from(position);
        let part = if fields.len() == 1 { quote!(self) } else { quote!(self.#position) };
        quote!(<#ty as __sqh::FieldType>::into_value(#part)?)
    });
    quote!(__sqh::Ok(__sqh::std::vec![#(#values),*]))
}

fn tuple(types: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    let types: Vec<TokenStream> = types.into_iter().collect();
    match types.as_slice() {
        [ty] => ty.clone(),
        types => quote!((#(#types),*)),
    }
}
