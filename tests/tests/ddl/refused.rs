//! What cannot be a table is refused, naming the model and the field and what to write instead.

use sqh_runtime::prelude::*;
use sqh_runtime::render::ddl::{DdlOptions, PartitionWindow, TenantColumn, expected, partitions, render};
use sqh_runtime::schema::{
    FieldDef, IndexColumn, IndexDef, IndexMethod, LayoutCell, ModelDef, OnDelete, Placement, Reference, SearchWeight,
    StorageConfig,
};
use sqh_runtime::types::{TypeDef, scalar};

/// Makes a definition that the derive would not: it lasts as long as the test.
fn model(storage: StorageConfig, fields: Vec<FieldDef>, indexes: Vec<IndexDef>) -> &'static ModelDef {
    let key = FieldDef { primary_key: true, ..field("id", TypeDef::scalar(&scalar::I64)) };
    let fields: Vec<FieldDef> = std::iter::once(key).chain(fields).collect();
    Box::leak(Box::new(ModelDef {
        name: "AppThing",
        rust_path: "tests::AppThing",
        group: "things",
        table: "app_thing",
        storage,
        fields: fields.leak(),
        indexes: indexes.leak(),
        layout: Box::leak(Box::new(LayoutCell::new())),
        ..ModelDef::PLAIN
    }))
}

fn field(name: &'static str, ty: TypeDef) -> FieldDef {
    FieldDef { name, column: name, json: name, ty, ..FieldDef::PLAIN }
}

fn index(fields: &[&'static str], using: IndexMethod) -> IndexDef {
    let columns: Vec<IndexColumn> = fields.iter().map(|field| IndexColumn { field, descending: false }).collect();
    IndexDef { columns: columns.leak(), using, ..IndexDef::PLAIN }
}

fn rows() -> DdlOptions {
    DdlOptions { placement: Placement::Row, ..DdlOptions::default() }
}

const POSTGRES: StorageConfig = StorageConfig::postgres();
const LONG: &str = "a_name_that_is_a_good_deal_longer_than_the_sixty_three_bytes_of_postgresql";

fn text() -> FieldDef {
    field("label", TypeDef::scalar(&scalar::TEXT))
}

/// With full-text search in a language.
fn searched(storage: StorageConfig) -> &'static ModelDef {
    let label = FieldDef { search: Some(SearchWeight::A), ..text() };
    Box::leak(Box::new(ModelDef {
        search_language: Some("english"),
        layout: Box::leak(Box::new(LayoutCell::new())),
        ..*model(storage, vec![label], vec![])
    }))
}

fn instant() -> FieldDef {
    field("at", TypeDef::scalar(&scalar::INSTANT))
}

fn place() -> FieldDef {
    field("location", TypeDef::scalar(&scalar::POINT))
}

#[test]
fn what_postgresql_cannot_do_names_model_and_field() {
    let partitioned = StorageConfig { partition_by: Some("at"), ..POSTGRES };
    let own_key = Reference { model: AppAccount::def, column: None, on_delete: Some(OnDelete::SetNull) };
    let lost = Reference { model: AppOther::def, column: Some("nothing"), on_delete: None };
    let descending = IndexDef {
        columns: &[IndexColumn { field: "label", descending: true }],
        using: IndexMethod::Gin,
        ..IndexDef::PLAIN
    };
    let secured = StorageConfig { rls: true, ..POSTGRES };
    let trigrams = IndexDef { ops: Some("gin_trgm_ops"), ..index(&["label"], IndexMethod::Gin) };
    let cases: Vec<(&'static ModelDef, DdlOptions, &str)> = vec![
        (
            AppAccount::def(),
            DdlOptions::default(),
            "the model is stored in TerminusDB and has no table: declare it `#[storage(postgres)]`, or render its TerminusDB schema (model `AppAccount`)",
        ),
        (
            model(POSTGRES, vec![text()], vec![index(&["nobody"], IndexMethod::Btree)]),
            DdlOptions::default(),
            "an index names a field that the model does not have: its fields are `id`, `label` (model `AppThing`, field `nobody`)",
        ),
        (
            model(POSTGRES, vec![text()], vec![index(&[], IndexMethod::Btree)]),
            DdlOptions::default(),
            "an index has no columns (model `AppThing`)",
        ),
        (
            model(POSTGRES, vec![text()], vec![IndexDef { unique: true, ..index(&["label"], IndexMethod::Hash) }]),
            DdlOptions::default(),
            "a hash index cannot be unique: leave out `using` (model `AppThing`, field `label`)",
        ),
        (
            model(POSTGRES, vec![text()], vec![index(&["id", "label"], IndexMethod::Hash)]),
            DdlOptions::default(),
            "a hash index has one column (model `AppThing`, field `label`)",
        ),
        (
            model(POSTGRES, vec![text()], vec![descending]),
            DdlOptions::default(),
            "a gin index has no order: leave out `desc` (model `AppThing`, field `label`)",
        ),
        (
            model(POSTGRES, vec![place()], vec![index(&["location"], IndexMethod::Btree)]),
            DdlOptions::default(),
            "a btree index finds no places: write `using = \"gist\"` (model `AppThing`, field `location`)",
        ),
        (
            model(partitioned, vec![instant(), FieldDef { unique: true, ..text() }], vec![]),
            DdlOptions::default(),
            "the table is partitioned by `at`, so a unique constraint needs `at` among its columns (model `AppThing`, field `label`)",
        ),
        (
            model(
                partitioned,
                vec![instant(), text()],
                vec![IndexDef { unique: true, predicate: Some("id > 0"), ..index(&["label"], IndexMethod::Btree) }],
            ),
            DdlOptions::default(),
            "the table is partitioned by `at`, so a unique constraint needs `at` among its columns (model `AppThing`, field `label`)",
        ),
        (
            model(POSTGRES, vec![FieldDef { column: LONG, ..text() }], vec![]),
            DdlOptions::default(),
            "the name `a_name_that_is_a_good_deal_longer_than_the_sixty_three_bytes_of_postgresql` of the column is longer than 63 bytes, and PostgreSQL would cut it (model `AppThing`, field `label`)",
        ),
        (
            model(POSTGRES, vec![text()], vec![IndexDef { name: Some(LONG), ..index(&["label"], IndexMethod::Btree) }]),
            DdlOptions::default(),
            "the name `a_name_that_is_a_good_deal_longer_than_the_sixty_three_bytes_of_postgresql` of the index is longer than 63 bytes, and PostgreSQL would cut it (model `AppThing`)",
        ),
        (
            model(
                POSTGRES,
                vec![FieldDef {
                    references: Some(Reference { model: AppOther::def, ..own_key }),
                    ..field("other", TypeDef::scalar(&scalar::UUID))
                }],
                vec![],
            ),
            DdlOptions::default(),
            "`on_delete = \"set_null\"` needs a field that may be null: make it an `Option` (model `AppThing`, field `other`)",
        ),
        (
            model(POSTGRES, vec![FieldDef { references: Some(lost), ..text() }], vec![]),
            DdlOptions::default(),
            "`AppOther` has no field `nothing` to refer to (model `AppThing`, field `label`)",
        ),
        (
            model(POSTGRES, vec![field("tenant_id", TypeDef::scalar(&scalar::TEXT))], vec![]),
            rows(),
            "the column `tenant_id` is the tenant's in row placement: mark the field `#[field(tenant)]`, or give it a `#[field(column = \"…\")]` (model `AppThing`, field `tenant_id`)",
        ),
        (
            model(POSTGRES, vec![FieldDef { tenant: true, ..field("owner", TypeDef::scalar(&scalar::UUID)) }], vec![]),
            rows(),
            "the tenant column is `text`, the field makes it `uuid` (model `AppThing`, field `owner`)",
        ),
        (
            model(secured, vec![text()], vec![trigrams]),
            rows(),
            "row-level security keeps PostgreSQL from using a trigram index, whose operators are not leakproof: leave out `rls`, or insist with `#[index(…, under_rls)]` (model `AppThing`, field `label`)",
        ),
        (
            searched(secured),
            rows(),
            "row-level security keeps PostgreSQL from using the index of full-text search, whose operator is not leakproof: leave out `rls`, or `search(language = \"…\")` (model `AppThing`)",
        ),
        (
            model(secured, vec![FieldDef { index: true, ..place() }], vec![]),
            rows(),
            "row-level security keeps PostgreSQL from using a spatial index, whose operators are not leakproof: leave out `rls`, or insist with `#[index(…, under_rls)]` (model `AppThing`, field `location`)",
        ),
    ];
    for (def, options, message) in cases {
        assert_eq!(expected(def, &options).unwrap_err().to_string(), message);
        assert_eq!(render(&[def], &options).unwrap_err().to_string(), message);
    }
}

#[test]
fn what_row_security_refuses_is_fine_where_it_is_not_on() {
    let secured = StorageConfig { rls: true, ..POSTGRES };
    let trigrams = IndexDef { ops: Some("gin_trgm_ops"), ..index(&["label"], IndexMethod::Gin) };
    let insisted = IndexDef { under_rls: true, ..trigrams };
    assert!(expected(model(secured, vec![text()], vec![insisted]), &rows()).is_ok());
    assert!(expected(model(secured, vec![text()], vec![trigrams]), &DdlOptions::default()).is_ok());
    assert!(expected(model(POSTGRES, vec![text()], vec![trigrams]), &rows()).is_ok());
    assert!(expected(searched(secured), &DdlOptions::default()).is_ok());
    assert!(expected(searched(POSTGRES), &rows()).is_ok());
}

#[test]
fn a_model_without_partitions_has_none_to_make() {
    let window = PartitionWindow::new("2026-01-01".parse().unwrap(), "2026-02-01".parse().unwrap()).unwrap();
    let error = partitions(AppOther::def(), window).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the model is not partitioned: add `partition_by` to its `#[storage(postgres)]` (model `AppOther`)"
    );
}

#[test]
fn two_things_of_one_name_are_told_before_postgresql_passes_over_one() {
    // `IF NOT EXISTS` would make one index and be silent about the other.
    let error = render(&models![AppVisit, AppVisitPlace], &DdlOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`app_visit_place_at_idx` is also the name of a table or an index of `AppVisit`: give one a `name = \"…\"` (model `AppVisitPlace`)"
    );
    let error = render(&models![AppVisit, other::AppState], &DdlOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`AppVisit` uses another enum of the name `state`: rename one of the two (model `AppState`)"
    );
}

#[test]
fn an_enum_is_neither_a_type_of_postgresql_nor_a_table() {
    let error = render(&models![AppRoute], &DdlOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the enum `Path` would be the type `path`, and PostgreSQL has one of its own: rename the enum, or store it as `#[platform_enum(text)]` (model `AppRoute`, field `path`)"
    );
    for models in [models![AppVisit, AppLand], models![AppLand, AppVisit]] {
        let error = render(&models, &DdlOptions::default()).unwrap_err();
        assert!(error.to_string().starts_with("`state` is both a table and an enum type (of `App"), "{error}");
    }
}

#[test]
fn an_existing_schema_keeps_its_tenant_column() {
    let tenant = TenantColumn {
        name: "website_id".into(),
        ty: TypeDef::scalar(&scalar::I64),
        table: "websites".into(),
        key: "number".into(),
        ..TenantColumn::default()
    };
    let options = DdlOptions { tenants: tenant.into(), ..rows() };
    let script = render(&models![AppOther], &options).unwrap().to_script();
    for part in [
        "CREATE TABLE IF NOT EXISTS \"websites\" (\n    \"number\" bigint NOT NULL,",
        "    \"website_id\" bigint NOT NULL,\n    \"id\" uuid NOT NULL,",
        "PRIMARY KEY (\"website_id\", \"id\")",
        "FOREIGN KEY (\"website_id\") REFERENCES \"websites\" (\"number\")",
    ] {
        assert!(script.contains(part), "{part}\n{script}");
    }
}

#[derive(PlatformModel)]
#[model(group = "crm")]
struct AppAccount {
    id: Id<Self>,
}

#[derive(PlatformModel)]
#[model(group = "things")]
#[storage(postgres)]
struct AppOther {
    #[field(primary_key)]
    id: Uuid,
}

#[derive(PlatformModel)]
#[model(group = "things")]
#[storage(postgres)]
#[index(columns = ["place_at"])]
struct AppVisit {
    #[field(primary_key)]
    id: Uuid,
    place_at: i32,
    state: State,
}

#[derive(PlatformModel)]
#[model(group = "things")]
#[storage(postgres)]
#[index(columns = ["at"])]
struct AppVisitPlace {
    #[field(primary_key)]
    id: Uuid,
    at: i32,
}

#[derive(PlatformEnum)]
#[platform_enum(native)]
enum State {
    Open,
}

#[derive(PlatformModel)]
#[model(group = "things")]
#[storage(postgres, table = "state")]
struct AppLand {
    #[field(primary_key)]
    id: Uuid,
}

#[derive(PlatformModel)]
#[model(group = "things")]
#[storage(postgres)]
struct AppRoute {
    #[field(primary_key)]
    id: Uuid,
    path: Path,
}

#[derive(PlatformEnum)]
#[platform_enum(native)]
enum Path {
    Short,
}

mod other {
    use super::*;

    #[derive(PlatformModel)]
    #[model(group = "things")]
    #[storage(postgres)]
    pub(super) struct AppState {
        #[field(primary_key)]
        id: Uuid,
        state: State,
    }

    #[derive(PlatformEnum)]
    #[platform_enum(native)]
    pub(super) enum State {
        Open,
        Shut,
    }
}
