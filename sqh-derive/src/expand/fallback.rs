//! Stub implementations for inputs with mistakes, so that one mistake gives one message: what else uses
//! the type still finds its traits and constants.
//!
//! A stub asks nothing of the field types.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, Ident};

use super::{columns, embedded, in_scope};
use crate::ir::{Embedded, EmbeddedShape, Enum, Model};
use crate::symbol;

/// A model that cannot run. `generics` is what the input has, though a model may have none.
pub(crate) fn model(model: &Model, generics: &Generics) -> TokenStream {
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
            &stub(&quote!(#impl_generics), &quote!(#ident #type_generics), &where_clause, &quote!(()), model),
        );
    }
    let columns = columns::constants(ident, &model.fields, None);
    let relations = columns::relations(model);
    let stub = stub(&TokenStream::new(), &quote!(#ident), &TokenStream::new(), &super::key::unchecked_id(model), model);
    let lookups = super::key::lookups(model, |_| quote!(__sqh::std::unreachable!()));
    let subdocument = (model.storage.has(symbol::SUBDOCUMENT)).then(|| field_type(ident, generics, "Record"));
    in_scope(
        &model.krate,
        &quote! {
            #stub
            #columns
            #relations
            #lookups
            #subdocument
        },
    )
}

/// A view that cannot run.
pub(crate) fn view(view: &Model, generics: &Generics) -> TokenStream {
    let model = model(view, generics);
    if !generics.params.is_empty() {
        return model;
    }
    let columns = super::query_row::query_row(&super::view::row(view));
    let platform_view = super::view::platform_view(view);
    quote!(#model #columns #platform_view)
}

/// An enum that cannot run.
pub(crate) fn platform_enum(input: &Enum, generics: &Generics) -> TokenStream {
    in_scope(&input.krate, &field_type(&input.ident, generics, "Enumeration"))
}

/// An embedded value that cannot run.
pub(crate) fn platform_value(input: &Embedded) -> TokenStream {
    let Embedded { ident, generics, .. } = input;
    if generics.lifetimes().next().is_some() {
        // A field type owns its data, so this one can have no implementation at all.
        return TokenStream::new();
    }
    let stub = field_type(ident, generics, "Record");
    let columns = match &input.shape {
        EmbeddedShape::Record { fields, .. } => Some(columns::constants(ident, fields, Some(generics))),
        EmbeddedShape::Newtype(_) => None,
    };
    in_scope(&input.krate, &quote!(#stub #columns))
}

fn stub(
    impl_generics: &TokenStream,
    ty: &TokenStream,
    where_clause: &TokenStream,
    id: &TokenStream,
    model: &Model,
) -> TokenStream {
    let scope = super::view::scope(model).unwrap_or_else(|| quote!(__sqh::scope::Tenant));
    let writes = if model.view.is_some() { quote!(__sqh::scope::ReadOnly) } else { scope.clone() };
    let store = super::store(model);
    quote! {
        #[automatically_derived]
        impl #impl_generics __sqh::PlatformModel for #ty #where_clause {
            type Id = #id;
            type Scope = #scope;
            type Writes = #writes;
            type Store = __sqh::store::#store;
            fn def() -> &'static __sqh::ModelDef { __sqh::std::unreachable!() }
            fn encode(self, _: &mut __sqh::RowWriter<'_>) -> __sqh::Result<()> { __sqh::std::unreachable!() }
            fn decode(_: &mut __sqh::RowReader<'_>) -> __sqh::Result<Self> { __sqh::std::unreachable!() }
        }
    }
}

fn field_type(ident: &Ident, generics: &Generics, family: &str) -> TokenStream {
    let family = quote::format_ident!("{family}");
    let generics = embedded::bounded(generics);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics __sqh::FieldType for #ident #type_generics #where_clause {
            type Family = __sqh::family::#family;
            const DEF: __sqh::TypeDef = __sqh::FieldDef::PLAIN.ty;
            fn into_value(self) -> __sqh::Result<__sqh::Value> { __sqh::std::unreachable!() }
            fn from_value(_: __sqh::Value) -> __sqh::Result<Self> { __sqh::std::unreachable!() }
        }
    }
}
