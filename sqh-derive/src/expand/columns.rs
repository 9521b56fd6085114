//! The constants of columns, `AppLabResult::VALUE`, and of relations, `AppLabResult::SAMPLES`.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, Ident};

use crate::ir::{Field, HasMany, Model};
use crate::symbol;

/// A constant for each stored field, as visible as the field.
pub(super) fn constants(ident: &Ident, fields: &[Field], generics: Option<&Generics>) -> TokenStream {
    let (impl_generics, type_generics, where_clause) = match generics {
        Some(generics) => {
            let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
            (Some(impl_generics), Some(type_generics), where_clause)
        }
        None => (None, None, None),
    };
    // In a stub two fields may share a name; the message says so.
    let mut names = HashSet::new();
    let fields = fields.iter().filter(|field| has_column(field) && names.insert(&field.constant));
    let constants = fields.map(constant);
    quote! {
        // A column that nobody asks for yet is no mistake.
        #[automatically_derived]
        #[allow(dead_code)]
        impl #impl_generics #ident #type_generics #where_clause { #(#constants)* }
    }
}

/// A constant for each relation, as visible as the model.
pub(super) fn relations(model: &Model) -> Option<TokenStream> {
    let ident = &model.ident;
    let mut names: HashSet<_> = model.fields.iter().map(|field| field.constant.clone()).collect();
    let relations = model.has_many.iter().filter_map(|has_many| relation(model, has_many, &mut names));
    let relations: Vec<TokenStream> = relations.collect();
    (!relations.is_empty()).then(|| {
        quote! {
            // Whoever cannot name the other model cannot name the relation.
            #[automatically_derived]
            #[allow(dead_code, private_interfaces)]
            impl #ident { #(#relations)* }
        }
    })
}

fn relation(model: &Model, has_many: &HasMany, names: &mut HashSet<Ident>) -> Option<TokenStream> {
    let (vis, constant) = (&model.vis, has_many.constant()?);
    let (child, via) = (has_many.model.as_ref()?, has_many.via.as_ref()?);
    let (name, via) = (has_many.name.as_ref()?.value(), crate::case::plain(via));
    let doc = format!("The relation `{name}`.");
    names.insert(constant.clone()).then(|| {
        quote! {
            #[doc = #doc]
            #vis const #constant: __sqh::Related<Self, #child, __sqh::std::vec::Vec<#child>> = __sqh::Related::many(#via);
        }
    })
}

fn constant(field: &Field) -> TokenStream {
    let Field { vis, constant, ty, name, .. } = field;
    let doc = if field.doc.is_empty() { format!("The column of `{name}`.") } else { field.doc.clone() };
    quote!(#[doc = #doc] #vis const #constant: __sqh::Column<Self, #ty> = __sqh::Column::new(#name);)
}

/// Inherited fields have their constants on the parent.
fn has_column(field: &Field) -> bool {
    !field.has(symbol::SKIP) && !field.has(symbol::PARENT)
}
