//! There is one door to a backend: a `Scoped` operation, which only the tenancy stage makes, from an
//! `Authorized` one, which only the access stage makes; and no scope is forged or defaulted.

use quote::ToTokens as _;
use sqh_runtime::schema::ModelDef;
use syn::visit::Visit;
use syn::{ImplItem, Item, ReturnType, Visibility};

use crate::sources::{Source, source, sources};

/// What proves that a stage was passed, the file that declares it, and others that make it.
const PROOFS: &[(&str, &str, &[&str])] = &[
    ("Authorized", "sqh-runtime/src/engine/access.rs", &[]),
    ("Scoped", "sqh-runtime/src/engine/tenancy.rs", &[]),
    ("Cx", "sqh-runtime/src/scope.rs", &[]),
    ("Principal", "sqh-runtime/src/scope.rs", &[]),
    // Read from the catalog.
    ("TenantRecord", "sqh-runtime/src/tenancy/tenant.rs", &["sqh-runtime/src/backend/postgres/admin/tenants.rs"]),
];

/// How users come by what they may hold: from the catalog, from an authenticator, or as the system
/// with a recorded reason.
const DOORS: &[(&str, &str)] = &[
    ("Cx", "sqh-runtime/src/platform.rs tenant"),
    ("Cx", "sqh-runtime/src/platform.rs shared"),
    ("Cx", "sqh-runtime/src/platform.rs fleet"),
    ("Cx", "sqh-runtime/src/scope.rs shared"),
    // The same scope again.
    ("Cx", "sqh-runtime/src/scope.rs on_replica"),
    ("Principal", "sqh-runtime/src/scope.rs authenticate"),
    ("Principal", "sqh-runtime/src/scope.rs system"),
];

#[test]
fn proofs_are_made_in_their_stage_only() {
    for source in sources("sqh-runtime/src") {
        for (proof, stage, others) in PROOFS {
            let mut literals = Literals { of: proof, count: 0 };
            literals.visit_file(&source.file);
            assert!(
                literals.count == 0 || source.path == *stage || others.contains(&source.path.as_str()),
                "{} makes a `{proof}`",
                source.path
            );
        }
    }
}

#[test]
fn proofs_have_no_public_field_and_no_default() {
    for (proof, stage, _) in PROOFS {
        let source = source(stage);
        let item = source.file.items.iter().find_map(|item| match item {
            Item::Struct(item) if item.ident == proof => Some(item),
            _ => None,
        });
        let item = item.unwrap_or_else(|| panic!("{stage} has no `{proof}`"));
        for field in &item.fields {
            assert!(!matches!(field.vis, Visibility::Public(_)), "`{proof}` has a public field");
        }
        let attributes: String = item.attrs.iter().map(|attribute| attribute.to_token_stream().to_string()).collect();
        for derived in ["Default", "Deserialize"] {
            assert!(!attributes.contains(derived), "`{proof}` derives `{derived}`");
        }
    }
    for source in sources("sqh-runtime/src") {
        for item in &source.file.items {
            let Item::Impl(item) = item else { continue };
            let Some((of, _)) = &item.trait_ else { continue };
            let name = of.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
            let makes = ["Default", "From", "TryFrom", "FromStr", "Deserialize"].contains(&name.as_str());
            let of = item.self_ty.to_token_stream().to_string();
            let is_proof = PROOFS.iter().any(|(proof, ..)| of.split([' ', '<']).any(|word| word == *proof));
            assert!(!(makes && is_proof), "{} implements `{name}` for `{of}`", source.path);
        }
    }
}

#[test]
fn no_public_function_gives_a_proof_but_the_known_doors() {
    for source in sources("sqh-runtime/src") {
        for (owner, function, returned) in public_functions(&source) {
            let returned = returned.replace("Self", &owner);
            for (proof, ..) in PROOFS {
                let gives = returned.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == *proof);
                // A look at what one has is no new one.
                let is_look = returned.contains('&') || returned.contains("Arc");
                let door = format!("{} {function}", source.path);
                let is_known = DOORS.iter().any(|(of, known)| of == proof && *known == door);
                assert!(!gives || is_look || is_known, "{door} gives `{returned}`");
            }
        }
    }
}

#[test]
fn a_backend_takes_nothing_but_scoped_operations() {
    let source = source("sqh-runtime/src/backend.rs");
    let mut takes = Vec::new();
    for item in &source.file.items {
        let Item::Trait(item) = item else { continue };
        for method in item.items.iter().filter_map(|item| match item {
            syn::TraitItem::Fn(method) => Some(method),
            _ => None,
        }) {
            for input in method.sig.inputs.iter().filter(|input| matches!(input, syn::FnArg::Typed(_))) {
                takes.push(format!("{} {}", method.sig.ident, input.to_token_stream()));
            }
        }
    }
    assert_eq!(takes, ["execute scoped : Scoped", "execute scoped : Scoped"]);
}

#[test]
fn a_model_definition_is_plain_data() {
    const fn is_plain<T: Copy + Send + Sync + 'static>() {}
    const { is_plain::<ModelDef>() }
}

struct Literals<'a> {
    of: &'a str,
    count: usize,
}

impl<'ast> Visit<'ast> for Literals<'_> {
    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        if literal.path.segments.last().is_some_and(|segment| segment.ident == self.of) {
            self.count += 1;
        }
        syn::visit::visit_expr_struct(self, literal);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if matches!(&*call.func, syn::Expr::Path(path) if path.path.is_ident(self.of)) {
            self.count += 1;
        }
        syn::visit::visit_expr_call(self, call);
    }
}

/// Owner, name and what is returned.
fn public_functions(source: &Source) -> Vec<(String, String, String)> {
    let returned = |signature: &syn::Signature| match &signature.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, ty) => ty.to_token_stream().to_string(),
    };
    let is_public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
    let mut found = Vec::new();
    for item in &source.file.items {
        match item {
            Item::Fn(item) if is_public(&item.vis) => {
                found.push((String::new(), item.sig.ident.to_string(), returned(&item.sig)));
            }
            Item::Impl(item) if item.trait_.is_none() => {
                let owner = item.self_ty.to_token_stream().to_string();
                found.extend(item.items.iter().filter_map(|inner| match inner {
                    ImplItem::Fn(inner) if is_public(&inner.vis) && !has_cfg_test(&inner.attrs) => {
                        Some((owner.clone(), inner.sig.ident.to_string(), returned(&inner.sig)))
                    }
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    found
}

fn has_cfg_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.to_token_stream().to_string().replace(' ', "") == "#[cfg(test)]")
}
