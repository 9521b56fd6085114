//! Imports run one way.
//!
//! ```text
//! error, value -> types, schema, row, expr -> render, record forms        (sqh-model)
//!     -> op, the backend's traits, scope -> engine -> backends, tenancy -> service -> platform
//! ```
//!
//! Within an arrow's end modules may know each other: a field's definition has a type, and the type
//! of an embedded value has fields. Above the model each module says what it may import.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;

use crate::sources::{Source, sources};

/// The modules of the model crate, from the ground up. A module imports from its own row and those
/// above it in this table.
const MODEL: &[&[&str]] = &[
    &["error", "near"],
    &["value"],
    &["types", "schema", "row", "compare", "expr", "policy", "report"],
    &["record_json", "record_document", "render"],
];

/// What each module of the runtime may import from it: a module, or one item of a module.
const RUNTIME: &[(&str, &[&str])] = &[
    ("sql", &[]),
    ("fast_map", &[]),
    ("op", &["backend::BackendTransaction", "sql"]),
    ("observe", &["op", "scope", "fast_map::FastMap"]),
    ("backend", &["engine::Scoped", "op"]),
    ("scope", &["tenancy::TenantHandle", "tenancy::TenantRecord"]),
    (
        "engine",
        &[
            "op",
            "fast_map::FastMap",
            "observe",
            "scope",
            "backend::Backend",
            "backend::Capabilities",
            "backend::not_to_be_written",
            "tenancy::Place",
            "tenancy::TenantRecord",
        ],
    ),
    ("backend::memory", &["op", "engine::Scoped", "engine::Route", "backend"]),
    ("backend::terminusdb", &["op", "engine::Scoped", "backend", "tenancy::PasswordReference"]),
    (
        "backend::postgres",
        &[
            "op",
            "fast_map::FastMap",
            "sql",
            "observe",
            "engine::Joined",
            "engine::Scoped",
            "engine::Route",
            "backend",
            "tenancy",
            "scope::Grants",
        ],
    ),
    (
        "tenancy",
        &[
            "engine::Route",
            "op::Freshness",
            "fast_map::FastMap",
            "backend::postgres::admin",
            "backend::postgres::Tables",
            "backend::postgres::catalog",
            "observe",
            "scope::AccessProvider",
            "scope::Grants",
        ],
    ),
    ("service", &["op", "sql", "scope", "engine", "tenancy", "backend::BackendTransaction", "backend::Capabilities"]),
    ("platform", &["scope", "engine", "observe", "service", "tenancy", "backend"]),
    ("prelude", &["scope", "engine", "service"]),
    ("testing", &["sql", "scope", "service", "platform", "tenancy", "backend::postgres::admin"]),
    ("web", &["scope", "observe", "platform"]),
];

#[test]
fn the_model_imports_from_the_ground_up() {
    let rank = |module: &str| MODEL.iter().position(|row| row.contains(&module));
    let mut wrong = Vec::new();
    for source in sources("sqh-model/src") {
        let module = module_of(&source, "sqh-model/src/");
        let Some(top) = module.first() else { continue };
        let own = rank(top).unwrap_or_else(|| panic!("{} is in no row of the table: say where it stands", source.path));
        for import in imports(&source, &module) {
            let Some(theirs) = import.first().and_then(|name| rank(name)) else { continue };
            if theirs > own {
                wrong.push(format!("{} imports {}", source.path, import.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "these imports run upwards:\n{}", wrong.join("\n"));
}

#[test]
fn the_runtime_imports_what_its_table_says() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for source in sources("sqh-runtime/src") {
        let module = module_of(&source, "sqh-runtime/src/");
        let name = module.join("::");
        if name.is_empty() || name.starts_with("cli") {
            continue;
        }
        let is_in = |owner: &str, name: &str| name == owner || name.starts_with(&format!("{owner}::"));
        let (owner, allowed) = RUNTIME
            .iter()
            .filter(|(owner, _)| is_in(owner, &name))
            .max_by_key(|(owner, _)| owner.len())
            .unwrap_or_else(|| panic!("{} is in no row of the table: say what it may import", source.path));
        for import in imports(&source, &module) {
            let import = import.join("::");
            if is_in(owner, &import) {
                continue;
            }
            match allowed.iter().find(|allowed| is_in(allowed, &import)) {
                Some(allowed) => {
                    used.insert((*owner, *allowed));
                }
                // What the crate re-exports of the model stands below it all.
                None if RUNTIME.iter().any(|(module, _)| is_in(module, &import)) => {
                    wrong.push(format!("{} imports {import}", source.path));
                }
                None => {}
            }
        }
    }
    assert!(wrong.is_empty(), "the table forbids these imports:\n{}", wrong.join("\n"));
    let unused: Vec<_> = RUNTIME
        .iter()
        .flat_map(|(owner, allowed)| allowed.iter().map(move |allowed| (*owner, *allowed)))
        .filter(|row| !used.contains(row))
        .collect();
    assert!(unused.is_empty(), "the table allows what nobody imports: {unused:?}");
}

#[test]
fn the_model_knows_nothing_of_the_runtime_and_does_no_io() {
    for source in sources("sqh-model/src") {
        for token in source.tokens() {
            let TokenTree::Ident(ident) = token else { continue };
            let word = ident.to_string();
            let is_foreign = ["sqh_runtime", "sqlx", "tokio", "reqwest", "futures"].contains(&word.as_str());
            assert!(!is_foreign, "{} names `{word}`", source.path);
        }
    }
}

/// `expr/lower/key.rs` is `expr::lower::key`; `lib.rs` is empty.
fn module_of(source: &Source, folder: &str) -> Vec<String> {
    let path = source.path.strip_prefix(folder).expect("it was found there").trim_end_matches(".rs");
    path.split('/').filter(|part| !matches!(*part, "lib" | "mod" | "main")).map(str::to_owned).collect()
}

/// Every path of the crate that a file names, from the crate's root.
fn imports(source: &Source, module: &[String]) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    scan(source.file.to_token_stream(), module, &mut found);
    found
}

fn scan(stream: TokenStream, module: &[String], found: &mut BTreeSet<Vec<String>>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let mut i = 0;
    while i < tokens.len() {
        match &tokens[i] {
            TokenTree::Group(group) => {
                scan(group.stream(), module, found);
                i += 1;
            }
            TokenTree::Ident(ident)
                if (ident == "crate" || ident == "super" || ident == "self") && is_path(&tokens, i + 1) =>
            {
                let mut base = if ident == "crate" { Vec::new() } else { module.to_vec() };
                if ident == "super" {
                    base.pop();
                }
                i = path(&tokens, i + 1, base, found);
            }
            _ => i += 1,
        }
    }
}

fn is_path(tokens: &[TokenTree], i: usize) -> bool {
    let colon = |i: usize| matches!(tokens.get(i), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    colon(i) && colon(i + 1)
}

/// Follows a path, and the branches of a tree; gives the position behind it.
fn path(tokens: &[TokenTree], mut i: usize, mut base: Vec<String>, found: &mut BTreeSet<Vec<String>>) -> usize {
    while is_path(tokens, i) {
        match tokens.get(i + 2) {
            Some(TokenTree::Ident(ident)) if ident == "super" => {
                base.pop();
            }
            Some(TokenTree::Ident(ident)) => base.push(ident.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                branches(group.stream(), &base, found);
                return i + 3;
            }
            _ => break,
        }
        i += 3;
    }
    found.insert(base);
    i
}

fn branches(stream: TokenStream, base: &[String], found: &mut BTreeSet<Vec<String>>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    for branch in tokens.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')) {
        let mut base = base.to_vec();
        match branch.first() {
            Some(TokenTree::Ident(ident)) if ident != "self" => base.push(ident.to_string()),
            _ => {}
        }
        path(branch, 1, base, found);
    }
}

#[test]
fn the_scan_follows_paths() {
    let file = "use crate::a::{b::C, d, self}; use super::e::F as G; fn f() { crate::h::i(&super::super::j); m!(crate::k::L) }";
    let source = Source { path: String::new(), file: syn::parse_file(file).unwrap() };
    let found: Vec<String> =
        imports(&source, &["x".to_owned(), "y".to_owned()]).into_iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["a", "a::b::C", "a::d", "h::i", "j", "k::L", "x::e::F"]);
}
