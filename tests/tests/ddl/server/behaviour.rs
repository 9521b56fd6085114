//! What the tables do.

use chrono::{DateTime, Utc};
use sqh_runtime::prelude::*;
use sqh_runtime::render::ddl::{
    DdlOptions, PartitionWindow, Retire, TENANT_SETTING, partition_statements, render, retention_statements,
};
use sqh_runtime::schema::Placement;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::{connect, run};

#[derive(PlatformModel)]
#[model(group = "shop")]
#[storage(postgres, rls)]
struct AppCart {
    #[field(primary_key)]
    id: i64,
    #[field(unique)]
    code: Option<String>,
    #[field(references = AppCart, on_delete = "set_null")]
    earlier: Option<i64>,
}

#[derive(PlatformModel)]
#[model(group = "web")]
#[storage(postgres, partition_by = "at", retention = "2 months")]
struct AppHit {
    #[field(primary_key)]
    id: i64,
    at: DateTime<Utc>,
}

fn rows() -> DdlOptions {
    DdlOptions { placement: Placement::Row, ..DdlOptions::default() }
}

#[tokio::test]
async fn a_unique_column_takes_many_nulls_and_is_each_tenants_own() {
    let (mut conn, _database) = connect("ddl_unique").await;
    run(&mut conn, &render(&models![AppCart], &rows()).unwrap().to_script()).await;
    run(&mut conn, "INSERT INTO tenants VALUES ('a'), ('b')").await;
    run(&mut conn, "INSERT INTO app_cart VALUES ('a', 1, NULL), ('a', 2, NULL), ('a', 3, 'x'), ('b', 1, 'x')").await;
    let again = sqlx::raw_sql("INSERT INTO app_cart VALUES ('a', 4, 'x')").execute(&mut conn).await.unwrap_err();
    assert_eq!(again.as_database_error().unwrap().constraint(), Some("app_cart_code_key"));
    let unknown = sqlx::raw_sql("INSERT INTO app_cart VALUES ('c', 1, NULL)").execute(&mut conn).await.unwrap_err();
    assert_eq!(unknown.as_database_error().unwrap().constraint(), Some("app_cart_tenant_id_fkey"));
}

#[tokio::test]
async fn set_null_leaves_the_tenant_alone() {
    let (mut conn, _database) = connect("ddl_set_null").await;
    run(&mut conn, &render(&models![AppCart], &rows()).unwrap().to_script()).await;
    run(
        &mut conn,
        "INSERT INTO tenants VALUES ('a'); INSERT INTO app_cart VALUES ('a', 1, NULL, NULL), ('a', 2, NULL, 1)",
    )
    .await;
    run(&mut conn, "DELETE FROM app_cart WHERE id = 1").await;
    let row = sqlx::query("SELECT tenant_id, earlier FROM app_cart").fetch_one(&mut conn).await.unwrap();
    assert_eq!((row.get::<String, _>(0).as_str(), row.get::<Option<i64>, _>(1)), ("a", None));
}

#[tokio::test]
async fn row_security_shows_a_tenants_rows_and_to_nobody_none() {
    let (mut conn, database) = connect("ddl_rls").await;
    let role = format!("{}_reader", database.name());
    run(&mut conn, &render(&models![AppCart], &rows()).unwrap().to_script()).await;
    run(&mut conn, "INSERT INTO tenants VALUES ('a'), ('b'); INSERT INTO app_cart VALUES ('a', 1), ('a', 2), ('b', 3)")
        .await;
    run(&mut conn, &format!("CREATE ROLE \"{role}\"; GRANT ALL ON app_cart, tenants TO \"{role}\"")).await;
    // The owner is held by the policy too, but a superuser never is.
    for owner in [false, true] {
        if owner {
            run(&mut conn, &format!("ALTER TABLE app_cart OWNER TO \"{role}\"")).await;
        }
        run(&mut conn, &format!("SET ROLE \"{role}\"")).await;
        assert_eq!(count(&mut conn).await, 0, "no tenant");
        run(&mut conn, &format!("BEGIN; SET LOCAL {TENANT_SETTING} = 'a'")).await;
        assert_eq!(count(&mut conn).await, 2);
        let theirs = sqlx::raw_sql("SAVEPOINT s; INSERT INTO app_cart VALUES ('b', 9)").execute(&mut conn).await;
        assert!(theirs.unwrap_err().to_string().contains("row-level security"));
        run(&mut conn, "ROLLBACK TO s; COMMIT").await;
        // Empty after the transaction, not unset.
        assert_eq!(count(&mut conn).await, 0, "the tenant of the transaction before");
        run(&mut conn, "RESET ROLE").await;
    }
    run(&mut conn, &format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\"")).await;
}

async fn count(conn: &mut PgConnection) -> i64 {
    sqlx::query("SELECT count(*) FROM app_cart").fetch_one(conn).await.unwrap().get(0)
}

#[tokio::test]
async fn partitions_come_and_go() {
    let (mut conn, _database) = connect("ddl_partitions").await;
    // Bounds are those of UTC, whatever the session says.
    run(&mut conn, "SET TIME ZONE 'Australia/Eucla'").await;
    let options = DdlOptions::default();
    run(&mut conn, &render(&models![AppHit], &options).unwrap().to_script()).await;
    let now: DateTime<Utc> = "2025-11-30T23:59:59Z".parse().unwrap();
    let window = PartitionWindow::premade(AppHit::def(), now);
    for _ in 0..2 {
        for statement in partition_statements(AppHit::def(), &options, window).unwrap() {
            run(&mut conn, &statement.repeatable_sql).await;
        }
    }
    run(
        &mut conn,
        "INSERT INTO app_hit VALUES (1, '2025-11-30 23:59:59Z'), (2, '2025-12-01 00:00Z'), (3, '2030-01-01 00:00Z')",
    )
    .await;
    assert_eq!(homes(&mut conn).await, ["1 app_hit_p2025_11", "2 app_hit_p2025_12", "3 app_hit_default"]);

    let names = |rows: Vec<sqlx::postgres::PgRow>| rows.iter().map(|row| row.get(0)).collect::<Vec<String>>();
    let children = "SELECT inhrelid::regclass::text FROM pg_inherits ORDER BY 1";
    let existing = names(sqlx::query(children).fetch_all(&mut conn).await.unwrap());
    let later: DateTime<Utc> = "2026-02-01T00:00:00Z".parse().unwrap();
    for retire in [Retire::Detach, Retire::Drop] {
        let retired = retention_statements(AppHit::def(), &options, &existing, later, retire).unwrap();
        assert_eq!(retired.iter().map(|statement| statement.name.as_str()).collect::<Vec<_>>(), ["app_hit_p2025_11"]);
        run(&mut conn, &retired[0].sql).await;
        run(&mut conn, &retired[0].repeatable_sql).await;
        let left = sqlx::query("SELECT to_regclass('app_hit_p2025_11')::text").fetch_one(&mut conn).await.unwrap();
        assert_eq!(left.get::<Option<String>, _>(0).is_some(), retire == Retire::Detach);
        assert_eq!(homes(&mut conn).await, ["2 app_hit_p2025_12", "3 app_hit_default"]);
    }
}

async fn homes(conn: &mut PgConnection) -> Vec<String> {
    let sql = "SELECT id || ' ' || tableoid::regclass FROM app_hit ORDER BY id";
    sqlx::query(sql).fetch_all(conn).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[derive(PlatformModel)]
#[model(group = "words")]
#[storage(postgres)]
struct AppWord {
    #[field(primary_key)]
    text: String,
}

#[tokio::test]
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
async fn text_is_ordered_by_bytes_in_a_database_of_another_collation() {
    let (mut admin, outer) = connect("ddl_collation").await;
    let name = format!("{}_icu", outer.name());
    let sql =
        format!("CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'");
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await {
        eprintln!("skipped: no database of an ICU collation: {error}");
        return;
    }
    let mut conn = {
        use sqlx::Connection as _;
        PgConnection::connect(&sqh_dev_postgres::shared().await.url(&name)).await.unwrap()
    };
    run(&mut conn, &render(&models![AppWord], &DdlOptions::default()).unwrap().to_script()).await;
    run(&mut conn, "INSERT INTO app_word VALUES ('a'), ('B'), ('ä'), ('b'), ('Z')").await;
    let found =
        sqlx::query("SELECT text, 'a' < 'B' FROM app_word WHERE text > 'B' ORDER BY text").fetch_all(&mut conn).await;
    let found = found.unwrap();
    assert_eq!(found.iter().map(|row| row.get(0)).collect::<Vec<String>>(), ["Z", "a", "b", "ä"]);
    assert!(found[0].get::<bool, _>(1), "the database itself orders as a dictionary does");
    drop(conn);
    run(&mut admin, &format!("DROP DATABASE \"{name}\" WITH (FORCE)")).await;
}
