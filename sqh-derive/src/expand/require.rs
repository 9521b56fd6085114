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
    (symbol::VERSION, "Version"),
    (symbol::CREATED_AT, "Timestamp"),
    (symbol::UPDATED_AT, "Timestamp"),
    (symbol::FIELD_SEARCH, "Searchable"),
    (symbol::MAX_LEN, "Bounded"),
    (symbol::OWNER, "Holder"),
    (symbol::TEAM, "Holder"),
    (symbol::TENANT, "TenantColumn"),
    (symbol::PRIMARY_KEY, "PrimaryKey"),
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
        checks.push(family(field, "PartitionColumn", written.span()));
    }
    checks.extend(identity(model));
    checks.extend(relations(model));
    checks.extend(referable(model));
    quote!(#(#checks)*)
}

/// The obligation on the family of a field's type. The type's own obligation is the table's, so a type
/// without a mapping is reported once.
fn family(field: &Field, requirement: &str, at: Span) -> TokenStream {
    let ty = &field.ty;
    let requirement = format_ident!("{requirement}", span = at);
    // The type keeps its own span.
    let family = quote_spanned!(at=> <#ty as __sqh::FieldType>::Family);
    quote_spanned!(at=> const _: () = <#family as __sqh::requirement::#requirement>::MET;)
}

fn identity(model: &Model) -> Option<TokenStream> {
    let field = model.field("id").filter(|_| !model.is_postgres())?;
    let (ident, ty) = (&model.ident, &field.ty);
    Some(quote_spanned!(ty.span()=> const _: () = <#ty as __sqh::requirement::Identity<#ident>>::MET;))
}

/// A foreign key needs a unique constraint on what it refers to; a partitioned table has none on its key
/// alone.
fn referable(model: &Model) -> Option<TokenStream> {
    let ident = &model.ident;
    let whole = model.partition().is_none_or(|partition| model.is_key(partition));
    whole.then(|| quote!(#[automatically_derived] impl __sqh::requirement::Referable for #ident {}))
}

fn reference(model: &Model, field: &Field, reference: &Reference) -> Vec<TokenStream> {
    let (ident, constant, ty) = (&model.ident, &field.constant, &field.ty);
    let target = &reference.model;
    let at = field.words.written(symbol::REFERENCES).map_or_else(Span::call_site, syn::Ident::span);
    let mut checks = Vec::new();
    match &reference.column {
        Some(column) => {
            let column = crate::case::constant(column);
            checks.push(quote_spanned! {at=>
                const _: () = __sqh::requirement::refers_to_column(#ident::#constant, #target::#column);
            });
        }
        None => {
            checks.push(quote_spanned!(at=> const _: () = <#ty as __sqh::requirement::RefersTo<#target, _>>::MET;));
            checks.push(quote_spanned!(target.span()=> const _: () = <#target as __sqh::requirement::Referable>::MET;));
        }
    }
    if let Some(action) = field.words.text(symbol::ON_DELETE) {
        let scope = super::scope(model);
        let written = field.words.written(symbol::ON_DELETE).map_or_else(Span::call_site, syn::Ident::span);
        checks.push(quote_spanned! {written=>
            const _: () = <#target as __sqh::requirement::ConstrainedFrom<__sqh::scope::#scope>>::MET;
        });
        if action.value() == "set_null" {
            checks.push(family(field, "Emptiable", action.span()));
        }
    }
    checks
}

fn relations(model: &Model) -> impl Iterator<Item = TokenStream> + use<'_> {
    model.has_many.iter().filter_map(|relation| {
        let target = relation.model.as_ref()?;
        let via = crate::case::constant(relation.via.as_ref()?);
        let ident = &model.ident;
        Some(quote_spanned!(via.span()=> const _: () = __sqh::requirement::leads_back::<#ident, _, _, _>(#target::#via);))
    })
}
