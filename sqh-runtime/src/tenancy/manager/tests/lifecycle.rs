//! Tenants from the first to the last day, on managers of their own as in processes of their own.

use std::sync::Arc;
use std::time::Duration;

use sqh_model::ErrorKind;
use sqh_model::schema::Placement;

use super::models::STATION;
use super::support::{manager, new_slug, texts};
use crate::backend::postgres::Tables as _;
use crate::engine::Route;
use crate::tenancy::{
    CATALOG_DB_NAME, DropConfirmation, TenantDatabaseManager, TenantFilter, TenantOptions, TenantRecord, TenantStatus,
};

async fn two_managers() -> [Arc<TenantDatabaseManager>; 2] {
    let server = sqh_dev_postgres::shared().await;
    let managers = [manager(&server.admin_url()), manager(&server.admin_url())];
    managers[0].ensure_catalog().await.unwrap();
    managers
}

/// The epochs that let a tenant's writers in, in the database of its place.
async fn epochs(tenant: &TenantRecord) -> Vec<String> {
    let server = sqh_dev_postgres::shared().await;
    let query = format!("SELECT epoch::text FROM sqh.placements WHERE tenant = '{}'", tenant.slug());
    texts(&server.url(tenant.database()), &query).await
}

#[tokio::test]
async fn a_tenant_is_made_in_each_placement() {
    let [manager, other] = two_managers().await;
    for placement in Placement::ALL {
        let slug = new_slug(placement.name());
        let options = TenantOptions::default().placement(placement).server("default");
        let tenant = manager.provision_with(slug.as_str(), &options).await.unwrap();
        assert_eq!((tenant.placement(), tenant.status()), (placement, TenantStatus::Active));
        let (database, schema) = match placement {
            Placement::Database => (slug.database_name(), "public".to_owned()),
            Placement::Schema => ("sqh_pooled_default".to_owned(), slug.database_name()),
            Placement::Row => ("sqh_pooled_default".to_owned(), "public".to_owned()),
        };
        assert_eq!((tenant.database(), tenant.schema()), (database.as_str(), schema.as_str()));
        assert_eq!(epochs(&tenant).await, [tenant.epoch().to_string()]);
        // Again, by another process, and without saying how: nothing happens.
        assert_eq!(other.provision(slug.as_str()).await.unwrap(), tenant);
        let another = TenantOptions::default().key("another");
        let error = manager.provision_with(slug.as_str(), &another).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(error.message().contains("its key is"), "{error}");
    }
}

#[tokio::test]
async fn no_two_tenants_have_one_key() {
    let [manager, _] = two_managers().await;
    let (slug, other) = (new_slug("keyed"), new_slug("other"));
    let options = TenantOptions::default().placement(Placement::Row).key(format!("k-{slug}"));
    manager.provision_with(slug.as_str(), &options).await.unwrap();
    let error = manager.provision_with(other.as_str(), &options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert!(error.message().contains("choose another key"), "{error}");
    // Nothing of it stays.
    assert_eq!(manager.catalog().look_up(other.as_str()).await.unwrap_err().kind(), ErrorKind::NotFound);
    for key in ["", "042", "a b", "a\0", "k'; DROP TABLE sqh.tenants; --\n"] {
        let error = manager.provision_with(other.as_str(), &TenantOptions::default().key(key)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    }
    let nowhere = TenantOptions::default().server("nowhere'; --");
    assert_eq!(manager.provision_with(other.as_str(), &nowhere).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_suspended_tenant_writes_nowhere_until_it_is_resumed() {
    let [manager, other] = two_managers().await;
    let slug = new_slug("stopped");
    let before = manager.provision(slug.as_str()).await.unwrap();
    // What another process knows, and what a scope of this one holds.
    let elsewhere = other.catalog().find(slug.as_str()).await.unwrap();
    let held = manager.catalog().handle(slug.as_str()).await.unwrap();

    for _ in 0..2 {
        let suspended = manager.suspend(slug.as_str()).await.unwrap();
        assert_eq!(suspended.status(), TenantStatus::Suspended);
        assert!(suspended.epoch() > before.epoch());
        assert_eq!(epochs(&before).await, [suspended.epoch().to_string()]);
    }
    assert_eq!(held.record().check_status().unwrap_err().kind(), ErrorKind::Denied);
    // The other process believes its record, but not when a database tells it that it is stale.
    assert!(other.catalog().find(slug.as_str()).await.is_ok());
    assert_eq!(other.catalog().refresh(&elsewhere).await.unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(manager.provision(slug.as_str()).await.unwrap_err().kind(), ErrorKind::Denied);

    let resumed = manager.resume(slug.as_str()).await.unwrap();
    assert_eq!(resumed.status(), TenantStatus::Active);
    assert_eq!(epochs(&before).await, [resumed.epoch().to_string()]);
    assert_eq!(other.catalog().refresh(&elsewhere).await.unwrap(), resumed);
    assert_eq!(held.record(), resumed);
    assert_eq!(manager.resume(slug.as_str()).await.unwrap(), resumed);
}

#[tokio::test]
async fn a_tenant_that_is_to_be_dropped_can_come_back() {
    let [manager, other] = two_managers().await;
    let slug = new_slug("dropped");
    let tenant = manager.provision(slug.as_str()).await.unwrap();
    for typed in ["", "dropped", "DROPPED", "*"] {
        let error = manager.drop_later(slug.as_str(), &DropConfirmation::new(typed)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    }
    let typed = DropConfirmation::new(slug.as_str());
    let error = manager.drop_later(slug.as_str(), &typed.clone().grace(Duration::MAX)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");

    let dropped = manager.drop_later(slug.as_str(), &typed).await.unwrap();
    assert_eq!(dropped.status(), TenantStatus::Dropping);
    assert!(dropped.drop_after().is_some() && dropped.epoch() > tenant.epoch());
    assert_eq!(epochs(&tenant).await, [dropped.epoch().to_string()]);
    assert_eq!(other.catalog().find(slug.as_str()).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(manager.provision(slug.as_str()).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(manager.suspend(slug.as_str()).await.unwrap_err().kind(), ErrorKind::Conflict);

    let resumed = other.resume(slug.as_str()).await.unwrap();
    assert_eq!((resumed.status(), resumed.drop_after()), (TenantStatus::Active, None));
    assert!(resumed.is_same_tenant(&tenant));
}

#[tokio::test]
async fn a_later_tenant_of_a_slug_has_none_of_the_tables_of_the_first() {
    let [manager, other] = two_managers().await;
    for placement in [Placement::Database, Placement::Schema] {
        let slug = new_slug("again");
        for round in 0..2 {
            let options = TenantOptions::default().placement(placement);
            manager.provision_with(slug.as_str(), &options).await.unwrap();
            let tenant = other.catalog().look_up(slug.as_str()).await.unwrap();
            let route = Route::new(tenant.place().clone(), Some(tenant.clone()));
            if let Some(made) = other.ensure(&route, &STATION) {
                made.await.unwrap();
            }
            let url = sqh_dev_postgres::shared().await.url(tenant.database());
            let table = format!("SELECT to_regclass('{}.app_station')::text", tenant.schema());
            let table = format!("SELECT coalesce(({table}), 'none')");
            assert_ne!(texts(&url, &table).await, ["none"], "round {round} in {placement:?}");
            let now = DropConfirmation::new(slug.as_str()).grace(Duration::ZERO);
            manager.drop_later(slug.as_str(), &now).await.unwrap();
            assert!(manager.purge_due(|_| {}).await.unwrap().contains(&slug.as_str().to_owned()));
        }
    }
}

#[tokio::test]
async fn tenants_are_listed_by_server_and_status_in_pages() {
    let [manager, _] = two_managers().await;
    let prefix = new_slug("page");
    let slugs: Vec<String> = (0..3).map(|i| format!("{prefix}-{i}")).collect();
    for slug in &slugs {
        manager.provision_with(slug, &TenantOptions::default().placement(Placement::Row)).await.unwrap();
    }
    manager.suspend(&slugs[1]).await.unwrap();
    let listed = async |filter: TenantFilter| {
        let tenants = manager.catalog().list(&filter).await.unwrap();
        tenants.iter().map(|tenant| tenant.slug().to_owned()).collect::<Vec<_>>()
    };
    let all = TenantFilter::default().server("default");
    assert_eq!(listed(all.clone().after(prefix.as_str()).limit(2)).await, slugs[..2]);
    assert_eq!(listed(all.clone().after(&slugs[1]).limit(1)).await, slugs[2..]);
    let suspended = listed(all.status(TenantStatus::Suspended)).await;
    assert!(suspended.contains(&slugs[1]) && !suspended.contains(&slugs[0]));
    assert!(listed(TenantFilter::default().server("another")).await.is_empty());
    assert!(listed(TenantFilter::default().server("' OR true --")).await.is_empty());
    let server = sqh_dev_postgres::shared().await;
    let total = texts(&server.url(CATALOG_DB_NAME), "SELECT count(*)::text FROM sqh.tenants").await;
    assert!(manager.catalog().counts().await.unwrap().iter().any(|(name, _, count)| name == "default" && *count > 0));
    assert!(total[0].parse::<u64>().unwrap() >= 3);
}
