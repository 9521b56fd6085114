//! Lists that must name all there is.

use std::collections::BTreeSet;

use quote::ToTokens as _;
use sqh_runtime::testing::isolation::PATHS;
use sqh_tests::conformance::CASES;
use syn::{ImplItem, Item, Signature, Visibility};

use crate::sources::{source, sources};

#[test]
fn every_case_of_the_suite_is_on_its_list() {
    let mut written = BTreeSet::new();
    for source in sources("tests/src/conformance") {
        let module = source.path.rsplit('/').next().unwrap().trim_end_matches(".rs").to_owned();
        for item in &source.file.items {
            if let Item::Fn(item) = item
                && matches!(item.vis, Visibility::Public(_))
            {
                written.insert(format!("{module}::{}", item.sig.ident));
            }
        }
    }
    let listed = CASES.iter().flat_map(|(module, cases)| cases.iter().map(move |case| format!("{module}::{case}")));
    let listed: BTreeSet<String> = listed.collect();
    assert_eq!(written, listed, "a case that is not listed does not run");
}

/// The services of the fleet, whose scope reaches no records.
const FLEET: &[&str] = &["sqh-runtime/src/service/servers.rs", "sqh-runtime/src/service/tenants.rs"];

/// What leads to no records: it says where they are kept, or ends a transaction.
const NO_PATHS: &[&str] = &["commit", "rollback", "savepoint"];

#[test]
fn the_isolation_case_walks_every_method_of_the_services() {
    let mut methods = BTreeSet::new();
    for source in sources("sqh-runtime/src/service").into_iter().filter(|source| !FLEET.contains(&source.path.as_str()))
    {
        for item in &source.file.items {
            let Item::Impl(item) = item else { continue };
            if item.trait_.is_some() {
                continue;
            }
            methods.extend(item.items.iter().filter_map(|inner| match inner {
                ImplItem::Fn(inner) if matches!(inner.vis, Visibility::Public(_)) && reaches_records(&inner.sig) => {
                    Some(inner.sig.ident.to_string())
                }
                _ => None,
            }));
        }
    }
    let walked: BTreeSet<String> = PATHS.iter().map(|path| path.name.to_owned()).collect();
    let there: BTreeSet<String> = methods.into_iter().filter(|method| !NO_PATHS.contains(&method.as_str())).collect();
    assert_eq!(there, walked, "left: the services' methods; right: the paths that the isolation tests walk");
}

/// Whatever waits for something, or takes a scope.
fn reaches_records(signature: &Signature) -> bool {
    let inputs = signature.inputs.to_token_stream().into_iter();
    let names_a_scope = inputs.into_iter().any(|token| token.to_string() == "Cx");
    signature.asyncness.is_some() || names_a_scope
}

#[test]
fn the_isolation_case_walks_every_operation() {
    let source = source("sqh-runtime/src/op.rs");
    let op = source.file.items.iter().find_map(|item| match item {
        Item::Enum(item) if item.ident == "Op" => Some(item),
        _ => None,
    });
    let there: BTreeSet<String> =
        op.expect("op.rs has the operations").variants.iter().map(|variant| variant.ident.to_string()).collect();
    let walked = PATHS.iter().flat_map(|path| path.operations.iter().map(ToString::to_string)).collect();
    assert_eq!(there, walked, "left: the operations; right: the paths that the isolation tests walk");
}
