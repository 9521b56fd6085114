//! The same on a PostgreSQL server, where tenants share a database.

use std::sync::Arc;

use sqh_model::schema::Placement;

use super::super::clean::Made;
use super::{Isolation, Leak, Leaky, Sample, Tally};
use crate::backend::Backend;
use crate::backend::postgres::forget_tenant;
use crate::platform::Platform;
use crate::prelude::*;
use crate::tenancy::{TenantFilter, TenantOptions};

/// Runs the test with a leak; gives the platform for a closer look.
async fn run(leak: Leak, placement: Placement) -> (Platform, Result<super::super::Report>) {
    let url = sqh_dev_postgres::shared().await.admin_url();
    // A transaction that stays open keeps its connection.
    let builder = Platform::builder().models(models![Sample, Tally]).postgres(url).max_connections(20);
    let mut leaky = None;
    let around = |backend| Arc::new(leaky.insert(Leaky::new(leak, backend)).clone()) as Arc<dyn Backend>;
    let platform = builder.build_around(around).await.unwrap();
    platform.init().await.unwrap();
    let isolation = Isolation::new(&platform).model::<Sample>().model::<Tally>();
    let isolation = isolation.placed([TenantOptions::default().placement(placement)]);
    let isolation = isolation.tenants(3).operations(3_000).seed(11);
    if leak != Leak::DirtyConnection {
        return (platform, isolation.run().await);
    }
    // Nobody drops a tenant in which a transaction is open.
    let mut made = Made::default();
    let outcome = isolation.work(&mut made).await;
    leaky.unwrap().let_go();
    made.remove(&platform).await;
    (platform, outcome)
}

/// Asserts that a leak is found wherever tenants share a database, and told in these words.
async fn check(leak: Leak, words: &[&str]) {
    for placement in [Placement::Row, Placement::Schema] {
        check_in(placement, leak, words).await;
    }
}

async fn check_in(placement: Placement, leak: Leak, words: &[&str]) {
    let (platform, outcome) = run(leak, placement).await;
    let error = outcome.expect_err("a leak stays unseen");
    assert!(words.iter().any(|word| error.message().contains(word)), "{placement:?}: {error} says none of {words:?}");
    assert_gone(&platform, error.message()).await;
}

/// The tenants of a run are gone, whatever came of it.
async fn assert_gone(platform: &Platform, message: &str) {
    let (_, slug) = message.split_once("the tenant `").expect("a failure names the tenant");
    let slug = &slug[..slug.find('`').expect("the name ends")];
    let fleet = platform.fleet(&Principal::system("a test")).await.unwrap();
    let left = platform.tenants().list(&fleet, &TenantFilter::default()).await.unwrap();
    assert!(left.iter().all(|tenant| tenant.slug() != slug), "{slug} stays");
}

const ANY: &[&str] = &["the isolation of tenants is broken"];

#[tokio::test]
async fn an_operation_in_the_wrong_tenant_is_found() {
    check(Leak::WrongRoute, ANY).await;
}

#[tokio::test]
async fn a_list_with_others_rows_is_found() {
    check(Leak::ListOfAll, &["canary", "no record of the tenant", "came twice"]).await;
}

#[tokio::test]
async fn a_count_with_others_rows_is_found() {
    check(Leak::CountOfAll, &["records match, and the tenant has"]).await;
}

#[tokio::test]
async fn a_delete_of_others_rows_is_found() {
    check(Leak::DeleteOfAll, &["is missing", "is gone", "not found that is there", "records match"]).await;
}

#[tokio::test]
async fn a_message_with_anothers_value_is_found() {
    check(Leak::TalkativeError, &["canary"]).await;
}

#[tokio::test]
async fn a_transaction_that_stays_open_is_found() {
    check(Leak::DirtyConnection, ANY).await;
}

/// What statements lack, the check of what comes back may catch: the caller is spared, the test tells all
/// the same.
#[tokio::test]
async fn a_statement_without_the_tenants_condition_is_found() {
    // A count is a SELECT too, and what it gives is a number.
    let astray: &[&str] = &["a statement was not the tenant's own", "records match, and the tenant has"];
    let lost: &[&str] = &["is missing", "is gone", "not found that is there", "records match", "is not there", "own"];
    let cases = [
        ("SELECT count", &["records match, and the tenant has"][..]),
        ("SELECT", astray),
        ("DELETE", lost),
        ("UPDATE", lost),
    ];
    for (start, words) in cases {
        forget_tenant(Some(start));
        check_in(Placement::Row, Leak::Nothing, words).await;
        forget_tenant(None);
    }
}

#[tokio::test]
async fn the_tenants_stay_if_they_are_to_be_kept() {
    let url = sqh_dev_postgres::shared().await.admin_url();
    let platform = Platform::builder().models(models![Tally]).postgres(url).build().await.unwrap();
    platform.init().await.unwrap();
    let fleet = platform.fleet(&Principal::system("a test")).await.unwrap();
    for keep in [true, false] {
        let report =
            Isolation::new(&platform).model::<Tally>().tenants(1).operations(50).keep(keep).run().await.unwrap();
        let left = platform.tenants().list(&fleet, &TenantFilter::default()).await.unwrap();
        assert_eq!(left.iter().any(|tenant| tenant.slug() == report.tenants[0]), keep);
        Made { tenants: report.tenants, commons: None }.remove(&platform).await;
    }
}
