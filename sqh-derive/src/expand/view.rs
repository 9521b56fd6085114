//! `PlatformView`: a model that is read only, and beside it the struct of what its fields are computed of.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned;

use super::{in_scope, query_row};
use crate::ir::{Member, Model, QueryRow, View};
use crate::symbol;

/// The implementations for a view without mistakes.
pub(crate) fn view(model: &Model) -> TokenStream {
    let (expansion, columns) = (super::model(model), query_row::of_view(&row(model), &groups(model)));
    let view = platform_view(model);
    quote!(#expansion #columns #view)
}

/// `impl PlatformView`, if it is known of what.
pub(super) fn platform_view(model: &Model) -> Option<TokenStream> {
    let (ident, source) = (&model.ident, source(model)?);
    let implementation = quote! {
        #[automatically_derived]
        impl __sqh::PlatformView for #ident {
            type Source = #source;
        }
    };
    Some(in_scope(&model.krate, &implementation))
}

/// The literal of what the view is computed of.
pub(super) fn literal(model: &Model) -> Option<TokenStream> {
    let ident = &model.ident;
    let View { source, definition } = model.view.as_ref()?;
    let (source, definition) = (source.as_ref()?, definition.as_ref()?);
    let of_source = of(source);
    // At the function's name, where the compiler points if it gives something else.
    let definition = quote_spanned!(definition.span()=> || __sqh::report::define::<#ident>(#definition()));
    let refresh = match model.storage.words.text(symbol::REFRESH) {
        Some(refresh) if refresh.value() == "after_write" => "AfterWrite",
        _ => "OnDemand",
    };
    let refresh = format_ident!("{refresh}");
    Some(quote! {
        __sqh::ViewDef { source: #of_source::def, definition: #definition, refresh: __sqh::Refresh::#refresh }
    })
}

/// The scope that the view is read in.
pub(super) fn scope(model: &Model) -> Option<TokenStream> {
    let of_source = of(source(model)?);
    Some(quote!(#of_source::Scope))
}

/// The columns that the definition is made of.
pub(super) fn row(model: &Model) -> QueryRow {
    let members = model.fields.iter().map(|field| Member {
        ident: field.ident.clone(),
        vis: field.vis.clone(),
        doc: field.doc.clone(),
        ty: field.ty.clone(),
        column: field.column.clone(),
    });
    let (ident, vis, krate) = (model.ident.clone(), model.vis.clone(), model.krate.clone());
    QueryRow { ident, vis, krate, members: members.collect() }
}

fn groups(model: &Model) -> Vec<bool> {
    model.fields.iter().map(|field| model.is_key(field)).collect()
}

fn source(model: &Model) -> Option<&Path> {
    model.view.as_ref()?.source.as_ref()
}

fn of(source: &Path) -> TokenStream {
    quote_spanned!(source.span()=> <#source as __sqh::PlatformModel>)
}
