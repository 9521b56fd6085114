//! A join of two databases replies what the same join replies in one: random reports on random records.
//!
//! The shared records have twins in each tenant's own database. A report is asked twice: across, by one of the
//! strategies, and of the twins. `SQH_JOIN_CASES` tries another number of reports, and a
//! failure says the `SQH_JOIN_SEED` that leads to it again.

mod draw;
mod models;

use futures::StreamExt as _;
use serde_json::{Map, Value as Json};
use sqh_runtime::prelude::*;
use sqh_runtime::report::{count, from};
use sqh_runtime::schema::Placement;
use sqh_runtime::scope::Tenant;
use sqh_runtime::service::JoinStrategy;
use sqh_tests::harness::World;
use sqh_tests::harness::postgres::Postgres;

use self::draw::{Draw, Report};
use self::models::{Gauge, GaugeTwin, Method, MethodTwin, Sample};

/// How many reports are asked.
const CASES: u64 = 10_000;

/// How many are asked at the same time.
const AT_ONCE: usize = 4;

const STRATEGIES: [JoinStrategy; 3] = [JoinStrategy::Auto, JoinStrategy::ShipTenantRows, JoinStrategy::ShipSharedRows];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_join_of_two_databases_replies_what_it_replies_in_one() {
    let seed = number("SQH_JOIN_SEED").unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0);
    let cases = number("SQH_JOIN_CASES").unwrap_or(CASES);
    let mut draw = Draw::new(seed);
    let harness = Postgres::shared().await;
    let (world, tenants) = world(&harness, &mut draw).await;
    let strategies = strategies(&world, &tenants[2]).await;
    assert_eq!(strategies, [JoinStrategy::ShipTenantRows, JoinStrategy::ShipSharedRows]);
    let reports = (0..cases).map(|_| (draw.report(), draw.pick(&STRATEGIES), draw.below(tenants.len())));
    let reports: Vec<(Report, JoinStrategy, usize)> = reports.collect();
    let asking = reports.iter().map(async |(report, strategy, tenant)| {
        let outcome = compare(&world, &tenants[*tenant], report, *strategy).await;
        outcome.unwrap_or_else(|why| panic!("{why}\n{strategy}: {report:#?}\nrun it again with SQH_JOIN_SEED={seed}"))
    });
    let answered: Vec<bool> = futures::stream::iter(asking).buffer_unordered(AT_ONCE).collect().await;
    let refused = answered.iter().filter(|answered| !**answered).count();
    assert!(
        refused * 8 < answered.len(),
        "{refused} of {} reports were refused (SQH_JOIN_SEED={seed})",
        answered.len()
    );
}

/// Tenants in every placement with no, few and many records, and shared ones with their twins.
async fn world(harness: &Postgres, draw: &mut Draw) -> (World, Vec<Cx<Tenant>>) {
    let models = models![Sample, Gauge, GaugeTwin, Method, MethodTwin];
    let world = World::with(harness, |builder| builder.models(models)).await;
    let (records, shared) = (&world.records, world.shared());
    records.query(&shared, Gauge::delete().all()).await.unwrap();
    records.query(&shared, Method::delete().all()).await.unwrap();
    // Many of them have no partner, so that keys are worth being sent ahead.
    let (stations, methods) = (draw.stations(240), draw.methods());
    records.batch_create(&shared, stations.clone()).await.unwrap();
    records.batch_create(&shared, methods.clone()).await.unwrap();
    let mut tenants = Vec::new();
    for placement in [Placement::Database, Placement::Schema, Placement::Row] {
        for count in [0, 7, 60] {
            let cx = world.another_tenant_in(placement).await;
            let twins: Vec<GaugeTwin> = stations.iter().cloned().map(GaugeTwin::from).collect();
            records.batch_create(&cx, twins).await.unwrap();
            let twins: Vec<MethodTwin> = methods.iter().cloned().map(MethodTwin::from).collect();
            records.batch_create(&cx, twins).await.unwrap();
            records.batch_create(&cx, draw.samples(count)).await.unwrap();
            tenants.push(cx);
        }
    }
    harness.analyze().await;
    (world, tenants)
}

/// Which ways are chosen for a few of the tenant's rows against many shared ones, and for many against few.
async fn strategies(world: &World, cx: &Cx<Tenant>) -> [JoinStrategy; 2] {
    let postgres = world.platform.postgres();
    let across = || from::<Sample>().inner_join(Sample::STATION.equals(Gauge::CODE));
    let explain = async |report| postgres.explain_join_shared(cx, report, JoinStrategy::Auto).await.unwrap();
    let few = explain(across().aggregate((count(),))).await;
    let many = explain(across().filter(Gauge::ID.eq(1)).aggregate((count(),))).await;
    // Of the shared ones only those that have a partner are sent.
    let report = across().aggregate((count(),));
    let sent = postgres.explain_join_shared(cx, report, JoinStrategy::ShipSharedRows).await.unwrap();
    let reduced = &sent.sources[1];
    assert!(reduced.sent.is_some_and(|sent| sent * 2 <= reduced.rows), "{sent}");
    [few.strategy, many.strategy]
}

/// Whether both reply the same; `false` if the join was refused, as it may be.
async fn compare(world: &World, cx: &Cx<Tenant>, report: &Report, strategy: JoinStrategy) -> Result<bool, String> {
    let postgres = world.platform.postgres();
    let (root, json) = report.in_one_database();
    let expected = postgres.join_dyn(cx, "joins", &root, &json).await.map_err(|error| format!("in one: {error}"))?;
    let (root, json) = report.across();
    match postgres.join_shared_dyn(cx, "joins", &root, &json, strategy).await {
        Ok(rows) => same(report, rows, expected).map(|()| true),
        Err(error) if error.kind() == ErrorKind::Unsupported && error.message().contains("the database's own") => {
            Ok(false)
        }
        Err(error) => Err(format!("across: {error}")),
    }
}

fn same(report: &Report, mut rows: Vec<Map<String, Json>>, mut expected: Vec<Map<String, Json>>) -> Result<(), String> {
    if !report.is_ordered() {
        let text = |row: &Map<String, Json>| Json::Object(row.clone()).to_string();
        rows.sort_by_cached_key(text);
        expected.sort_by_cached_key(text);
    }
    if rows == expected {
        return Ok(());
    }
    Err(format!("{} rows across, {} in one:\n{rows:?}\n{expected:?}", rows.len(), expected.len()))
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {value:?}")))
}
