//! The source files of the workspace, parsed.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;

/// A source file.
pub(crate) struct Source {
    /// From the root of the workspace: `sqh-model/src/row.rs`.
    pub(crate) path: String,
    /// Without what stands behind `#[cfg(test)]`.
    pub(crate) file: syn::File,
}

/// The files below a folder of the workspace, but for files of tests.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root().join(folder), &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "there is nothing below {folder}");
    let is_test =
        |path: &Path| path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")));
    paths
        .into_iter()
        .filter(|path| !is_test(path.strip_prefix(root().join(folder)).unwrap()))
        .map(|path| read(&path))
        .collect()
}

/// The file at a path from the root of the workspace.
pub(crate) fn source(path: &str) -> Source {
    read(&root().join(path))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is a folder of the workspace").to_owned()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn read(path: &Path) -> Source {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    file.items.retain(|item| !is_for_tests(attributes(item)));
    let path = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
    Source { path, file }
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    let tokens = |attribute: &syn::Attribute| attribute.meta.to_token_stream().to_string().replace(' ', "");
    attributes.iter().any(|attribute| tokens(attribute) == "cfg(test)")
}

impl Source {
    /// Every token, into groups and macros, but not into attributes: documentation is one.
    pub(crate) fn tokens(&self) -> Vec<TokenTree> {
        let mut tokens = Vec::new();
        flatten(self.file.to_token_stream(), &mut tokens);
        tokens
    }

    /// Every string literal.
    pub(crate) fn strings(&self) -> Vec<String> {
        let literals = self.tokens().into_iter().filter_map(|token| match token {
            TokenTree::Literal(literal) => syn::parse2::<syn::LitStr>(TokenTree::from(literal).into()).ok(),
            _ => None,
        });
        literals.map(|literal| literal.value()).collect()
    }
}

fn flatten(stream: TokenStream, tokens: &mut Vec<TokenTree>) {
    let mut stream = stream.into_iter().peekable();
    while let Some(token) = stream.next() {
        if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#') {
            let _ = stream.next_if(|next| matches!(next, TokenTree::Punct(punct) if punct.as_char() == '!'));
            let is_attribute =
                |next: &TokenTree| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
            if stream.next_if(is_attribute).is_some() {
                continue;
            }
        }
        match token {
            TokenTree::Group(group) => flatten(group.stream(), tokens),
            token => tokens.push(token),
        }
    }
}
