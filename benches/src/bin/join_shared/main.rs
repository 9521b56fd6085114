//! Joins of a tenant's records with shared ones, in two databases of one server, beside the same joins of the same
//! records in one database.
//!
//! `cargo run --release -p sqh-benches --bin join-shared [-- ROUNDS]`: 50,000 stations with 120 measurements each,
//! shared, and once more in the tenant's own database. A round is every way of a case, one after the other in
//! changing order, each twice, of which the second is timed; that all of them reply the same is asserted first.

#![allow(clippy::print_stdout, reason = "the figures are the output")]

mod model;

use std::time::Instant;

use sqh_dev_postgres::Server;
use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqh_runtime::report::{Sources, avg, count, from, max};
use sqh_runtime::schema::SHARED_REFERENCE_DB_NAME;
use sqh_runtime::service::{JoinStrategy, PostgresQueryService};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use self::model::{AppMeasurement, AppOwnMeasurement, AppOwnStation, AppSample, AppStation, AppWatch};

type AnyResult<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const TENANT: &str = "bench";

const STATIONS: &str = "INSERT INTO {} (code, name, basin) SELECT 'S' || i, 'Station ' || i, 'Basin ' || i % 200 \
                        FROM generate_series(1, 50000) i";
const MEASUREMENTS: &str = "INSERT INTO {} (id, station, taken_at, value) \
                            SELECT i, 'S' || 1 + (i - 1) % 50000, timestamptz '2026-01-01Z' + i * interval '1 second', \
                            (i * 79 % 1000) / 8.0 FROM generate_series(1, 6000000) i";

/// A way to the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    InOne,
    Across(JoinStrategy),
}

const WAYS: [Way; 4] = [
    Way::InOne,
    Way::Across(JoinStrategy::Auto),
    Way::Across(JoinStrategy::ShipTenantRows),
    Way::Across(JoinStrategy::ShipSharedRows),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> AnyResult<()> {
    let rounds = std::env::args().nth(1).map_or(Ok(31), |text| text.parse())?;
    let server = Server::start().await?;
    println!("{}", server.describe());
    let models = models![AppStation, AppMeasurement, AppOwnStation, AppOwnMeasurement, AppWatch, AppSample];
    let platform = Platform::builder().models(models).postgres(server.admin_url()).build().await?;
    platform.init().await?;
    let system = Principal::system("a measurement");
    platform.tenants().provision(&platform.fleet(&system).await?, TENANT).await?;
    let cx = platform.tenant(&system, TENANT).await?;
    seed(&platform, &cx, &server).await?;
    let postgres = platform.postgres();

    println!("100 keys, 6 M measurements, a row for each key");
    case(rounds, async |way| match way {
        Way::InOne => {
            let report = from::<AppWatch>()
                .inner_join(AppWatch::STATION.equals(AppOwnMeasurement::STATION))
                .aggregate((
                    AppWatch::STATION,
                    count(),
                    avg(AppOwnMeasurement::VALUE),
                    max(AppOwnMeasurement::TAKEN_AT),
                ))
                .order_by(AppWatch::STATION.asc());
            Ok(postgres.aggregate(&cx, report).await?)
        }
        Way::Across(strategy) => {
            let report = from::<AppWatch>()
                .inner_join(AppWatch::STATION.equals(AppMeasurement::STATION))
                .aggregate((AppWatch::STATION, count(), avg(AppMeasurement::VALUE), max(AppMeasurement::TAKEN_AT)))
                .order_by(AppWatch::STATION.asc());
            across(&postgres, &cx, report, strategy).await
        }
    })
    .await?;

    println!("20,000 samples, 50,000 stations, a row for each sample");
    case(rounds, async |way| match way {
        Way::InOne => {
            let report = from::<AppSample>()
                .inner_join(AppSample::STATION.equals(AppOwnStation::CODE))
                .select((AppSample::ID, AppSample::AMOUNT, AppOwnStation::NAME))
                .order_by(AppSample::ID.asc());
            Ok(postgres.join_query(&cx, report).await?)
        }
        Way::Across(strategy) => {
            let report = from::<AppSample>()
                .inner_join(AppSample::STATION.equals(AppStation::CODE))
                .select((AppSample::ID, AppSample::AMOUNT, AppStation::NAME))
                .order_by(AppSample::ID.asc());
            across(&postgres, &cx, report, strategy).await
        }
    })
    .await?;

    println!("20,000 samples, 50,000 stations, a row for each of 200 basins");
    case(rounds, async |way| match way {
        Way::InOne => {
            let report = from::<AppSample>()
                .inner_join(AppSample::STATION.equals(AppOwnStation::CODE))
                .aggregate((AppOwnStation::BASIN, count(), avg(AppSample::AMOUNT)))
                .order_by(AppOwnStation::BASIN.asc());
            Ok(postgres.aggregate(&cx, report).await?)
        }
        Way::Across(strategy) => {
            let report = from::<AppSample>()
                .inner_join(AppSample::STATION.equals(AppStation::CODE))
                .aggregate((AppStation::BASIN, count(), avg(AppSample::AMOUNT)))
                .order_by(AppStation::BASIN.asc());
            across(&postgres, &cx, report, strategy).await
        }
    })
    .await
}

async fn across<S: Sources, O>(
    postgres: &PostgresQueryService,
    cx: &Cx,
    report: sqh_runtime::report::Reading<S, O>,
    strategy: JoinStrategy,
) -> AnyResult<Vec<O>> {
    Ok(postgres.join_shared_by(cx, report, strategy).await?)
}

/// Asks in every way, makes sure that all reply the same, and prints the medians.
async fn case<O: PartialEq>(rounds: usize, ask: impl AsyncFn(Way) -> AnyResult<Vec<O>>) -> AnyResult<()> {
    let expected = ask(Way::InOne).await?;
    for way in WAYS {
        assert!(ask(way).await? == expected, "{way:?} replies something else");
    }
    let mut times = vec![Vec::new(); WAYS.len()];
    for round in 0..rounds {
        for turn in 0..WAYS.len() {
            let way = (round + turn) % WAYS.len();
            // The databases take each other's pages from memory: it is the second time that counts.
            ask(WAYS[way]).await?;
            let start = Instant::now();
            let rows = ask(WAYS[way]).await?;
            times[way].push(start.elapsed().as_secs_f64() * 1e3);
            assert_eq!(rows.len(), expected.len());
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    for (way, median) in WAYS.iter().zip(&medians) {
        let name = match way {
            Way::InOne => "in one database".to_owned(),
            Way::Across(strategy) => strategy.to_string(),
        };
        println!("  {name:<18} {median:>8.1} ms   ratio {:.2}", median / medians[0]);
    }
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

async fn seed(platform: &Platform, cx: &Cx, server: &Server) -> AnyResult<()> {
    let (records, shared) = (platform.records(), cx.shared());
    // A first use makes the table.
    records.count(&shared, AppStation::select()).await?;
    records.count(&shared, AppMeasurement::select()).await?;
    records.count(cx, AppOwnStation::select()).await?;
    records.count(cx, AppOwnMeasurement::select()).await?;
    for (database, prefix) in
        [(SHARED_REFERENCE_DB_NAME.to_owned(), "app_"), (format!("sqh_tenant_{TENANT}"), "app_own_")]
    {
        let mut connection = PgConnection::connect(&server.url(&database)).await?;
        for (insert, table) in [(STATIONS, "station"), (MEASUREMENTS, "measurement")] {
            connection.execute(AssertSqlSafe(insert.replace("{}", &format!("{prefix}{table}")))).await?;
        }
        connection.execute("VACUUM ANALYZE").await?;
    }
    let watches = (0..100).map(|i| AppWatch { station: format!("S{}", 1 + i * 457 % 50_000) });
    records.batch_create_count(cx, watches).await?;
    let sample = |i: i64| AppSample { id: i, station: format!("S{}", 1 + i * 7919 % 50_000), amount: (i % 64) as f64 };
    records.batch_create_count(cx, (0..20_000).map(sample)).await?;
    let mut connection = PgConnection::connect(&server.url(&format!("sqh_tenant_{TENANT}"))).await?;
    connection.execute("VACUUM ANALYZE").await?;
    Ok(())
}
