//! The literal of `#[storage(…)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{member, optional_text, variant, view};
use crate::attr::{Key, Value};
use crate::ir::Model;
use crate::symbol;

/// What differs from the backend's defaults.
pub(super) fn storage(model: &Model) -> TokenStream {
    let words = &model.storage.words;
    let mut set = Vec::new();
    for (field, word) in [("table_name", symbol::TABLE), ("partition_by", symbol::PARTITION_BY)] {
        set.extend(optional_text(field, words.text(word)));
    }
    for (field, word) in [
        ("high_volume", symbol::HIGH_VOLUME),
        ("shared", symbol::SHARED),
        ("rls", symbol::RLS),
        ("is_abstract", symbol::ABSTRACT),
        ("is_subdocument", symbol::SUBDOCUMENT),
        ("is_unfoldable", symbol::UNFOLDABLE),
    ] {
        set.extend(words.has(word).then(|| member(field, &quote!(true))));
    }
    if let Some(scope) = view::scope(model) {
        set.push(member("shared", &quote!(<#scope as __sqh::scope::RecordScope>::IS_SHARED)));
    }
    if let Some(placement) = words.text(symbol::PLACEMENT) {
        let placement = variant(placement);
        set.push(member("placement", &quote!(__sqh::Some(__sqh::Placement::#placement))));
    }
    set.extend(partitioning(model).map(|value| member("partitioning", &value)));
    set.extend(model.storage.key.as_ref().map(|key| member("graph_key", &graph_key(key))));
    let backend = format_ident!("{}", if model.is_postgres() { "postgres" } else { "terminusdb" });
    if set.is_empty() {
        return quote!(__sqh::StorageConfig::#backend());
    }
    quote!(__sqh::StorageConfig { #(#set)* ..__sqh::StorageConfig::#backend() })
}

fn partitioning(model: &Model) -> Option<TokenStream> {
    let words = &model.storage.words;
    let interval = words.text(symbol::PARTITION_INTERVAL).map(|interval| {
        let interval = variant(interval);
        member("interval", &quote!(__sqh::PartitionInterval::#interval))
    });
    let premake = match words.value(symbol::PARTITION_PREMAKE) {
        Some(Value::Count(count)) => {
            let count = proc_macro2::Literal::u32_unsuffixed(*count);
            Some(member("premake", &quote!(#count)))
        }
        _ => None,
    };
    let retention = optional_text("retention", words.text(symbol::RETENTION));
    let set: Vec<TokenStream> = [interval, premake, retention].into_iter().flatten().collect();
    (!set.is_empty()).then(|| quote!(__sqh::Partitioning { #(#set)* ..__sqh::Partitioning::MONTHLY }))
}

fn graph_key(key: &Key) -> TokenStream {
    match key {
        Key::Random => quote!(__sqh::GraphKey::Random),
        Key::Lexical(fields) => quote!(__sqh::GraphKey::Lexical(&[#(#fields),*])),
        Key::Hash(fields) => quote!(__sqh::GraphKey::Hash(&[#(#fields),*])),
        Key::ValueHash => quote!(__sqh::GraphKey::ValueHash),
    }
}
