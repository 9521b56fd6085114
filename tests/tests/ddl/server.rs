//! What a real server makes of the DDL.

use sqh_runtime::backend::postgres::catalog::{read_table, read_view};
use sqh_runtime::render::ddl::{Ddl, DdlOptions, PartitionWindow, diff, expected, extensions, render};
use sqh_runtime::schema::{ModelDef, Placement};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

mod behaviour;
mod changed;

use crate::{Feature, feature};

#[tokio::test]
async fn what_is_read_back_is_what_the_model_says() {
    for feature in available().await {
        for (options, schema) in placements() {
            let ddl = render(&feature.models, &options).unwrap();
            let place = format!("{} in {:?} placement", feature.name, options.placement);
            let (mut conn, _database) = connect("ddl_read").await;
            let mut transaction = conn.begin().await.unwrap();
            for statement in &ddl.statements {
                run(&mut transaction, &statement.sql).await;
            }
            transaction.commit().await.unwrap();
            for &def in tables(&feature) {
                check_table(&mut conn, def, &options, schema, &place).await;
            }
        }
    }
}

#[tokio::test]
async fn a_script_applied_again_changes_nothing() {
    for feature in available().await {
        for (options, schema) in placements() {
            let ddl: Ddl = render(&feature.models, &options).unwrap();
            let place = format!("{} in {:?} placement, by script", feature.name, options.placement);
            let (mut conn, _database) = connect("ddl_twice").await;
            run(&mut conn, &ddl.to_script()).await;
            for &def in tables(&feature) {
                check_table(&mut conn, def, &options, schema, &place).await;
            }
            let before = catalog(&mut conn).await;
            assert!(before.len() > 10, "{place}: the catalog is read");
            run(&mut conn, &ddl.to_script()).await;
            assert_eq!(before, catalog(&mut conn).await, "{place}");
            for statement in &ddl.statements {
                run(&mut conn, &statement.repeatable_sql).await;
            }
            assert_eq!(before, catalog(&mut conn).await, "{place}, statement by statement");
        }
    }
}

async fn check_table(conn: &mut PgConnection, def: &'static ModelDef, options: &DdlOptions, schema: &str, place: &str) {
    let schema = if def.storage.shared { "public" } else { schema };
    let model = expected(def, options).unwrap();
    let found = match def.view {
        Some(_) => read_view(conn, schema, def.table).await,
        None => read_table(conn, schema, def.table).await,
    };
    let found = found.unwrap().unwrap_or_else(|| panic!("{place}: {}", def.table));
    let differences: Vec<String> = diff(&model, &found).iter().map(ToString::to_string).collect();
    assert!(differences.is_empty(), "{place}: `{}`\n{}", def.name, differences.join("\n"));
    let names = |table: &sqh_runtime::render::ddl::TableShape| {
        table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&model), names(&found), "{place}: columns stand in the model's order");
}

fn tables(feature: &Feature) -> impl Iterator<Item = &&'static ModelDef> {
    feature.models.iter().filter(|def| def.is_postgres())
}

fn placements() -> [(DdlOptions, &'static str); 3] {
    let window = PartitionWindow::new("2026-01-15".parse().unwrap(), "2026-02-02".parse().unwrap()).unwrap();
    let options = |placement, schema: Option<&str>| DdlOptions {
        placement,
        schema: schema.map(str::to_owned),
        partitions: Some(window),
        ..DdlOptions::default()
    };
    [
        (options(Placement::Database, None), "public"),
        (options(Placement::Schema, Some("tenant \"acme\"")), "tenant \"acme\""),
        (options(Placement::Row, Some("public")), "public"),
    ]
}

/// The features whose extensions are on the machine.
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
async fn available() -> Vec<Feature> {
    let server = sqh_dev_postgres::shared().await;
    let mut available = Vec::new();
    for feature in feature::all() {
        let mut needed: Vec<&str> = feature.models.iter().flat_map(|def| extensions(def)).collect();
        needed.sort_unstable();
        needed.dedup();
        let missing = server.missing_extensions(&needed).await.unwrap();
        if missing.is_empty() {
            available.push(feature);
        } else {
            eprintln!("skipped: the feature `{}` needs {}", feature.name, missing.join(", "));
        }
    }
    available
}

async fn connect(prefix: &str) -> (PgConnection, sqh_dev_postgres::TestDatabase) {
    let database = sqh_dev_postgres::shared().await.test_database(prefix).await.unwrap();
    (PgConnection::connect(database.url()).await.unwrap(), database)
}

async fn run(conn: &mut PgConnection, sql: &str) {
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(conn).await {
        panic!("{error}\n{sql}");
    }
}

/// What the catalogs hold of everything that is no part of PostgreSQL, oids included: what was
/// dropped and made again is not the same. Statistics and transaction numbers are left out.
async fn catalog(conn: &mut PgConnection) -> Vec<String> {
    let mut rows = Vec::new();
    for (table, own) in [
        ("pg_class", "oid"),
        ("pg_attribute", "attrelid"),
        ("pg_attrdef", "oid"),
        ("pg_constraint", "oid"),
        ("pg_index", "indexrelid"),
        ("pg_inherits", "inhrelid"),
        ("pg_partitioned_table", "partrelid"),
        ("pg_type", "oid"),
        ("pg_enum", "oid"),
        ("pg_policy", "oid"),
        ("pg_trigger", "oid"),
        ("pg_description", "objoid"),
        ("pg_extension", "oid"),
        ("pg_namespace", "oid"),
        ("pg_depend", "objid"),
    ] {
        let sql = format!(
            "SELECT '{table} ' || (to_jsonb(t) - ARRAY['relpages', 'reltuples', 'relallvisible', 'relallfrozen', 'relfrozenxid', 'relminmxid'])::text
             FROM {table} t WHERE t.{own} >= 16384 ORDER BY 1"
        );
        let found = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap();
        rows.extend(found.iter().map(|row| row.get::<String, _>(0)));
    }
    rows
}
