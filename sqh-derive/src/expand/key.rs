//! The key: `type Id`, and what finds a record.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::ir::Model;

/// The type of the key field, or a tuple in declaration order.
pub(super) fn id(model: &Model) -> TokenStream {
    tuple(&key_types(model))
}

/// `LookupKey` for the key and, where the partition column stands outside of it, for both together.
pub(super) fn lookups(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let mut types = key_types(model);
    if types.is_empty() {
        return TokenStream::new();
    }
    let short = tuple(&types);
    let full = model.partition().filter(|partition| !model.is_key(partition)).map(|partition| {
        types.push(&partition.ty);
        let full = tuple(&types);
        quote! {
            #[automatically_derived]
            impl __sqh::LookupKey<#ident> for #full {}
        }
    });
    quote! {
        #[automatically_derived]
        impl __sqh::LookupKey<#ident> for #short {}
        #full
    }
}

fn key_types(model: &Model) -> Vec<&Type> {
    model.key().into_iter().map(|field| &field.ty).collect()
}

fn tuple(types: &[&Type]) -> TokenStream {
    match types {
        [ty] => quote!(#ty),
        types => quote!((#(#types),*)),
    }
}
