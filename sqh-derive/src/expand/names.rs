//! `PlatformEnum`: a name out of a fixed set.

use proc_macro2::TokenStream;
use quote::quote;

use super::in_scope;
use crate::case::plain;
use crate::ir::{Enum, Variant};

/// The implementation of `FieldType` for an enum without mistakes.
pub(crate) fn platform_enum(input: &Enum) -> TokenStream {
    let Enum { ident, doc, variants, .. } = input;
    let name = plain(ident);
    let storage = if input.native { quote!(Native) } else { quote!(Text) };
    let table = variants.iter().map(|Variant { name, doc, .. }| quote!(__sqh::VariantDef { name: #name, doc: #doc }));
    let writes = variants.iter().map(|Variant { ident, name, .. }| quote!(Self::#ident => #name,));
    let reads = variants.iter().map(|Variant { ident, name, .. }| quote!(#name => __sqh::Some(Self::#ident),));
    in_scope(
        &input.krate,
        &quote! {
            #[automatically_derived]
            impl __sqh::FieldType for #ident {
                type Family = __sqh::family::Enumeration;
                const DEF: __sqh::TypeDef = __sqh::names::def(&__sqh::EnumDef {
                    name: #name,
                    doc: #doc,
                    storage: __sqh::EnumStorage::#storage,
                    variants: &[#(#table),*],
                });
                fn into_value(self) -> __sqh::Result<__sqh::Value> {
                    __sqh::names::into_value(match self { #(#writes)* })
                }
                fn from_value(value: __sqh::Value) -> __sqh::Result<Self> {
                    __sqh::names::from_value(Self::DEF, &value, |name| match name { #(#reads)* _ => __sqh::None })
                }
            }
        },
    )
}
