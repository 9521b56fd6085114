//! Rendering is pure: the same definition gives the same bytes.

use sqh_runtime::render::ddl::{self, DdlOptions};
use sqh_runtime::render::{json_schema, terminusdb};
use sqh_runtime::schema::{ModelDef, Placement};

fn models() -> Vec<&'static ModelDef> {
    sqh_tests::models::all().into_iter().chain(sqh_examples::models::models()).collect()
}

fn ddl(placement: Placement) -> String {
    let models: Vec<_> = models().into_iter().filter(|model| model.is_postgres()).collect();
    let options = DdlOptions { placement, schema: Some("public".to_owned()), ..DdlOptions::default() };
    ddl::render(&models, &options).expect("the models can be rendered").to_script()
}

#[test]
fn ddl_is_the_same_every_time() {
    for placement in [Placement::Database, Placement::Schema, Placement::Row] {
        let first = ddl(placement);
        assert!(first.len() > 1000);
        for _ in 0..3 {
            assert_eq!(ddl(placement), first);
        }
    }
}

#[test]
fn documents_are_the_same_every_time() {
    let graph: Vec<_> = models().into_iter().filter(|model| !model.is_postgres()).collect();
    let terminusdb = || terminusdb::schema(&graph).expect("the models can be rendered").to_string();
    let json = || json_schema::schemas(&models()).to_string();
    assert_eq!([terminusdb(), json()], [terminusdb(), json()]);
}

#[test]
fn the_order_of_models_is_no_input() {
    let options = DdlOptions::default();
    let shapes = |models: &[&'static ModelDef]| {
        let mut shapes: Vec<_> = models.iter().map(|model| ddl::expected(model, &options).unwrap()).collect();
        shapes.sort_by(|a, b| a.name.cmp(&b.name));
        shapes
    };
    let mut models: Vec<_> = models().into_iter().filter(|model| model.is_postgres()).collect();
    let forwards = shapes(&models);
    models.reverse();
    assert_eq!(shapes(&models), forwards);
}
