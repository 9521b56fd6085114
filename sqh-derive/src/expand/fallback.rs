//! Stub implementations for inputs with mistakes, so that one mistake gives one message: what else uses
//! the type still finds its traits and constants.
//!
//! A stub asks nothing of the field types.

use proc_macro2::TokenStream;
use quote::quote;

use super::{columns, embedded, in_scope};
use crate::ir::{Embedded, EmbeddedShape, Enum, Model};
use crate::symbol;

/// A model that cannot run. `generics` is what the input has, though a model may have none.
pub(crate) fn model(model: &Model, generics: &syn::Generics) -> TokenStream {
    let ident = &model.ident;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    if !generics.params.is_empty() {
        let bound = quote!(#ident #type_generics: __sqh::std::marker::Send + __sqh::std::marker::Sync + 'static);
        let where_clause = match where_clause {
            Some(clause) => quote!(#clause #bound),
            None => quote!(where #bound),
        };
        return in_scope(
            &model.krate,
            &stub(&quote!(#impl_generics), &quote!(#ident #type_generics), &where_clause, &quote!(())),
        );
    }
    let columns = columns::constants(ident, &model.fields, None);
    let stub = stub(&TokenStream::new(), &quote!(#ident), &TokenStream::new(), &super::key::id(model));
    let lookups = super::key::lookups(model);
    let subdocument = (model.storage.has(symbol::SUBDOCUMENT))
        .then(|| field_type(&TokenStream::new(), &quote!(#ident), &TokenStream::new(), "Record"));
    in_scope(
        &model.krate,
        &quote! {
            #stub
            #columns
            #lookups
            #subdocument
            #[automatically_derived]
            impl __sqh::requirement::Referable for #ident {}
        },
    )
}

/// An enum that cannot run.
pub(crate) fn platform_enum(input: &Enum) -> TokenStream {
    let ident = &input.ident;
    let stub = field_type(&TokenStream::new(), &quote!(#ident), &TokenStream::new(), "Enumeration");
    in_scope(&input.krate, &stub)
}

/// An embedded value that cannot run.
pub(crate) fn platform_value(input: &Embedded) -> TokenStream {
    let ident = &input.ident;
    let generics = embedded::bounded(&input.generics);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let stub = field_type(&quote!(#impl_generics), &quote!(#ident #type_generics), &quote!(#where_clause), "Record");
    let columns = match &input.shape {
        EmbeddedShape::Record { fields, .. } => Some(columns::constants(ident, fields, Some(&input.generics))),
        EmbeddedShape::Newtype(_) => None,
    };
    in_scope(&input.krate, &quote!(#stub #columns))
}

fn stub(impl_generics: &TokenStream, ty: &TokenStream, where_clause: &TokenStream, id: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #impl_generics __sqh::PlatformModel for #ty #where_clause {
            type Id = #id;
            type Scope = __sqh::scope::Tenant;
            fn def() -> &'static __sqh::ModelDef { __sqh::std::unreachable!() }
            fn encode(self, _: &mut __sqh::RowWriter<'_>) -> __sqh::Result<()> { __sqh::std::unreachable!() }
            fn decode(_: &mut __sqh::RowReader<'_>) -> __sqh::Result<Self> { __sqh::std::unreachable!() }
        }
    }
}

fn field_type(impl_generics: &TokenStream, ty: &TokenStream, where_clause: &TokenStream, family: &str) -> TokenStream {
    let family = quote::format_ident!("{family}");
    quote! {
        #[automatically_derived]
        impl #impl_generics __sqh::FieldType for #ty #where_clause {
            type Family = __sqh::family::#family;
            const DEF: __sqh::TypeDef = __sqh::FieldDef::PLAIN.ty;
            fn into_value(self) -> __sqh::Result<__sqh::Value> { __sqh::std::unreachable!() }
            fn from_value(_: __sqh::Value) -> __sqh::Result<Self> { __sqh::std::unreachable!() }
        }
    }
}
