//! What is rendered for each feature in each placement.

use sqh_runtime::render::ddl::{DdlOptions, PartitionWindow, render};
use sqh_runtime::schema::{ModelDef, Placement};

use crate::feature;

#[test]
fn each_feature_renders_the_same_bytes() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    for feature in feature::all() {
        for (placement, options) in placements() {
            let script = render(&feature.models, &options).unwrap().to_script();
            assert_eq!(script, render(&feature.models, &options).unwrap().to_script(), "{}", feature.name);
            insta::assert_snapshot!(format!("{}__{placement}", feature.name), script);
        }
    }
}

#[test]
fn the_order_of_the_models_does_not_matter_to_their_references() {
    for feature in feature::all() {
        let mut reversed: Vec<&'static ModelDef> = feature.models.clone();
        reversed.reverse();
        let sorted = |models: &[&'static ModelDef]| {
            let mut statements = render(models, &DdlOptions::default()).unwrap().statements;
            statements.sort_by(|a, b| (&a.name, &a.sql).cmp(&(&b.name, &b.sql)));
            statements.into_iter().map(|statement| statement.name).collect::<Vec<_>>()
        };
        let names = sorted(&feature.models);
        // Only where a circle is broken depends on the order.
        if feature.name != "references" {
            assert_eq!(names, sorted(&reversed), "{}", feature.name);
        }
    }
}

fn placements() -> [(&'static str, DdlOptions); 3] {
    let window = PartitionWindow::new("2026-01-15".parse().unwrap(), "2026-02-02".parse().unwrap()).unwrap();
    let options = |placement, schema: Option<&str>| DdlOptions {
        placement,
        schema: schema.map(str::to_owned),
        partitions: Some(window),
        ..DdlOptions::default()
    };
    [
        ("database", options(Placement::Database, None)),
        ("schema", options(Placement::Schema, Some("tenant_acme"))),
        ("row", options(Placement::Row, Some("public"))),
    ]
}
