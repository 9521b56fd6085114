//! What users of the runtime see: no driver, and features that only add.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{ImplItem, Item, UseTree, Visibility};

use crate::sources::{Source, source, sources};

const DRIVERS: &[&str] = &["sqlx", "reqwest", "tokio_postgres"];

/// Hidden from documentation: the reader of catalogs, for proofs of the DDL on a connection of
/// their own.
const HIDDEN: &[&str] = &["sqh-runtime/src/backend/postgres/catalog.rs"];

#[test]
fn no_public_signature_names_a_driver() {
    let mut found = Vec::new();
    for source in sources("sqh-runtime/src") {
        if HIDDEN.contains(&source.path.as_str()) {
            continue;
        }
        let names = driver_names(&source);
        let is_driver = |tokens: &dyn ToTokens| words(tokens).iter().any(|word| names.contains(word));
        for signature in public_signatures(&source) {
            if is_driver(&signature) {
                found.push(format!("{}: {signature}", source.path));
            }
        }
    }
    assert!(found.is_empty(), "a driver's type belongs into `source()` of an error:\n{}", found.join("\n"));
}

#[test]
fn the_scan_sees_a_driver() {
    let text = "use sqlx::{PgPool as Pool, Error}; pub struct A { pub pool: Pool, inner: Error } \
                impl A { pub fn a(&self) -> Error { todo!() } pub(crate) fn b(&self) -> Error { todo!() } } \
                impl From<Error> for A {} pub fn c(_: sqlx::Error) {} struct B; impl From<Error> for B {}";
    let source = Source { path: String::new(), file: syn::parse_file(text).unwrap() };
    let names = driver_names(&source);
    let seen =
        public_signatures(&source).into_iter().filter(|signature| words(signature).iter().any(|w| names.contains(w)));
    assert_eq!(seen.count(), 4, "the field, the method, the conversion of `A` and the function");
}

#[test]
fn features_only_add() {
    for folder in ["sqh-model/src", "sqh-runtime/src", "sqh-derive/src"] {
        for source in sources(folder) {
            let text = source.file.to_token_stream().to_string().replace(' ', "");
            assert!(!text.contains("not(feature"), "{} has less with a feature than without", source.path);
        }
    }
}

/// The crates' names, and what a file calls what it imports from them.
fn driver_names(source: &Source) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = DRIVERS.iter().map(|&name| name.to_owned()).collect();
    for item in &source.file.items {
        if let Item::Use(item) = item
            && let UseTree::Path(path) = &item.tree
            && DRIVERS.contains(&path.ident.to_string().as_str())
        {
            leaves(&path.tree, &mut names);
        }
    }
    names
}

fn leaves(tree: &UseTree, names: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, names),
        UseTree::Name(name) => drop(names.insert(name.ident.to_string())),
        UseTree::Rename(rename) => drop(names.insert(rename.rename.to_string())),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, names)),
        _ => {}
    }
}

/// What a file shows to users of the crate, as far as the file can tell.
fn public_signatures(source: &Source) -> Vec<String> {
    let is_public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
    let said = |tokens: &dyn ToTokens| tokens.to_token_stream().to_string();
    let private: BTreeSet<String> = source
        .file
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) if !is_public(&item.vis) => Some(item.ident.to_string()),
            Item::Enum(item) if !is_public(&item.vis) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    for item in &source.file.items {
        match item {
            Item::Fn(item) if is_public(&item.vis) => found.push(said(&item.sig)),
            Item::Type(item) if is_public(&item.vis) => found.push(said(&item.ty)),
            Item::Const(item) if is_public(&item.vis) => found.push(said(&item.ty)),
            Item::Use(item) if is_public(&item.vis) => found.push(said(&item.tree)),
            Item::Struct(item) if is_public(&item.vis) => {
                let fields = item.fields.iter().filter(|field| is_public(&field.vis));
                found.extend(fields.map(|field| said(&field.ty)));
            }
            Item::Enum(item) if is_public(&item.vis) => {
                found.extend(item.variants.iter().map(|variant| said(&variant.fields)))
            }
            Item::Trait(item) if is_public(&item.vis) => found.push(said(item)),
            Item::Impl(item) if item.trait_.is_some() => {
                let of = words(&item.self_ty);
                if !of.iter().any(|word| private.contains(word)) {
                    found.extend(item.trait_.as_ref().map(|of| said(&of.0)));
                }
            }
            Item::Impl(item) => found.extend(item.items.iter().filter_map(|inner| match inner {
                ImplItem::Fn(inner) if is_public(&inner.vis) => Some(said(&inner.sig)),
                _ => None,
            })),
            _ => {}
        }
    }
    found
}

fn words(tokens: &dyn ToTokens) -> Vec<String> {
    let text = tokens.to_token_stream().to_string();
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_hidden_module_is_hidden() {
    let text = source("sqh-runtime/src/backend/postgres.rs").file.to_token_stream().to_string().replace(' ', "");
    assert!(text.contains("#[doc(hidden)]pubmodcatalog"), "the list of hidden modules is out of date");
}
