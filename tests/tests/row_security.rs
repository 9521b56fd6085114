//! Row security: what the database itself keeps apart, whatever is sent to it.

use futures::TryStreamExt as _;
use sqh_runtime::models;
use sqh_runtime::prelude::*;
use sqh_runtime::schema::Placement;
use sqh_tests::harness::World;
use sqh_tests::harness::postgres::Postgres;
use sqh_tests::models::Deed;
use sqlx::{Connection as _, Executor as _, PgConnection};

fn deed(id: i64, title: &str) -> Deed {
    // Another tenant's name is not the caller's to say.
    Deed { id, tenant_id: "somebody-else".to_owned(), title: title.to_owned() }
}

async fn world() -> (Postgres, World) {
    let harness = Postgres::placed(Placement::Row).await;
    let world = World::with(&harness, |builder| builder.models(models![Deed])).await;
    (harness, world)
}

#[tokio::test]
async fn every_operation_names_its_tenant() {
    let (_harness, world) = world().await;
    let World { records, cx, .. } = &world;
    let other = world.another_tenant().await;
    for (tenant, title) in [(cx, "mine"), (&other, "theirs")] {
        let created = records.create(tenant, deed(1, title)).await.unwrap();
        assert_eq!(created.tenant_id, tenant.tenant());
        records.upsert(tenant, deed(1, title), Conflict::key()).await.unwrap();
        assert_eq!(records.batch_create_count(tenant, (2..4).map(|id| deed(id, title))).await.unwrap(), 2);
        assert_eq!(records.batch_create_count(tenant, (4..6_000).map(|id| deed(id, title))).await.unwrap(), 5_996);
        records.update::<Deed>(tenant, 2, Deed::changes().set(Deed::TITLE, title)).await.unwrap();
    }
    for (tenant, title) in [(cx, "mine"), (&other, "theirs")] {
        assert_eq!(records.count(tenant, Deed::select()).await.unwrap(), 5_999);
        assert_eq!(records.get::<Deed>(tenant, 2).await.unwrap().title, title);
        assert_eq!(records.search(tenant, title, Deed::select()).await.unwrap().len(), 5_999);
        let streamed: Vec<Deed> = records.stream(tenant, Deed::select()).await.unwrap().try_collect().await.unwrap();
        assert_eq!(streamed.len(), 5_999);
        assert!(streamed.iter().all(|deed| deed.title == title && deed.tenant_id == tenant.tenant()));
        let seen = records.transaction(tenant, async |tx| tx.count(tenant, Deed::select()).await).await.unwrap();
        assert_eq!(seen, 5_999);
    }
    assert_eq!(records.query(cx, Deed::delete().all()).await.unwrap(), 5_999);
    assert_eq!(records.count(&other, Deed::select()).await.unwrap(), 5_999);
}

/// As a role that neither owns the table nor is above its policies.
#[tokio::test]
async fn the_database_refuses_what_names_no_tenant_or_another() {
    let (_harness, world) = world().await;
    let (cx, other) = (&world.cx, world.another_tenant().await);
    world.records.create(cx, deed(1, "mine")).await.unwrap();
    world.records.create(&other, deed(1, "theirs")).await.unwrap();

    let server = sqh_dev_postgres::shared().await;
    let mut somebody = PgConnection::connect(&server.url("sqh_pooled_default")).await.unwrap();
    let role = world.cx.tenant();
    let role = format!(
        "CREATE ROLE {role}; GRANT ALL ON deed, tenants TO {role}; GRANT USAGE ON SCHEMA public TO {role}; \
         SET ROLE {role}"
    );
    somebody.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(role))).await.unwrap();
    let count = "SELECT count(*) FROM deed";
    let insert = "INSERT INTO deed (id, tenant_id, title) VALUES (2, $1, 'x')";

    let seen: i64 = sqlx::query_scalar(count).fetch_one(&mut somebody).await.unwrap();
    assert_eq!(seen, 0, "nobody's rows are seen without a tenant");
    let mut named = somebody.begin().await.unwrap();
    sqlx::query("SELECT set_config('sqh.tenant', $1, true)").bind(cx.tenant()).execute(&mut *named).await.unwrap();
    let seen: i64 = sqlx::query_scalar(count).fetch_one(&mut *named).await.unwrap();
    assert_eq!(seen, 1);
    let refused = sqlx::query(insert).bind(other.tenant()).execute(&mut *named).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{refused}");
    named.rollback().await.unwrap();
    // The setting is empty now, and not unset.
    let seen: i64 = sqlx::query_scalar(count).fetch_one(&mut somebody).await.unwrap();
    assert_eq!(seen, 0);
    let drop = format!("RESET ROLE; DROP OWNED BY {0}; DROP ROLE {0}", cx.tenant());
    somebody.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(drop))).await.unwrap();
    somebody.close().await.unwrap();
}
