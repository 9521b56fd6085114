//! What words ask of types, as obligations at the words: the traits of `sqh_model::types::requirement`
//! answer with what to write instead.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::attr::Reference;
use crate::ir::{Field, Model};
use crate::symbol::{self, Word};

/// A word, and the trait that the family of its field's type must have.
const FAMILIES: &[(Word, &str)] = &[
    (symbol::VERSION, "CanCount"),
    (symbol::CREATED_AT, "CanBeStamped"),
    (symbol::UPDATED_AT, "CanBeStamped"),
    (symbol::FIELD_SEARCH, "CanBeSearched"),
    (symbol::MAX_LEN, "CanBeBounded"),
    (symbol::OWNER, "CanOwn"),
    (symbol::TEAM, "CanOwn"),
    (symbol::TENANT, "CanBeTenant"),
];

/// All requirements of a model.
pub(super) fn all(model: &Model) -> TokenStream {
    let mut checks = Vec::new();
    for field in model.stored().filter(|field| !field.has(symbol::PARENT)) {
        for (word, requirement) in FAMILIES {
            if let Some(written) = field.words.written(*word) {
                checks.push(family(field, requirement, written.span()));
            }
        }
        if let Some(reference) = &field.references {
            checks.extend(self::reference(model, field, reference));
        }
    }
    if let (Some(field), Some(written)) = (model.partition(), model.storage.words.text(symbol::PARTITION_BY)) {
        checks.push(family(field, "CanPartition", written.span()));
    }
    quote!(#(#checks)*)
}

/// The obligation on the family of a field's type. The type's own obligation is the table's, so a type
/// without a mapping is reported once.
fn family(field: &Field, requirement: &str, at: Span) -> TokenStream {
    let ty = &field.ty;
    let requirement = format_ident!("{requirement}", span = at);
    let family = super::family_of(ty);
    quote_spanned!(at=> const _: () = <#family as __sqh::requirement::#requirement>::MET;)
}

fn reference(model: &Model, field: &Field, reference: &Reference) -> Vec<TokenStream> {
    let ty = &field.ty;
    let target = &reference.model;
    let at = field.words.written(symbol::REFERENCES).map_or_else(Span::call_site, syn::Ident::span);
    let mut checks = Vec::new();
    let of_target = quote_spanned!(target.span()=> <#target as __sqh::PlatformModel>);
    // The type of a column is asked for where the table names it.
    if reference.column.is_none() {
        checks.push(quote_spanned!(at=> const _: () = <#ty as __sqh::requirement::CanRefer<#of_target::Id, _>>::MET;));
        checks.push(
            quote_spanned!(target.span()=> const _: () = <#of_target::Store as __sqh::requirement::CanBeReferredTo>::MET;),
        );
    }
    if let Some(action) = field.words.text(symbol::ON_DELETE) {
        let scope = super::scope(model);
        let written = field.words.written(symbol::ON_DELETE).map_or_else(Span::call_site, syn::Ident::span);
        let store = quote_spanned!(written=> <#target as __sqh::PlatformModel>::Store);
        checks.push(quote_spanned! {written=>
            const _: () = <#store as __sqh::requirement::CanConstrain<#scope>>::MET;
        });
        if action.value() == "set_null" {
            checks.push(family(field, "CanBeNull", action.span()));
        }
    }
    checks
}
