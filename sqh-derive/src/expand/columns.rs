//! The column constants: `AppLabResult::VALUE`.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, Ident};

use crate::ir::Field;
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

fn constant(field: &Field) -> TokenStream {
    let Field { vis, constant, ty, name, .. } = field;
    let doc = if field.doc.is_empty() { format!("The column of `{name}`.") } else { field.doc.clone() };
    quote!(#[doc = #doc] #vis const #constant: __sqh::Column<Self, #ty> = __sqh::Column::new(#name);)
}

/// Inherited fields have their constants on the parent.
fn has_column(field: &Field) -> bool {
    !field.has(symbol::SKIP) && !field.has(symbol::PARENT)
}
