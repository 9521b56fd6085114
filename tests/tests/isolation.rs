//! Many tenants at work at the same time see nothing of each other.
//!
//! `SQH_ISOLATION_OPS=10000000 SQH_SEED=… cargo test --release -p sqh-tests --test isolation` tries
//! more, or the same again; with `SQH_ISOLATION_KEEP=1` the tenants stay, to be looked at.

use sqh_runtime::models;
use sqh_runtime::prelude::*;
use sqh_runtime::schema::Placement;
use sqh_runtime::tenancy::TenantOptions;
use sqh_runtime::testing::isolation::{Isolation, Report};
use sqh_runtime::{Platform, PlatformBuilder};
use sqh_tests::harness::Harness;
use sqh_tests::harness::memory::Memory;
use sqh_tests::harness::postgres::Postgres;
use sqh_tests::models::{
    self as suite, Book, BookShelf, Chapter, Clue, Coupon, Deed, Essay, Event, Perhaps, Person, Reader, ReaderCard,
    Reading, Remark, Station, Tagged,
};

/// How many operations all the tests do together, unless `SQH_ISOLATION_OPS` says another number. CI
/// runs them without optimisation among the others, and once more with it.
const OPERATIONS: u64 = if cfg!(debug_assertions) { 10_000 } else { 100_000 };

/// How often something goes wrong around them, in a thousand operations.
const UNREST: u32 = 20;

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {value:?}")))
}

fn builder() -> PlatformBuilder {
    Platform::builder().models(suite::all()).models(models![Deed])
}

/// Runs a share of the operations, in a hundred, over all models of the suite that the backend keeps.
#[allow(clippy::print_stderr, reason = "the seed is told before anything can fail")]
async fn check(what: &str, platform: &Platform, placements: &[Placement], share: u64) -> Report {
    let seed = number("SQH_SEED").unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0);
    let operations = number("SQH_ISOLATION_OPS").unwrap_or(OPERATIONS) * share / 100;
    eprintln!("{what}: {operations} operations, SQH_SEED={seed}");
    let isolation = Isolation::new(platform)
        .model::<Book>()
        .model::<BookShelf>()
        .model::<Event>()
        .model::<Reading>()
        .model::<Reader>()
        .model::<ReaderCard>()
        .model::<Chapter>()
        .model::<Clue>()
        .model::<Remark>()
        .model::<Person>()
        .model::<Perhaps>()
        .model::<Essay>()
        .model::<Deed>()
        .shared_model::<Station>();
    let isolation = match what {
        "memory" => isolation,
        _ => isolation.model::<Coupon>().model::<Tagged>(),
    };
    let options = placements.iter().map(|placement| TenantOptions::default().placement(*placement));
    let isolation = isolation.placed(options);
    let isolation = isolation.keep(std::env::var_os("SQH_ISOLATION_KEEP").is_some());
    let report = isolation.tenants(8).unrest(UNREST).operations(operations).seed(seed).run().await;
    let report = report.unwrap_or_else(|error| panic!("{what}: {}", error.message()));
    eprintln!("{what}: {report}");
    assert_eq!(report.walks.missing(), [""; 0], "every path is walked");
    assert!(report.crowds > 0 && report.visits > 0, "several callers, and shared records");
    report
}

async fn placed(what: &str, placements: &[Placement], share: u64) {
    let harness = Postgres::shared().await;
    let platform = harness.platform(builder()).await;
    check(what, &platform, placements, share).await;
}

#[tokio::test]
async fn in_memory() {
    let platform = Memory.platform(builder()).await;
    check("memory", &platform, &[], 30).await;
}

#[tokio::test]
async fn in_databases() {
    placed("databases", &[Placement::Database], 3).await;
}

#[tokio::test]
async fn in_schemas() {
    placed("schemas", &[Placement::Schema], 20).await;
}

#[tokio::test]
async fn in_rows() {
    placed("rows", &[Placement::Row], 27).await;
}

#[tokio::test]
async fn in_all_placements() {
    placed("all placements", &Placement::ALL, 20).await;
}
