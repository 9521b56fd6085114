//! Several servers in the catalog, and a look at all of them.

use sqh_dev_postgres::Server as DevServer;
use sqh_model::ErrorKind;
use sqh_model::schema::Placement;
use sqlx::{Connection as _, Executor as _, PgConnection};

use super::models::STATION;
use super::support::{manager, own_config, own_server, run, texts};
use crate::backend::postgres::Tables as _;
use crate::engine::Route;
use crate::tenancy::{
    CATALOG_DB_NAME, DEFAULT_SERVER, NewServer, Report, ServerStatus, Severity, TenantDatabaseManager, TenantOptions,
};

async fn two_servers() -> (DevServer, DevServer) {
    let (first, second) = tokio::join!(own_server(), own_server());
    (first, second)
}

/// Puts a tenant on a server, as provisioning there does.
async fn provision_on(manager: &TenantDatabaseManager, slug: &str, server: &str) -> sqh_model::Result<()> {
    manager.provision_with(slug, &TenantOptions::default().server(server)).await.map(drop)
}

#[tokio::test]
async fn a_tenant_lives_on_the_server_that_the_catalog_names() {
    let (first, second) = two_servers().await;
    let platform = manager(&first.admin_url());
    platform.init().await.unwrap();
    // Another process, which was there before the server was.
    let other = manager(&first.admin_url());
    other.list_servers().await.unwrap();

    let east = NewServer::new("east", &second.admin_url()).unwrap();
    let added = platform.add_server(&east).await.unwrap();
    assert_eq!((added.name.as_str(), added.status, added.tenants), ("east", ServerStatus::Active, 0));
    assert_eq!(platform.add_server(&east).await.unwrap(), added, "again, it changes nothing");
    let error = platform.add_server(&NewServer::new("east", &first.admin_url()).unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");

    provision_on(&platform, "acme", "east").await.unwrap();
    let databases = "SELECT datname::text FROM pg_database WHERE datname LIKE 'sqh_tenant%'";
    assert_eq!(texts(&second.admin_url(), databases).await, ["sqh_tenant_acme"]);
    assert_eq!(texts(&first.admin_url(), databases).await, [""; 0]);
    // The other process finds the way by itself, and can work there.
    let tenant = other.catalog().find("acme").await.unwrap();
    assert_eq!(tenant.server(), "east");
    other.ensure_table(tenant.place(), &STATION).await.unwrap();

    // Nothing new is placed on one that is draining; what is there works on.
    assert_eq!(platform.set_server_status("east", ServerStatus::Draining).await.unwrap().tenants, 1);
    let error = provision_on(&platform, "bolt", "east").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert!(error.message().contains("draining"), "{error}");
    provision_on(&platform, "acme", "east").await.unwrap();
    let error = platform.remove_server("east").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");

    run(&first.url(CATALOG_DB_NAME), "DELETE FROM sqh.tenants").await;
    platform.remove_server("east").await.unwrap();
    let names: Vec<_> = platform.list_servers().await.unwrap().into_iter().map(|server| server.name).collect();
    assert_eq!(names, [DEFAULT_SERVER]);
    for (name, kind) in [("east", ErrorKind::NotFound), (DEFAULT_SERVER, ErrorKind::Invalid)] {
        assert_eq!(platform.remove_server(name).await.unwrap_err().kind(), kind);
    }
    let error = provision_on(&platform, "bolt", "east").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}

/// A server's connections of the platform, without those of whoever looks.
async fn connections(server: &DevServer) -> String {
    let query = "SELECT count(*)::text FROM pg_stat_activity WHERE application_name = 'sqh'";
    texts(&server.admin_url(), query).await.remove(0)
}

#[tokio::test]
async fn a_name_that_is_used_again_leads_to_the_new_server_everywhere() {
    let ((first, second), third) = tokio::join!(two_servers(), own_server());
    // Another process, which knows the first server of the name, its tables, and has connections to it.
    let [platform, other] = [manager(&first.admin_url()), manager(&first.admin_url())];
    platform.init().await.unwrap();
    let options = TenantOptions::default().server("east").placement(Placement::Row);
    let use_station = async |slug: &str, url: String| {
        platform.add_server(&NewServer::new("east", &url).unwrap()).await.unwrap();
        platform.provision_with(slug, &options).await.unwrap();
        let tenant = other.catalog().find(slug).await.unwrap();
        let route = Route::new(tenant.place().clone(), Some(tenant.clone()));
        if let Some(made) = other.ensure(&route, &STATION) {
            made.await.unwrap();
        }
    };
    let tables = "SELECT relname::text FROM pg_class WHERE relname = 'app_station'";
    use_station("acme", second.admin_url()).await;
    assert_eq!(texts(&second.url("sqh_pooled_east"), tables).await, ["app_station"]);
    run(&first.url(CATALOG_DB_NAME), "DELETE FROM sqh.tenants").await;
    platform.remove_server("east").await.unwrap();

    use_station("bolt", third.admin_url()).await;
    assert_eq!(texts(&third.url("sqh_pooled_east"), tables).await, ["app_station"]);
    let tenants = "SELECT tenant FROM sqh.placements";
    assert_eq!(texts(&third.url("sqh_pooled_east"), tenants).await, ["bolt"]);
    while connections(&second).await != "0" {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_server_that_has_moved_is_found_where_it_is() {
    let ((first, second), third) = tokio::join!(two_servers(), own_server());
    let [platform, other] = [manager(&first.admin_url()), manager(&first.admin_url())];
    platform.init().await.unwrap();
    platform.add_server(&NewServer::new("east", &second.admin_url()).unwrap()).await.unwrap();
    provision_on(&platform, "acme", "east").await.unwrap();
    other.catalog().find("acme").await.unwrap();
    let url = third.admin_url();
    run(&first.url(CATALOG_DB_NAME), &format!("UPDATE sqh.servers SET url = '{url}' WHERE name = 'east'")).await;
    // Whatever is read of the catalog tells it.
    provision_on(&other, "bolt", "east").await.unwrap();
    let databases = "SELECT datname::text FROM pg_database WHERE datname LIKE 'sqh_tenant%'";
    assert_eq!(texts(&third.admin_url(), databases).await, ["sqh_tenant_bolt"]);
    // And if it has gone, its part of the budget is free.
    run(&first.url(CATALOG_DB_NAME), "DELETE FROM sqh.tenants; DELETE FROM sqh.servers WHERE name = 'east'").await;
    other.list_servers().await.unwrap();
    assert_eq!(other.store().servers().all().len(), 1);
    while connections(&third).await != "0" {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_server_that_does_not_let_the_platform_in_is_not_added() {
    let (first, second) = two_servers().await;
    let platform = manager(&first.admin_url());
    platform.init().await.unwrap();
    run(&second.admin_url(), "CREATE ROLE humble LOGIN").await;
    let humble = second.admin_url().replacen("postgres@", "humble@", 1);
    let with_password = |url: &str| NewServer::new("east", url).unwrap().password("env:SQH_TEST_NOBODY_SETS_THIS");
    let cases = [
        (NewServer::new("east", &humble).unwrap(), ErrorKind::Denied, "CREATEROLE"),
        (with_password(&second.admin_url()).unwrap(), ErrorKind::Invalid, "`SQH_TEST_NOBODY_SETS_THIS`"),
        (NewServer::new("east", "postgres://127.0.0.1:1/x").unwrap(), ErrorKind::Unavailable, "does not answer"),
    ];
    for (server, kind, part) in cases {
        let error = platform.add_server(&server).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(platform.list_servers().await.unwrap().len(), 1);
    }
    // The catalog itself keeps no password, whoever writes to it.
    let catalog = first.url(CATALOG_DB_NAME);
    for columns in
        ["(name, url) VALUES ('x', 'postgres://a:hush@b')", "(name, url, password) VALUES ('x', 'y', 'hush')"]
    {
        let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&catalog).await.unwrap();
        let insert = sqlx::AssertSqlSafe(format!("INSERT INTO sqh.servers {columns}"));
        assert!(sqlx::raw_sql(insert).execute(&mut connection).await.is_err(), "{columns}");
    }
}

#[tokio::test]
async fn a_budget_has_room_for_so_many_servers_only() {
    let (first, second) = two_servers().await;
    let servers = crate::tenancy::Servers::single(crate::tenancy::Server::new(&first.admin_url()).unwrap());
    let config = crate::tenancy::StoreConfig::default().budget(2);
    let store = crate::tenancy::ConnectionStore::new(servers, config).unwrap();
    let platform = TenantDatabaseManager::new(store, &[]);
    platform.init().await.unwrap();
    let error = platform.add_server(&NewServer::new("east", &second.admin_url()).unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.message().contains("raise the budget"), "{error}");
    assert_eq!(platform.list_servers().await.unwrap().len(), 1);
}

fn failures(report: &Report) -> Vec<(&str, &str)> {
    report.failures().map(|finding| (finding.check, finding.subject.as_str())).collect()
}

#[tokio::test]
async fn the_doctor_finds_what_is_wrong_and_says_what_to_do() {
    let server = DevServer::start_with(own_config()).await.unwrap();
    let admin = server.admin_url();
    let platform = manager(&admin);
    let before = platform.doctor().await;
    assert_eq!(
        failures(&before),
        [
            ("catalog", "default"),
            ("roles", "default"),
            ("shared database", "sqh_shared_reference"),
            ("tenants", "default")
        ]
    );
    assert!(
        before.failures().all(|finding| finding.remedy.as_ref().is_some_and(|remedy| remedy.contains("sqh init-db")))
    );

    platform.init().await.unwrap();
    for slug in ["acme", "bolt", "core", "dune"] {
        platform.provision(slug).await.unwrap();
    }
    let well = platform.doctor().await;
    assert!(well.is_good(), "{well:?}");
    let routes = well.findings.iter().filter(|finding| finding.check == "route" && finding.severity == Severity::Good);
    assert_eq!(routes.count(), 4);

    let catalog = server.url(CATALOG_DB_NAME);
    platform.forget_database(DEFAULT_SERVER, "sqh_tenant_acme").await;
    run(&admin, "DROP DATABASE sqh_tenant_acme WITH (FORCE)").await;
    run(&server.url("sqh_tenant_bolt"), "UPDATE sqh.placements SET epoch = 77").await;
    run(&server.url("sqh_tenant_core"), "DELETE FROM sqh.placements").await;
    run(&admin, "ALTER ROLE sqh_app BYPASSRLS").await;
    run(&catalog, "INSERT INTO sqh.servers (name, url) VALUES ('gone', 'postgres://127.0.0.1:1/x')").await;
    let report = platform.doctor().await;
    assert_eq!(
        failures(&report),
        [("roles", "default"), ("server", "gone"), ("route", "acme"), ("route", "bolt"), ("route", "core")]
    );
    let told: Vec<_> = report.failures().map(|finding| finding.message.as_str()).collect();
    for part in
        ["NOBYPASSRLS", "does not answer", "no database `sqh_tenant_acme`", "the database 77", "let its writers in"]
    {
        assert!(told.iter().any(|message| message.contains(part)), "{part}: {told:?}");
    }
    run(&catalog, "DELETE FROM sqh.ledger WHERE name LIKE 'platform/%servers'").await;
    assert!(failures(&platform.doctor().await).contains(&("catalog", "default")));
}

#[tokio::test]
async fn the_doctor_looks_at_several_tenants_at_once_and_tells_of_them_in_order() {
    let server = own_server().await;
    let platform = manager(&server.admin_url());
    platform.init().await.unwrap();
    let slugs = ["acme", "bolt", "core", "dune"];
    for slug in slugs {
        platform.provision(slug).await.unwrap();
    }
    // The first one answers last: the others are not kept waiting by it.
    let mut held = PgConnection::connect(&server.url("sqh_tenant_acme")).await.unwrap();
    held.execute("BEGIN; LOCK TABLE sqh.placements IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let waits = "SELECT datname::text FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    let others = "SELECT count(*)::text FROM pg_stat_activity WHERE datname IN ('sqh_tenant_bolt', 'sqh_tenant_core', \
                  'sqh_tenant_dune') AND query = 'COMMIT' AND backend_start > '@'";
    let since = texts(&server.admin_url(), "SELECT now()::text").await.remove(0);
    platform.store().evict(DEFAULT_SERVER, "sqh_tenant_bolt").await;
    platform.store().evict(DEFAULT_SERVER, "sqh_tenant_core").await;
    platform.store().evict(DEFAULT_SERVER, "sqh_tenant_dune").await;
    let let_go = async {
        while texts(&server.admin_url(), waits).await != ["sqh_tenant_acme"]
            || texts(&server.admin_url(), &others.replace('@', &since)).await != ["3"]
        {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        held.execute("ROLLBACK").await.unwrap();
    };
    let patient =
        tokio::time::timeout(std::time::Duration::from_secs(60), async { futures::join!(platform.doctor(), let_go).0 });
    let report = patient.await.expect("the other tenants were looked at meanwhile");
    let routes = report.findings.iter().filter(|finding| finding.check == "route");
    assert_eq!(routes.map(|finding| finding.subject.as_str()).collect::<Vec<_>>(), slugs);
    assert!(report.is_good(), "{report:?}");
}
