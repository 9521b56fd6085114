//! Tenant columns over tables of tenants that are somebody else's.

use sqh_model::ErrorKind;
use sqh_model::render::ddl::TenantColumn;
use sqh_model::schema::Placement;

use super::models::STATION;
use super::support::{manager_of, own_server, run, texts};
use crate::tenancy::TenantOptions;

const DATABASE: &str = "sqh_pooled_default";

fn clients(sql_type: Option<&'static str>) -> TenantColumn {
    TenantColumn { sql_type, table: "clients".to_owned(), ..TenantColumn::default() }
}

#[tokio::test]
async fn one_that_takes_two_keys_for_one_is_refused() {
    let server = own_server().await;
    let options = TenantOptions::default().placement(Placement::Row);
    let tenant = manager_of(&server, &[&STATION], Some(clients(None))).provision_with("acme", &options).await.unwrap();
    let url = server.url(DATABASE);
    run(&url, "CREATE EXTENSION citext; CREATE DOMAIN loose AS citext").await;
    let mut types = vec![("citext", "citext"), ("loose", "loose")];
    if texts(&url, "SELECT 'icu' FROM pg_collation WHERE collprovider = 'i' LIMIT 1").await == ["icu"] {
        let collation = "(provider = icu, locale = 'und-u-ks-level2', deterministic = false)";
        run(&url, &format!("CREATE COLLATION nobodys_case {collation}")).await;
        types.push(("varchar collate \"nobodys_case\"", "character varying"));
    }
    for (sql_type, told) in types {
        let grant = "GRANT SELECT, REFERENCES ON clients TO sqh_migrator";
        run(&url, &format!("CREATE TABLE clients (id {sql_type} PRIMARY KEY); {grant}")).await;
        let manager = manager_of(&server, &[&STATION], Some(clients(Some(sql_type))));
        let error = manager.ensure_table(tenant.place(), &STATION).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(error.message().contains(&format!("is `{told}`, and may take the keys of two tenants")), "{error}");
        let made = "SELECT relname::text FROM pg_class WHERE relname = 'app_station'";
        assert_eq!(texts(&url, made).await, [""; 0]);
        run(&url, "DROP TABLE clients").await;
    }
}

#[tokio::test]
async fn its_owner_is_told_what_to_grant() {
    let server = own_server().await;
    run(&server.admin_url(), "CREATE ROLE another").await;
    run(&server.admin_url(), &format!("CREATE DATABASE {DATABASE}")).await;
    let url = server.url(DATABASE);
    for table in ["tenants", "clients"] {
        run(
            &url,
            &format!("CREATE TABLE {table} (id text COLLATE \"C\" PRIMARY KEY); INSERT INTO {table} VALUES ('acme')"),
        )
        .await;
        run(&url, &format!("ALTER TABLE {table} OWNER TO another")).await;
    }
    let manager = manager_of(&server, &[&STATION], None);
    let options = TenantOptions::default().placement(Placement::Row);
    let error = manager.provision_with("acme", &options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    let grant = |table| format!("GRANT SELECT, REFERENCES ON \"public\".\"{table}\" TO \"sqh_migrator\"");
    assert!(error.message().contains(&grant("tenants")), "{error}");
    run(&url, &grant("tenants")).await;
    let tenant = manager.provision_with("acme", &options).await.unwrap();

    let other = manager_of(&server, &[&STATION], Some(clients(None)));
    let error = other.ensure_table(tenant.place(), &STATION).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    assert!(error.message().contains(&grant("clients")), "{error}");
    run(&url, &grant("clients")).await;
    other.ensure_table(tenant.place(), &STATION).await.unwrap();
}
