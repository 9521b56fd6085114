//! What can only be checked when all models are known.

use std::collections::HashMap;

use super::{MAX_IDENTIFIER_BYTES, ModelDef};
use crate::types::{Shape, TypeDef};

/// Every finding, each naming its models and what to write instead.
pub(super) fn verify(models: &[&'static ModelDef]) -> Vec<String> {
    let mut findings = Vec::new();
    check_names_are_unique(models, &mut findings);
    check_tables_are_unique(models, &mut findings);
    for model in models {
        check_columns(model, &mut findings);
        check_referred_models_are_registered(model, models, &mut findings);
        findings.extend(crate::policy::findings(model));
        findings.extend(crate::report::view::findings(model, models));
    }
    findings
}

fn check_names_are_unique(models: &[&'static ModelDef], findings: &mut Vec<String>) {
    let mut seen = HashMap::new();
    for model in models {
        if let Some(first) = seen.insert((model.group, model.name), *model) {
            findings.push(format!(
                "`{}` and `{}` are both `{}` of the group `{}`: give one a `#[model(name = \"…\")]`",
                first.rust_path, model.rust_path, model.name, model.group
            ));
        }
    }
}

fn check_tables_are_unique(models: &[&'static ModelDef], findings: &mut Vec<String>) {
    let mut seen = HashMap::new();
    for model in models.iter().filter(|model| model.is_postgres()) {
        if let Some(first) = seen.insert((model.storage.shared, model.table), *model) {
            findings.push(format!(
                "`{}` and `{}` both use the table `{}`: give one a `#[storage(postgres, table = \"…\")]`",
                first.rust_path, model.rust_path, model.table
            ));
        }
    }
}

fn check_columns(model: &'static ModelDef, findings: &mut Vec<String>) {
    let mut seen = HashMap::new();
    for column in model.layout().columns() {
        if column.name.len() > MAX_IDENTIFIER_BYTES {
            findings.push(format!(
                "the column `{}` of `{}` is longer than {MAX_IDENTIFIER_BYTES} bytes: give it a `#[field(column = \"…\")]`",
                column.name, model.rust_path
            ));
        }
        if let Some(first) = seen.insert(&column.name, &column.path) {
            findings.push(format!(
                "the fields `{first}` and `{}` of `{}` both use the column `{}`: give one a `#[field(column = \"…\")]`",
                column.path, model.rust_path, column.name
            ));
        }
    }
}

fn check_referred_models_are_registered(
    model: &'static ModelDef,
    models: &[&'static ModelDef],
    findings: &mut Vec<String>,
) {
    let references = model.fields.iter().filter_map(|field| field.references).map(|reference| (reference.model)());
    let relations = model.has_many.iter().map(|relation| (relation.model)());
    let links = model.layout().columns().iter().filter_map(|column| linked(&column.ty));
    let mut targets: Vec<&'static ModelDef> = Vec::new();
    for target in references.chain(relations).chain(links) {
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    for target in targets {
        if !models.contains(&target) {
            findings.push(format!(
                "`{}` refers to `{}`, which is not registered: add it to `models![…]`",
                model.rust_path, target.rust_path
            ));
        }
    }
}

fn linked(ty: &TypeDef) -> Option<&'static ModelDef> {
    match ty.shape {
        Shape::Link(link) => Some((link.target)()),
        Shape::Subdocument(model) => Some(model()),
        Shape::Collection(_, element) => linked(element),
        _ => None,
    }
}
