//! Processes that are really killed after a step, and others that come after them.

use std::process::Command;
use std::time::Duration;

use sqh_model::ErrorKind;
use sqh_model::schema::Placement;

use super::models::STATION;
use super::support::{manager, new_slug, run, texts};
use crate::backend::postgres::Tables as _;
use crate::engine::Route;
use crate::tenancy::step::{KILL_AFTER, Step};
use crate::tenancy::{CATALOG_DB_NAME, DropConfirmation, Slug, TenantDatabaseManager, TenantOptions, TenantStatus};

const URL: &str = "SQH_TEST_KILL_URL";
const SLUG: &str = "SQH_TEST_KILL_SLUG";
const PLACEMENT: &str = "SQH_TEST_KILL_PLACEMENT";

/// What a process under test does: it makes the tenant, or it drops for good what is due.
#[tokio::test]
#[ignore = "other tests start it in a process of its own"]
async fn victim() {
    let manager = manager(&std::env::var(URL).unwrap());
    match std::env::var(PLACEMENT) {
        Ok(placement) => {
            let options = TenantOptions::default().placement(Placement::from_name(&placement).unwrap());
            manager.provision_with(&std::env::var(SLUG).unwrap(), &options).await.unwrap();
        }
        Err(_) => drop(manager.purge_due(|_| {}).await.unwrap()),
    }
}

/// Whether a process ended by itself, and was not killed.
fn runs_through(url: &str, slug: &Slug, placement: Option<Placement>, step: Step) -> bool {
    let mut victim = Command::new(std::env::current_exe().unwrap());
    victim.args(["--exact", "tenancy::manager::tests::kill::victim", "--ignored"]);
    victim.env(URL, url).env(SLUG, slug.as_str()).env(KILL_AFTER, format!("{step:?}"));
    if let Some(placement) = placement {
        victim.env(PLACEMENT, placement.name());
    }
    victim.output().unwrap().status.success()
}

/// A tenant with a table of stations and a row in it.
async fn tenant_with_rows(manager: &TenantDatabaseManager, slug: &Slug, placement: Placement) {
    let options = TenantOptions::default().placement(placement);
    let tenant = manager.provision_with(slug.as_str(), &options).await.unwrap();
    let route = Route::new(tenant.place().clone(), Some(tenant.clone()));
    if let Some(made) = manager.ensure(&route, &STATION) {
        made.await.unwrap();
    }
    let url = sqh_dev_postgres::shared().await.url(tenant.database());
    let tenant_column =
        if placement == Placement::Row { ("tenant_id, ", format!("'{slug}', ")) } else { ("", String::new()) };
    let insert = format!(
        "INSERT INTO \"{}\".\"{}\" ({}code, name) VALUES ({}'a', 'A')",
        tenant.schema(),
        STATION.table,
        tenant_column.0,
        tenant_column.1
    );
    run(&url, &insert).await;
}

#[tokio::test]
async fn provisioning_is_completed_whatever_step_was_the_last() {
    let server = sqh_dev_postgres::shared().await;
    let manager = manager(&server.admin_url());
    manager.ensure_catalog().await.unwrap();
    let mut killed = 0;
    for placement in Placement::ALL {
        for step in Step::ALL {
            let slug = new_slug("killed");
            if runs_through(&server.admin_url(), &slug, Some(placement), step) {
                continue;
            }
            killed += 1;
            let found = manager.catalog().find(slug.as_str()).await.unwrap_err();
            assert_eq!(found.kind(), ErrorKind::Unavailable, "{found}");
            // Two at once, as in a hurry.
            let options = TenantOptions::default().placement(placement);
            let (one, other) =
                tokio::join!(manager.provision_with(slug.as_str(), &options), manager.provision(slug.as_str()));
            let tenant = one.unwrap();
            assert_eq!((tenant.status(), tenant.placement()), (TenantStatus::Active, placement));
            assert_eq!(other.unwrap(), tenant);
            let rows = format!("SELECT epoch::text FROM sqh.placements WHERE tenant = '{slug}'");
            assert_eq!(texts(&server.url(tenant.database()), &rows).await, [tenant.epoch().to_string()]);
        }
    }
    assert_eq!(killed, 3 * 4, "each of the four steps in each placement");
}

#[tokio::test]
async fn dropping_is_completed_whatever_step_was_the_last() {
    let server = super::support::own_server().await;
    let manager = manager(&server.admin_url());
    manager.ensure_catalog().await.unwrap();
    let mut killed = Vec::new();
    for placement in Placement::ALL {
        for step in Step::ALL {
            let (slug, kept) = (new_slug("purged"), new_slug("kept"));
            let options = TenantOptions::default().placement(placement);
            manager.provision_with(slug.as_str(), &options).await.unwrap();
            manager.provision_with(kept.as_str(), &options).await.unwrap();
            let first = manager.catalog().look_up(slug.as_str()).await.unwrap();
            let now = DropConfirmation::new(slug.as_str()).grace(Duration::ZERO);
            manager.drop_later(slug.as_str(), &now).await.unwrap();
            let ran = runs_through(&server.admin_url(), &slug, None, step);
            if !ran {
                killed.push(step);
                assert_eq!(manager.resume(slug.as_str()).await.unwrap_err().kind(), ErrorKind::Conflict);
                assert_eq!(manager.provision(slug.as_str()).await.unwrap_err().kind(), ErrorKind::Conflict);
                assert_eq!(manager.purge_due(|_| {}).await.unwrap(), [slug.as_str()]);
            }
            assert!(manager.purge_due(|_| {}).await.unwrap().is_empty());
            let left = format!("SELECT datname::text FROM pg_database WHERE datname = '{}'", slug.database_name());
            assert!(texts(&server.url(CATALOG_DB_NAME), &left).await.is_empty());
            // The name is free, and the new tenant has an epoch that the old one never had.
            let again = manager.provision(slug.as_str()).await.unwrap();
            assert!(again.epoch() > first.epoch() && !again.is_same_tenant(&first));
            assert_eq!(manager.catalog().find(kept.as_str()).await.unwrap().status(), TenantStatus::Active);
        }
    }
    assert!(killed.contains(&Step::SchemaDropped) && killed.contains(&Step::DatabaseDropped), "{killed:?}");
}

#[tokio::test]
async fn what_is_dropped_is_gone_and_nothing_else() {
    let server = sqh_dev_postgres::shared().await;
    let manager = manager(&server.admin_url());
    for placement in Placement::ALL {
        let (slug, kept) = (new_slug("gone"), new_slug("stays"));
        tenant_with_rows(&manager, &slug, placement).await;
        tenant_with_rows(&manager, &kept, placement).await;
        assert!(manager.size(slug.as_str()).await.unwrap().bytes() > 0);
        let before = manager.catalog().handle(slug.as_str()).await.unwrap();
        let now = DropConfirmation::new(slug.as_str()).grace(Duration::ZERO);
        let tenant = manager.drop_later(slug.as_str(), &now).await.unwrap();
        assert!(manager.purge_due(|_| {}).await.unwrap().contains(&slug.as_str().to_owned()));
        assert_eq!(before.record().check_status().unwrap_err().kind(), ErrorKind::NotFound);

        let stays = manager.catalog().find(kept.as_str()).await.unwrap();
        let count = |of: &Slug, schema: &str| match placement {
            Placement::Row => format!("SELECT count(*)::text FROM {}  WHERE tenant_id = '{of}'", STATION.table),
            _ => format!("SELECT count(*)::text FROM \"{schema}\".\"{}\"", STATION.table),
        };
        assert_eq!(texts(&server.url(stays.database()), &count(&kept, stays.schema())).await, ["1"]);
        let left = match placement {
            Placement::Database => {
                let left = format!("SELECT datname::text FROM pg_database WHERE datname = '{}'", tenant.database());
                texts(&server.url(CATALOG_DB_NAME), &left).await
            }
            Placement::Schema => {
                let left = format!("SELECT nspname::text FROM pg_namespace WHERE nspname = '{}'", tenant.schema());
                texts(&server.url(tenant.database()), &left).await
            }
            Placement::Row => {
                let left = format!(
                    "SELECT tenant_id FROM {} WHERE tenant_id = '{slug}' UNION ALL SELECT id FROM tenants WHERE id = '{slug}' \
                     UNION ALL SELECT tenant FROM sqh.placements WHERE tenant = '{slug}'",
                    STATION.table
                );
                texts(&server.url(tenant.database()), &left).await
            }
        };
        assert!(left.is_empty(), "{left:?}");
    }
}
