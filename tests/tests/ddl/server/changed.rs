//! A table that is not as its model says is reported thing by thing.

use sqh_runtime::ErrorKind;
use sqh_runtime::backend::postgres::catalog::read_table;
use sqh_runtime::prelude::*;
use sqh_runtime::render::ddl::{DdlOptions, diff, expected, render};

use super::{connect, run};

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, table = "result")]
#[index(columns = ["kind", "value desc"])]
struct AppResult {
    #[field(primary_key)]
    id: Uuid,
    #[field(check = "value > 0")]
    value: f64,
    #[field(max_len = 9, default = "new")]
    kind: String,
    unit: Option<String>,
    state: State,
    #[field(generated = "value * 2")]
    twice: Option<f64>,
}

#[derive(PlatformEnum)]
#[platform_enum(native, rename_all = "snake_case")]
enum State {
    Open,
    Shut,
}

/// What is done to the table, what is said of it, and whether it can still be used.
const CHANGES: &[(&str, &str, bool)] = &[
    (
        "ALTER TABLE result ALTER twice DROP EXPRESSION",
        "column `twice` has the generating expression none, the model says `value * 2`",
        true,
    ),
    (
        "ALTER TABLE result DROP twice; ALTER TABLE result ADD twice float8 GENERATED ALWAYS AS (value * 3) STORED",
        "column `twice` has the generating expression `(value * (3)::double precision)`, the model says `value * 2`",
        false,
    ),
    (
        "DROP INDEX result_kind_value_idx; ALTER TABLE result DROP CONSTRAINT result_value_check, DROP twice; ALTER TABLE result ALTER value TYPE text",
        "column `value` is `text`, the model says `double precision`",
        true,
    ),
    (
        "ALTER TABLE result ALTER unit SET NOT NULL",
        "column `unit` is never null, the model says that it may be null",
        true,
    ),
    ("ALTER TABLE result DROP unit", "there is no column `unit`", true),
    ("ALTER TABLE result ADD more int", "the column `more` is not in the model", false),
    ("ALTER TABLE result ADD more int NOT NULL", "the column `more` is not in the model, and it must be filled", true),
    (
        "ALTER TABLE result ALTER kind SET DEFAULT 'old'",
        "column `kind` has the default `'old'::character varying`, the model says `'new'`",
        false,
    ),
    (
        "ALTER TABLE result ALTER unit TYPE text COLLATE \"default\"",
        "the collation of column `unit` is none, the model says `C`",
        true,
    ),
    ("ALTER TABLE result DROP CONSTRAINT result_pkey", "the primary key is none, the model says `id`", true),
    ("ALTER TABLE result ADD UNIQUE (unit)", "the unique constraint `result_unit_key` is not in the model", false),
    (
        "ALTER TABLE result DROP CONSTRAINT result_value_check",
        "the check `result_value_check` is missing: the model says `value > 0`",
        false,
    ),
    (
        "DROP INDEX result_kind_value_idx",
        "the index `result_kind_value_idx` is missing: the model says `btree (kind, value desc)`",
        false,
    ),
    (
        "DROP INDEX result_kind_value_idx; CREATE INDEX result_kind_value_idx ON result (kind, value) WHERE value > 1",
        "the index `result_kind_value_idx` is `btree (kind, value) where (value > (1)::double precision)`, the model says `btree (kind, value desc)`",
        false,
    ),
    ("ALTER TYPE state ADD VALUE 'lost'", "the enum `state` is `open, shut, lost`, the model says `open, shut`", true),
    ("ALTER TABLE result SET (fillfactor = 50)", "the storage parameter `fillfactor` is not in the model", false),
    ("ALTER TABLE result ENABLE ROW LEVEL SECURITY", "row security is `on`, the model says none", true),
    ("COMMENT ON COLUMN result.unit IS 'x'", "the comment of column `unit` is `x`, the model says none", false),
];

#[tokio::test]
async fn each_change_is_told() {
    let options = DdlOptions::default();
    let ddl = render(&models![AppResult], &options).unwrap();
    let model = expected(AppResult::def(), &options).unwrap();
    let (mut conn, _database) = connect("ddl_changed").await;
    for (change, message, prevents_use) in CHANGES {
        run(&mut conn, "DROP TABLE IF EXISTS result; DROP TYPE IF EXISTS state").await;
        run(&mut conn, &ddl.to_script()).await;
        run(&mut conn, change).await;
        let found = read_table(&mut conn, "public", "result").await.unwrap().unwrap();
        let differences = diff(&model, &found);
        let told = differences.iter().find(|difference| difference.to_string() == *message);
        let all: Vec<String> = differences.iter().map(ToString::to_string).collect();
        let told = told.unwrap_or_else(|| panic!("{change}\n{}", all.join("\n")));
        assert_eq!(told.prevents_use(), *prevents_use, "{message}");
    }
}

#[tokio::test]
async fn no_table_and_no_table_at_all() {
    let (mut conn, _database) = connect("ddl_none").await;
    assert_eq!(read_table(&mut conn, "public", "result").await.unwrap(), None);
    run(&mut conn, "CREATE VIEW result AS SELECT 1").await;
    let error = read_table(&mut conn, "public", "result").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("`public.result` exists and is no table"), "{error}");
}
