//! What a table needs before it can be made.

use sqh_runtime::render::ddl::{Creates, DdlOptions, render, with_referenced};
use sqh_runtime::schema::{ModelDef, Placement};

use crate::feature;

fn model(name: &str) -> &'static ModelDef {
    let all = feature::all().into_iter().flat_map(|feature| feature.models);
    all.into_iter().find(|def| def.name == name).unwrap()
}

fn names(models: &[&'static ModelDef]) -> Vec<&'static str> {
    models.iter().map(|def| def.name).collect()
}

#[test]
fn a_table_brings_what_its_constraints_refer_to() {
    let options = DdlOptions::default();
    let brought = with_referenced(&[model("AppReview")], &options).unwrap();
    // The shared publisher and the subject of the graph are no constraints.
    assert_eq!(names(&brought), ["AppAuthor", "AppEditor", "AppShelf", "AppBook", "AppReview"]);
    assert_eq!(names(&with_referenced(&[model("AppNote")], &options).unwrap()), ["AppNote"]);
    assert_eq!(names(&with_referenced(&[model("AppStation")], &options).unwrap()), ["AppRegion", "AppStation"]);
}

#[test]
fn a_table_in_rows_refers_to_none_in_a_database_of_its_own() {
    let member = model("AppMember");
    let names = |placement| {
        let options = DdlOptions { placement, ..DdlOptions::default() };
        names(&with_referenced(&[member], &options).unwrap())
    };
    assert_eq!(names(Placement::Row), ["AppLedger", "AppMember"]);
    assert_eq!(names(Placement::Database), ["AppMember"]);
}

#[test]
fn a_circle_is_closed_when_both_tables_are_there() {
    let models = with_referenced(&[model("AppBook")], &DdlOptions::default()).unwrap();
    let ddl = render(&models, &DdlOptions::default()).unwrap();
    let later: Vec<&str> = ddl.of_kind(Creates::Constraint).map(|statement| statement.name.as_str()).collect();
    // The book's table is made first, and the author's is not there yet.
    assert_eq!(later, ["app_book_author_fkey", "app_book_second_author_fkey"]);
    let last_table = ddl.statements.iter().rposition(|statement| statement.creates == Creates::Table);
    let first_later = ddl.statements.iter().position(|statement| statement.creates == Creates::Constraint);
    assert!(last_table < first_later);
}

#[test]
fn a_table_alone_refers_to_tables_that_are_there_already() {
    let ddl = render(&[model("AppReview")], &DdlOptions::default()).unwrap();
    let table = ddl.of_kind(Creates::Table).next().unwrap();
    assert!(table.sql.contains("REFERENCES \"app_book\" (\"id\") ON DELETE CASCADE"), "{}", table.sql);
}
