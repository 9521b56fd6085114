//! `PlatformValue`: an embedded record, or a newtype.
//!
//! Type parameters are allowed here, so there are no statics: the table is an associated constant.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, Type, parse_quote};

use super::{codec, columns, def, in_scope};
use crate::case::plain;
use crate::ir::{Embedded, EmbeddedShape, Field};
use crate::symbol;

/// The implementation of `FieldType` for an embedded value without mistakes.
pub(crate) fn platform_value(input: &Embedded) -> TokenStream {
    match &input.shape {
        EmbeddedShape::Newtype(ty) => newtype(input, ty),
        EmbeddedShape::Record { json, fields } => record(input, *json, fields),
    }
}

fn newtype(input: &Embedded, ty: &Type) -> TokenStream {
    let ident = &input.ident;
    let generics = bounded(&input.generics);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let inner = quote!(<#ty as __sqh::FieldType>);
    let family = super::family_of(ty);
    in_scope(
        &input.krate,
        &quote! {
            #[automatically_derived]
            impl #impl_generics __sqh::FieldType for #ident #type_generics #where_clause {
                type Family = #family;
                const DEF: __sqh::TypeDef = #inner::DEF;
                fn into_value(self) -> __sqh::Result<__sqh::Value> {
                    #inner::into_value(self.0)
                }
                fn from_value(value: __sqh::Value) -> __sqh::Result<Self> {
                    __sqh::Ok(Self(#inner::from_value(value)?))
                }
                fn encode(self, row: &mut __sqh::Row) -> __sqh::Result<()> {
                    #inner::encode(self.0, row)
                }
                fn decode(values: &mut __sqh::std::vec::IntoIter<__sqh::Value>) -> __sqh::Result<Self> {
                    __sqh::Ok(Self(#inner::decode(values)?))
                }
            }
        },
    )
}

fn record(input: &Embedded, json: bool, fields: &[Field]) -> TokenStream {
    let Embedded { ident, doc, .. } = input;
    let name = plain(ident);
    let generics = bounded(&input.generics);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let storage = if json { quote!(Json) } else { quote!(Flatten) };
    let table = fields.iter().filter(|field| !field.has(symbol::SKIP)).map(def::embedded_field);
    let codec = codec::functions(fields);
    let columns = columns::constants(ident, fields, Some(&input.generics));
    in_scope(
        &input.krate,
        &quote! {
            #[automatically_derived]
            impl #impl_generics __sqh::record::Record for #ident #type_generics #where_clause {
                const RECORD: __sqh::RecordDef = __sqh::RecordDef {
                    name: #name,
                    doc: #doc,
                    storage: __sqh::RecordStorage::#storage,
                    fields: &[#(#table),*],
                };
                #codec
            }
            #[automatically_derived]
            impl #impl_generics __sqh::FieldType for #ident #type_generics #where_clause {
                type Family = __sqh::family::Record;
                const DEF: __sqh::TypeDef = __sqh::record::def::<Self>();
                fn into_value(self) -> __sqh::Result<__sqh::Value> {
                    __sqh::record::into_value(self)
                }
                fn from_value(value: __sqh::Value) -> __sqh::Result<Self> {
                    __sqh::record::from_value(value)
                }
                fn encode(self, row: &mut __sqh::Row) -> __sqh::Result<()> {
                    __sqh::record::encode(self, row)
                }
                fn decode(values: &mut __sqh::std::vec::IntoIter<__sqh::Value>) -> __sqh::Result<Self> {
                    __sqh::record::decode(values)
                }
            }
            #columns
        },
    )
}

/// The type parameters, each with the bound that a field's type needs.
pub(super) fn bounded(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    for param in generics.type_params_mut() {
        param.bounds.push(parse_quote!(__sqh::FieldType));
    }
    generics
}
