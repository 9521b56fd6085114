//! Monthly means of each parameter over the instantaneous values, by `aggregate` and by the same SQL
//! written by hand with sqlx, on one server.
//!
//! `cargo run --release -p sqh-benches --bin report-cost [-- ROUNDS [STATIONS]]`: every value is stored for
//! so many stations, of which the first is the real one (1 without an argument). A round is both ways,
//! one after the other, in alternating order, and both give the same rows.

#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::time::Instant;

use sqh_dev_postgres::Server;
use sqh_examples::data;
use sqh_examples::models::AppMeasurement;
use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqh_runtime::report::{avg, count, from, month};
use sqh_runtime::schema::SHARED_REFERENCE_DB_NAME;
use sqh_runtime::scope::Shared;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

type AnyResult<T> = std::result::Result<T, Box<dyn std::error::Error>>;

type Month = (String, DateTime<Utc>, i64, f64);

const BY_HAND: &str = "SELECT parameter_code, date_trunc('month', measured_at, 'UTC'), count(*), avg(value) \
                       FROM app_measurement GROUP BY 1, 2 ORDER BY 1, 2";

#[tokio::main(flavor = "current_thread")]
async fn main() -> AnyResult<()> {
    let arguments: Vec<usize> = std::env::args().skip(1).map(|text| text.parse()).collect::<Result<_, _>>()?;
    let rounds = arguments.first().copied().unwrap_or(9);
    let stations = arguments.get(1).copied().unwrap_or(1);

    let server = Server::start().await?;
    println!("{}", server.describe());
    let platform = Platform::builder().models(models![AppMeasurement]).postgres(server.admin_url()).build().await?;
    platform.init().await?;
    let cx = platform.shared(&Principal::system("a measurement")).await?;
    let mut connection = PgConnection::connect(&server.url(SHARED_REFERENCE_DB_NAME)).await?;
    load(&platform, &cx, &mut connection, stations).await?;

    let mut ratios = Vec::new();
    for round in 0..rounds {
        let (mut by_hand, mut by_model) = ((0.0, Vec::new()), (0.0, Vec::new()));
        for turn in 0..2 {
            let start = Instant::now();
            if (round + turn) % 2 == 0 {
                let rows: Vec<Month> = sqlx::query_as(BY_HAND).fetch_all(&mut connection).await?;
                by_hand = (start.elapsed().as_secs_f64(), rows);
            } else {
                let rows = months(&platform, &cx).await?;
                by_model = (start.elapsed().as_secs_f64(), rows);
            }
        }
        assert!(agree(&by_hand.1, &by_model.1), "both ways give the same rows");
        ratios.push(by_model.0 / by_hand.0);
        println!(
            "by hand {:>7.1} ms   aggregate {:>7.1} ms   ratio {:.3}   {} rows",
            by_hand.0 * 1e3,
            by_model.0 * 1e3,
            by_model.0 / by_hand.0,
            by_hand.1.len()
        );
    }
    ratios.sort_by(f64::total_cmp);
    if let (Some(lowest), Some(highest)) = (ratios.first(), ratios.last()) {
        println!("{rounds} rounds: {:.3} of the time by hand ({lowest:.3} to {highest:.3})", ratios[ratios.len() / 2]);
    }
    Ok(())
}

/// Parallel workers add up in an order of their own, so that a mean may differ in its last digits.
fn agree(a: &[Month], b: &[Month]) -> bool {
    let same = |a: &Month, b: &Month| (&a.0, a.1, a.2) == (&b.0, b.1, b.2) && (a.3 - b.3).abs() <= a.3.abs() * 1e-9;
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

async fn months(platform: &Platform, cx: &Cx<Shared>) -> AnyResult<Vec<Month>> {
    let report = from::<AppMeasurement>()
        .aggregate((
            AppMeasurement::PARAMETER_CODE,
            month(AppMeasurement::MEASURED_AT),
            count(),
            avg(AppMeasurement::VALUE),
        ))
        .order_by(AppMeasurement::PARAMETER_CODE.asc())
        .order_by(month(AppMeasurement::MEASURED_AT).asc());
    Ok(platform.postgres().aggregate(cx, report).await?)
}

async fn load(platform: &Platform, cx: &Cx<Shared>, connection: &mut PgConnection, stations: usize) -> AnyResult<()> {
    let rows: Vec<AppMeasurement> = data::instantaneous()?.collect::<Result<_, _>>()?;
    let days = rows.iter().map(|row| row.measured_at.date_naive());
    let (Some(from), Some(to)) = (days.clone().min(), days.max()) else {
        return Err("there are no rows".into());
    };
    platform.ensure_partitions::<AppMeasurement>(cx, from, to.succ_opt().ok_or("the end of time")?).await?;
    let stored = platform.records().batch_create_count(cx, rows).await?;
    for station in 1..stations {
        let copy = format!(
            "INSERT INTO app_measurement (station_code, parameter_code, measured_at, value, qualifiers) \
             SELECT station_code || '-{station}', parameter_code, measured_at, value, qualifiers \
             FROM app_measurement WHERE position('-' IN station_code) = 0"
        );
        connection.execute(AssertSqlSafe(copy)).await?;
    }
    connection.execute("VACUUM ANALYZE app_measurement").await?;
    println!("{} rows", stored as usize * stations);
    Ok(())
}
