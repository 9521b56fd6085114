//! `#[policy(…)]`: the fields that rules name, and rules that can never apply.

use quote::{ToTokens, quote};

use crate::case::{near_miss, plain, quoted};
use crate::ctxt::Ctxt;
use crate::ir::{Condition, FieldPath, Model, Policy};
use crate::symbol::{self, Word};

pub(super) fn check_policies_name_fields(cx: &Ctxt, model: &Model) {
    // A field may be one of the parent's, which the derive does not see.
    let has_parent = model.stored().any(|field| field.has(symbol::PARENT));
    for field in conditions(model).filter_map(Condition::field) {
        let root = &field.names[0];
        let name = plain(root);
        if model.field(&name).is_some_and(|field| !field.has(symbol::PARENT))
            || (has_parent && model.field(&name).is_none())
        {
            continue;
        }
        let is_skipped = model.fields.iter().any(|field| field.name == name && field.has(symbol::SKIP));
        let is_parent = model.field(&name).is_some();
        let message = match (is_skipped, is_parent) {
            (true, _) => format!("the field `{name}` is skipped, and no database knows it: compare a stored one"),
            (_, true) => format!("`{name}` is the inherited record: write one of its fields without `{name}.`"),
            _ => unknown_field(model, field),
        };
        cx.error(root, message);
    }
}

fn unknown_field(model: &Model, field: &FieldPath) -> String {
    let name = plain(&field.names[0]);
    let fields = || model.stored().map(|field| field.name.as_str());
    let words = if field.is_explicit { &[] } else { symbol::RESERVED };
    let advice = match symbol::policy_misnomer(symbol::CONDITION_MISNOMERS, &name) {
        Some(advice) if !field.is_explicit => format!(": {advice}"),
        _ => match near_miss(&name, fields().chain(words.iter().copied())) {
            Some(near) => format!(": did you mean `{near}`?"),
            None => String::new(),
        },
    };
    format!("`{}` has no field `{name}`{advice}\nits fields are {}", model.name, quoted(fields()))
}

pub(super) fn check_policies_have_owner_and_team(cx: &Ctxt, model: &Model) {
    for condition in conditions(model) {
        match condition {
            Condition::Owner(word) => check_role(cx, model, symbol::OWNER, "user", word),
            Condition::Team(word) => check_role(cx, model, symbol::TEAM, "team", word),
            _ => {}
        }
    }
}

fn check_role(cx: &Ctxt, model: &Model, role: Word, holds: &str, word: &syn::Ident) {
    if model.stored().any(|field| field.has(role)) {
        return;
    }
    let name = role.name;
    let message = match model.field(name) {
        Some(_) => format!(
            "`{name}` is a word of policies, and the field `{name}` is not marked as such: add `#[field({name})]` to it if it holds the {holds}, or write `self.{name}`"
        ),
        None => format!("no field holds the {holds}: add `#[field({name})]` to the one that does"),
    };
    cx.error(word, message);
}

/// `list` narrows what `read` allows, so by itself it allows nothing.
pub(super) fn check_list_has_a_read(cx: &Ctxt, model: &Model) {
    let reads = |policy: &Policy| policy.allows() && (policy.is_about_all() || names(policy, symbol::READ).is_some());
    if model.policies.iter().any(reads) {
        return;
    }
    for verb in model.policies.iter().filter(|policy| policy.allows()).filter_map(|policy| names(policy, symbol::LIST))
    {
        cx.error(verb, "`list` narrows what `read` allows, and no rule allows `read`: write `allow(read, list)`");
    }
}

pub(super) fn check_policies_differ(cx: &Ctxt, model: &Model) {
    for (position, policy) in model.policies.iter().enumerate() {
        if model.policies[..position].iter().any(|other| other.source == policy.source) {
            cx.error(&policy.effect, "this rule is written twice: remove one of the two");
        }
    }
}

pub(super) fn check_subdocuments_have_no_policies(cx: &Ctxt, model: &Model) {
    if model.is_postgres() || !model.storage.has(symbol::SUBDOCUMENT) {
        return;
    }
    for policy in &model.policies {
        cx.error(&policy.effect, "a subdocument is read and written with the record around it: write the policy there");
    }
}

fn names<'a>(policy: &'a Policy, verb: &str) -> Option<&'a syn::Ident> {
    policy.verbs.iter().find(|written| *written == verb)
}

fn conditions(model: &Model) -> impl Iterator<Item = &Condition> {
    model.policies.iter().flat_map(|policy| {
        let mut conditions = Vec::new();
        policy.condition.visit(&mut |condition| conditions.push(condition));
        conditions
    })
}

impl ToTokens for FieldPath {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        let names = &self.names;
        tokens.extend(quote!(#(#names).*));
    }
}
