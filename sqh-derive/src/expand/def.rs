//! The static table: `ModelDef` and its parts.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::LitStr;
use syn::spanned::Spanned;

use super::view;
use crate::attr::Value;
use crate::ir::{HasMany, Index, Model};
use crate::symbol::{self, Word};

mod field;
mod policy;
mod storage;

pub(super) use self::field::embedded_field;

/// `fn def()` with the table in it.
pub(super) fn function(model: &Model) -> TokenStream {
    let Model { ident, name, doc, .. } = model;
    let rust_name = crate::case::plain(ident);
    let group = model.words.text(symbol::GROUP);
    let table = model.table();
    let storage = storage::storage(model);
    let fields = model.stored().map(|field| field::field(model, field));
    let doc = non_empty("doc", doc);
    let indexes = list("indexes", model.indexes.iter().map(index));
    let has_many = list("has_many", model.has_many.iter().filter_map(|relation| has_many(model, relation)));
    let policies = list("policies", model.policies.iter().map(|policy| policy::rule(model, policy)));
    let view = view::literal(model).map(|view| member("view", &quote!(__sqh::Some(#view))));
    let renamed_from = optional_text("renamed_from", model.words.text(symbol::RENAMED_FROM));
    let language = match model.words.value(symbol::SEARCH_OPTIONS) {
        Some(Value::Words(words)) => optional_text("search_language", words.text(symbol::LANGUAGE)),
        _ => None,
    };
    quote! {
        fn def() -> &'static __sqh::ModelDef {
            static LAYOUT: __sqh::LayoutCell = __sqh::LayoutCell::new();
            static DEF: __sqh::ModelDef = __sqh::ModelDef {
                name: #name,
                rust_path: __sqh::std::concat!(__sqh::std::module_path!(), "::", #rust_name),
                group: #group,
                #doc
                table: #table,
                storage: #storage,
                fields: &[#(#fields),*],
                #indexes
                #has_many
                #policies
                #renamed_from
                #language
                #view
                layout: &LAYOUT,
                ..__sqh::ModelDef::PLAIN
            };
            &DEF
        }
    }
}

/// A subdocument is a field of its parent, so its model is a field type too.
pub(super) fn subdocument(model: &Model) -> Option<TokenStream> {
    let ident = &model.ident;
    let is_subdocument = !model.is_postgres() && model.storage.has(symbol::SUBDOCUMENT);
    is_subdocument.then(|| {
        quote! {
            #[automatically_derived]
            impl __sqh::FieldType for #ident {
                type Family = __sqh::family::Record;
                const DEF: __sqh::TypeDef = __sqh::record::subdocument::<Self>();
                fn into_value(self) -> __sqh::Result<__sqh::Value> {
                    __sqh::record::subdocument_into_value(self)
                }
                fn from_value(value: __sqh::Value) -> __sqh::Result<Self> {
                    __sqh::record::subdocument_from_value(value)
                }
            }
        }
    })
}

fn index(index: &Index) -> TokenStream {
    let words = &index.words;
    let columns = index.columns.iter().map(|column| {
        let (field, descending) = (&column.field, column.descending);
        quote!(__sqh::IndexColumn { field: #field, descending: #descending })
    });
    let name = optional_text("name", words.text(symbol::NAME));
    let ops = optional_text("ops", words.text(symbol::OPS));
    let predicate = optional_text("predicate", words.text(symbol::WHERE));
    let unique = flag(words.has(symbol::UNIQUE), symbol::UNIQUE);
    let under_rls = flag(words.has(symbol::UNDER_RLS), symbol::UNDER_RLS);
    let using = words.text(symbol::USING).map(|method| {
        let method = variant(method);
        member("using", &quote!(__sqh::IndexMethod::#method))
    });
    quote!(__sqh::IndexDef { columns: &[#(#columns),*], #name #unique #using #ops #predicate #under_rls ..__sqh::IndexDef::PLAIN })
}

fn has_many(model: &Model, relation: &HasMany) -> Option<TokenStream> {
    let ident = &model.ident;
    let (name, child, via) = (&relation.name, relation.model.as_ref()?, relation.via.as_ref()?);
    let of_child = quote_spanned!(child.span()=> <#child as __sqh::PlatformModel>);
    let column = column_of(child, via);
    let key = quote!(<#ident as __sqh::PlatformModel>::Id);
    let via = quote_spanned!(via.span()=> __sqh::requirement::leads_back::<#key, _, _, _>(#column));
    Some(quote!(__sqh::HasManyDef { name: #name, model: #of_child::def, via: #via }))
}

/// The column constant of another model's field.
fn column_of(model: &syn::Path, field: &syn::Ident) -> TokenStream {
    let constant = crate::case::constant(field);
    quote!(#model::#constant)
}

/// `field: value,`
fn member(field: &str, value: &TokenStream) -> TokenStream {
    let field = format_ident!("{field}");
    quote!(#field: #value,)
}

fn flag(set: bool, word: Word) -> Option<TokenStream> {
    set.then(|| member(word.name, &quote!(true)))
}

fn optional_text(field: &str, text: Option<&LitStr>) -> Option<TokenStream> {
    text.map(|text| member(field, &quote!(__sqh::Some(#text))))
}

fn non_empty(field: &str, text: &str) -> Option<TokenStream> {
    (!text.is_empty()).then(|| member(field, &quote!(#text)))
}

fn list(field: &str, items: impl Iterator<Item = TokenStream>) -> Option<TokenStream> {
    let items: Vec<TokenStream> = items.collect();
    (!items.is_empty()).then(|| member(field, &quote!(&[#(#items),*])))
}

/// The variant of an enum of `sqh-model` that a word's value names: `set_null` is `SetNull`.
fn variant(value: &LitStr) -> syn::Ident {
    use heck::ToPascalCase;
    syn::Ident::new(&value.value().to_pascal_case(), value.span())
}
