//! The catalog, tenants' databases, the shared one, extensions.

use std::sync::Arc;

use futures::future::join_all;
use sqh_model::ErrorKind;
use sqh_model::schema::SHARED_REFERENCE_DB_NAME;

use super::support::{manager, new_slug, own_server, run, texts};
use crate::tenancy::{CATALOG_DB_NAME, Slug, TenantDatabaseManager, TenantStatus};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_make_one_catalog_and_one_tenant() {
    let server = own_server().await;
    let managers = [manager(&server.admin_url()), manager(&server.admin_url()), manager(&server.admin_url())];
    let error = managers[0].catalog().find("acme").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(error.message().contains("`platform.init()` makes it"), "{error}");

    let tasks = (0..12).map(|task| {
        let manager = Arc::clone(&managers[task % 3]);
        tokio::spawn(async move { manager.provision("acme-labs").await.unwrap() })
    });
    let tenants: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    for tenant in &tenants {
        assert_eq!(
            (tenant.slug(), tenant.server(), tenant.database()),
            ("acme-labs", "default", "sqh_tenant_acme_labs")
        );
        assert_eq!((tenant.status(), tenant.epoch()), (TenantStatus::Active, tenants[0].epoch()));
    }
    let databases = "SELECT datname::text FROM pg_database WHERE datname LIKE 'sqh%' ORDER BY 1";
    assert_eq!(texts(&server.admin_url(), databases).await, [CATALOG_DB_NAME, "sqh_tenant_acme_labs"]);

    let catalog = server.url(CATALOG_DB_NAME);
    let everything = "SELECT format('%s %s', name, applied_at) FROM sqh.ledger UNION ALL \
                      SELECT format('%s %s %s', slug, created_at, xmin) FROM sqh.tenants UNION ALL \
                      SELECT format('%s %s', name, xmin) FROM sqh.servers ORDER BY 1";
    let before = texts(&catalog, everything).await;
    assert_eq!(before.len(), 2 + crate::backend::postgres::admin::tenants::MIGRATIONS.len(), "{before:?}");
    manager(&server.admin_url()).provision("acme-labs").await.unwrap();
    assert_eq!(texts(&catalog, everything).await, before);

    // A catalog that another version has made is left alone.
    run(&catalog, "UPDATE sqh.ledger SET checksum = 'another'").await;
    let error = managers[0].ensure_catalog().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.message().contains("`platform/0001_catalog`"), "{error}");
}

async fn shared_manager() -> (Arc<TenantDatabaseManager>, String) {
    let server = sqh_dev_postgres::shared().await;
    let manager = manager(&server.admin_url());
    manager.ensure_catalog().await.unwrap();
    (manager, server.url(CATALOG_DB_NAME))
}

#[tokio::test]
async fn a_provisioning_that_was_interrupted_is_completed() {
    let (manager, catalog) = shared_manager().await;
    let slug = new_slug("interrupted");
    let database = slug.database_name();
    run(&catalog, &row_of(&slug, &database)).await;
    let error = manager.catalog().find(slug.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");

    let tenant = manager.ensure_database_exists(&slug).await.unwrap();
    assert_eq!((tenant.database(), tenant.status()), (database.as_str(), TenantStatus::Active));
    // Killed between the database and the catalog.
    run(&catalog, &format!("UPDATE sqh.tenants SET status = 'provisioning' WHERE slug = '{slug}'")).await;
    manager.catalog().forget(slug.as_str());
    assert_eq!(*manager.ensure_database_exists(&slug).await.unwrap(), *tenant);
    drop_database(&database).await;
}

#[tokio::test]
async fn the_name_is_the_stored_one() {
    let (manager, catalog) = shared_manager().await;
    let (slug, other) = (new_slug("renamed"), new_slug("elsewhere"));
    run(&catalog, &row_of(&slug, &other.database_name())).await;
    let tenant = manager.ensure_database_exists(&slug).await.unwrap();
    assert_eq!(tenant.database(), other.database_name());
    // The other slug would have that database too: the catalog has it once.
    let error = manager.ensure_database_exists(&other).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    drop_database(&other.database_name()).await;
}

#[tokio::test]
async fn what_the_catalog_says_is_remembered_until_it_changes() {
    let (manager, catalog) = shared_manager().await;
    let slug = new_slug("suspended");
    let tenant = manager.provision(slug.as_str()).await.unwrap();
    assert!(Arc::ptr_eq(&tenant, &manager.catalog().find(slug.as_str()).await.unwrap()));
    run(&catalog, &format!("UPDATE sqh.tenants SET status = 'suspended' WHERE slug = '{slug}'")).await;
    assert!(Arc::ptr_eq(&tenant, &manager.catalog().find(slug.as_str()).await.unwrap()));
    manager.catalog().forget(slug.as_str());
    for _ in 0..2 {
        let error = manager.catalog().find(slug.as_str()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    }
    // Provisioning is no way around it.
    let error = manager.provision(slug.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    drop_database(tenant.database()).await;
}

#[tokio::test]
async fn an_unknown_tenant_is_not_found_and_a_wrong_slug_is_invalid() {
    let (manager, _) = shared_manager().await;
    for slug in ["nobody-at-all", "", "Nobody", "no\0body", "x'; DROP TABLE sqh.tenants; --"] {
        let error = manager.catalog().find(slug).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
    for slug in ["", "Nobody", "no_body"] {
        let error = manager.provision(slug).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    }
}

#[tokio::test]
async fn databases_are_in_utf8_and_know_letters() {
    let (manager, _) = shared_manager().await;
    let tenant = manager.provision(new_slug("letters").as_str()).await.unwrap();
    let url = sqh_dev_postgres::shared().await.url(tenant.database());
    assert_eq!(texts(&url, "SELECT current_setting('server_encoding') || lower('É')").await, ["UTF8é"]);
    drop_database(tenant.database()).await;
}

#[tokio::test]
async fn the_shared_database_says_what_is_missing() {
    let (first, second) = (shared_manager().await.0, shared_manager().await.0);
    let (first, second) = tokio::join!(first.ensure_shared_database_exists(), second.ensure_shared_database_exists());
    let (report, second) = (first.unwrap(), second.unwrap());
    assert_eq!(report.missing, second.missing);
    assert!(report.made.iter().all(|made| !second.made.contains(made)), "{report:?} {second:?}");
    let server = sqh_dev_postgres::shared().await;
    let expected = server.missing_extensions(&["pg_trgm", "postgis"]).await.unwrap();
    assert_eq!(report.missing.iter().map(|missing| missing.name).collect::<Vec<_>>(), expected);
    for missing in &report.missing {
        assert!(missing.remedy.contains("apt-get install"), "{missing}");
    }
    let extensions = "SELECT extname::text FROM pg_extension WHERE extname IN ('pg_trgm', 'postgis') ORDER BY 1";
    let here = texts(&server.url(SHARED_REFERENCE_DB_NAME), extensions).await;
    assert_eq!(here.len() + expected.len(), 2, "{here:?}");
}

#[tokio::test]
async fn extensions_are_those_of_the_list() {
    let (manager, _) = shared_manager().await;
    let slug = new_slug("extended");
    let tenant = manager.provision(slug.as_str()).await.unwrap();
    let url = sqh_dev_postgres::shared().await.url(tenant.database());
    let (one, other) =
        tokio::join!(manager.ensure_extension(&slug, "citext"), manager.ensure_extension(&slug, "citext"));
    one.unwrap();
    other.unwrap();
    assert_eq!(texts(&url, "SELECT extname::text FROM pg_extension WHERE extname = 'citext'").await, ["citext"]);

    let error = manager.ensure_extension(&slug, "plpython3u").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    drop_database(tenant.database()).await;
}

/// A tenant's row, as its provisioning writes it first.
fn row_of(slug: &Slug, database: &str) -> String {
    format!(
        "INSERT INTO sqh.tenants (slug, tenant_key, server, database_name, pooled_database_name, schema_name, \
         first_epoch, epoch) VALUES ('{slug}', '{slug}', 'default', '{database}', 'sqh_pooled_default', '{database}', \
         1, nextval('sqh.epochs'))"
    )
}

async fn drop_database(name: &str) {
    let server = sqh_dev_postgres::shared().await;
    run(&server.admin_url(), &format!("DROP DATABASE \"{name}\" WITH (FORCE)")).await;
    run(&server.url(CATALOG_DB_NAME), &format!("DELETE FROM sqh.tenants WHERE database_name = '{name}'")).await;
}
