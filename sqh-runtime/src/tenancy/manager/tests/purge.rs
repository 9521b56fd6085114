//! What a purge takes along from tables of many tenants, by a process that knows none of the models.

use std::time::Duration;

use sqh_dev_postgres::Server as DevServer;
use sqh_model::ErrorKind;
use sqh_model::render::ddl::TenantColumn;
use sqh_model::schema::Placement;
use sqh_model::types::{TypeDef, scalar};

use super::models::{READING, STATION, VISIT};
use super::support::{manager_of, own_server, run, texts};
use crate::backend::postgres::Tables as _;
use crate::engine::Route;
use crate::tenancy::{DropConfirmation, TenantDatabaseManager, TenantOptions};

const DATABASE: &str = "sqh_pooled_default";

/// Two tenants that share tables: the first one is to go.
async fn two_tenants(manager: &TenantDatabaseManager, keys: [&str; 2]) {
    for (slug, key) in ["gone", "kept"].into_iter().zip(keys) {
        let options = TenantOptions::default().placement(Placement::Row).key(key);
        manager.provision_with(slug, &options).await.unwrap();
    }
}

/// By a process that has neither the models nor their tenant columns, as the command line has none.
async fn purge(server: &DevServer) -> sqh_model::Result<()> {
    let manager = manager_of(server, &[], None);
    if manager.catalog().find("gone").await.is_ok() {
        let now = DropConfirmation::new("gone").grace(Duration::ZERO);
        manager.drop_later("gone", &now).await.unwrap();
    }
    manager.purge_due(|_| {}).await.map(|purged| assert_eq!(purged, ["gone"]))
}

/// How many rows of each tenant a table has.
async fn rows(server: &DevServer, table: &str, column: &str) -> Vec<String> {
    let query = format!("SELECT format('%s %s', {column}, count(*)) FROM {table} GROUP BY {column} ORDER BY 1");
    texts(&server.url(DATABASE), &query).await
}

#[tokio::test]
async fn tables_of_models_that_nobody_here_knows() {
    let server = own_server().await;
    let column = TenantColumn {
        name: "website_id".to_owned(),
        ty: TypeDef::scalar(&scalar::I64),
        table: "websites".to_owned(),
        ..TenantColumn::default()
    };
    let manager = manager_of(&server, &[&STATION, &VISIT, &READING], Some(column));
    two_tenants(&manager, ["1", "2"]).await;
    let url = server.url(DATABASE);
    run(
        &url,
        "CREATE TABLE websites (id bigint PRIMARY KEY); INSERT INTO websites VALUES (1), (2); \
         GRANT SELECT, REFERENCES ON websites TO sqh_migrator",
    )
    .await;
    for slug in ["gone", "kept"] {
        let tenant = manager.catalog().find(slug).await.unwrap();
        let route = Route::new(tenant.place().clone(), Some(tenant.clone()));
        for model in [&STATION, &VISIT, &READING] {
            if let Some(made) = manager.ensure(&route, model) {
                made.await.unwrap();
            }
        }
    }
    // More than go in one batch.
    run(
        &url,
        "INSERT INTO app_station (website_id, code, name) SELECT w, i, 'S' FROM generate_series(1, 2) w, \
         generate_series(1, 25000) i; \
         INSERT INTO app_visit (website_id, id, station, purpose) SELECT w, gen_random_uuid(), '7', 'repair' \
         FROM generate_series(1, 2) w; \
         INSERT INTO app_reading (website_id, id, read_at) SELECT w, gen_random_uuid(), now() + d * interval '20 days' \
         FROM generate_series(1, 2) w, generate_series(-9, 9) d",
    )
    .await;
    purge(&server).await.unwrap();
    assert_eq!(rows(&server, "app_station", "website_id").await, ["2 25000"]);
    assert_eq!(rows(&server, "app_visit", "website_id").await, ["2 1"]);
    assert_eq!(rows(&server, "app_reading", "website_id").await, ["2 19"]);
}

#[tokio::test]
async fn rows_in_a_circle_behind_row_security_and_in_children() {
    let server = own_server().await;
    let manager = manager_of(&server, &[], None);
    two_tenants(&manager, ["gone", "kept"]).await;
    let own = "tenant_id text COLLATE \"C\" NOT NULL REFERENCES tenants (id), id bigint NOT NULL";
    let key = "PRIMARY KEY (tenant_id, id)";
    run(
        &server.url(DATABASE),
        &format!(
            "SET ROLE sqh_migrator; \
             CREATE TABLE tree ({own}, above bigint, {key}, FOREIGN KEY (tenant_id, above) REFERENCES tree ON DELETE RESTRICT); \
             CREATE TABLE ring_a ({own}, next bigint, {key}); \
             CREATE TABLE ring_b ({own}, next bigint, {key}, FOREIGN KEY (tenant_id, next) REFERENCES ring_a); \
             CREATE TABLE secured ({own}, {key}); CREATE TABLE note ({own}); CREATE TABLE old_note () INHERITS (note); \
             CREATE INDEX ON tree (tenant_id, above); \
             INSERT INTO tree SELECT t.id, i, nullif(i - 1, 0) FROM tenants t, generate_series(1, 12000) i; \
             INSERT INTO ring_a SELECT id, 1, 1 FROM tenants; INSERT INTO ring_b SELECT id, 1, 1 FROM tenants; \
             ALTER TABLE ring_a ADD FOREIGN KEY (tenant_id, next) REFERENCES ring_b ON DELETE RESTRICT; \
             INSERT INTO secured SELECT id, 1 FROM tenants; \
             INSERT INTO note VALUES ('kept', 1), ('gone', 2); INSERT INTO old_note VALUES ('gone', 1), ('kept', 2); \
             ALTER TABLE secured ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; \
             CREATE POLICY of_tenant ON secured USING (tenant_id = (SELECT NULLIF(current_setting('sqh.tenant', true), '')))"
        ),
    )
    .await;
    purge(&server).await.unwrap();
    for (table, expected) in [("tree", "kept 12000"), ("ring_a", "kept 1"), ("ring_b", "kept 1"), ("secured", "kept 1")]
    {
        assert_eq!(rows(&server, table, "tenant_id").await, [expected], "{table}");
    }
    assert_eq!(rows(&server, "ONLY note", "tenant_id").await, ["kept 1"]);
    assert_eq!(rows(&server, "old_note", "tenant_id").await, ["kept 1"]);
}

#[tokio::test]
async fn what_cannot_be_told_apart_is_named_and_stays() {
    let server = own_server().await;
    let manager = manager_of(&server, &[&STATION], None);
    two_tenants(&manager, ["gone", "kept"]).await;
    let tenant = manager.catalog().find("gone").await.unwrap();
    manager.ensure_table(tenant.place(), &STATION).await.unwrap();
    let url = server.url(DATABASE);
    run(&url, "INSERT INTO app_station (tenant_id, code, name) SELECT id, 'a', 'A' FROM tenants").await;
    for (spoil, told, mend) in [
        (
            "CREATE TABLE stranger (t text COLLATE \"C\", code text COLLATE \"C\", FOREIGN KEY (t, code) REFERENCES app_station); \
             INSERT INTO stranger VALUES ('gone', 'a')",
            "`stranger`",
            "DROP TABLE stranger",
        ),
        (
            "INSERT INTO sqh.ledger (kind, schema_name, name, checksum) VALUES ('table', 'public', 'unsaid', ''); \
             CREATE TABLE unsaid (id integer)",
            "`unsaid`",
            "DROP TABLE unsaid",
        ),
        (
            "CREATE EXTENSION citext; CREATE TABLE lax (tenant citext REFERENCES tenants (id)); \
             INSERT INTO lax VALUES ('gone')",
            "`public.lax` is `citext`",
            "DROP TABLE lax",
        ),
    ] {
        run(&url, spoil).await;
        let error = purge(&server).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(error.message().contains(told), "{error}");
        run(&url, mend).await;
    }
    purge(&server).await.unwrap();
    assert_eq!(rows(&server, "app_station", "tenant_id").await, ["kept 1"]);
}
