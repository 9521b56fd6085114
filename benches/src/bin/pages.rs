//! Much of a table, in two ways each: a page at depth, by keyset and by `OFFSET`; and all of it, as a stream and
//! collected.
//!
//! `cargo run --release -p sqh-benches --bin pages [-- ROUNDS [DEPTH]]`. Both pages hold the same records. Peaks of
//! memory are those of processes of their own (`VmHWM`, on Linux), which add up the same values.

#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::process::Command;
use std::time::Instant;

use futures::TryStreamExt as _;
use sqh_dev_postgres::Server;
use sqh_examples::data;
use sqh_examples::models::AppMeasurement;
use sqh_runtime::Platform;
use sqh_runtime::expr::Select;
use sqh_runtime::prelude::*;
use sqh_runtime::report::{from, record};
use sqh_runtime::schema::SHARED_REFERENCE_DB_NAME;
use sqh_runtime::scope::Shared;
use sqlx::{Connection as _, Executor as _, PgConnection};

type AnyResult<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// How many records a page has.
const PAGE: u32 = 50;

/// Where a process that measures its memory finds the server.
const URL: &str = "SQH_PAGES_URL";

/// The ways to read all records; the first reads none.
const WAYS: [&str; 4] = ["nothing", "stream", "stream_report", "list"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> AnyResult<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let (Ok(url), [way]) = (std::env::var(URL), &arguments[..]) {
        return read_all(&url, way).await;
    }
    let number = |i: usize| arguments.get(i).map(|text| text.parse::<u32>()).transpose();
    let (rounds, depth) = (number(0)?.unwrap_or(21), number(1)?.unwrap_or(100_000));

    let server = Server::start().await?;
    println!("{}", server.describe());
    let (platform, cx) = platform(&server.admin_url()).await?;
    platform.init().await?;
    load(&platform, &cx, &mut PgConnection::connect(&server.url(SHARED_REFERENCE_DB_NAME)).await?).await?;
    pages(&platform, &cx, rounds, depth).await?;
    for way in WAYS {
        let read = Command::new(std::env::current_exe()?).arg(way).env(URL, server.admin_url()).output()?;
        print!("{}{}", String::from_utf8(read.stdout)?, String::from_utf8(read.stderr)?);
    }
    Ok(())
}

async fn platform(url: &str) -> AnyResult<(Platform, Cx<Shared>)> {
    let platform = Platform::builder().models(models![AppMeasurement]).postgres(url).build().await?;
    let cx = platform.shared(&Principal::system("a measurement")).await?;
    Ok((platform, cx))
}

fn in_order() -> Select<AppMeasurement> {
    let by_place = AppMeasurement::select().order_by(AppMeasurement::STATION_CODE.asc());
    by_place.order_by(AppMeasurement::PARAMETER_CODE.asc()).order_by(AppMeasurement::MEASURED_AT.asc())
}

async fn pages(platform: &Platform, cx: &Cx<Shared>, rounds: u32, depth: u32) -> AnyResult<()> {
    let records = platform.records();
    let before = records.page(cx, in_order(), depth, None).await?;
    let cursor = before.next.ok_or("the table is not as deep")?;
    let at_depth = || in_order().offset(depth.into()).limit(PAGE.into());
    let (page, list) = (records.page(cx, in_order(), PAGE, Some(&cursor)).await?, records.list(cx, at_depth()).await?);
    assert_eq!(page.records, list, "both ways give the same records");
    assert_eq!(list.len(), PAGE as usize);

    let (mut keyset, mut offset) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        for turn in 0..2 {
            let start = Instant::now();
            if (round + turn).is_multiple_of(2) {
                records.page(cx, in_order(), PAGE, Some(&cursor)).await?;
                keyset.push(start.elapsed().as_secs_f64() * 1e3);
            } else {
                records.list(cx, at_depth()).await?;
                offset.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    let (keyset, offset) = (median(keyset), median(offset));
    println!(
        "{PAGE} records at depth {depth}: keyset {keyset:.2} ms, offset {offset:.2} ms, {:.0} times",
        offset / keyset
    );
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Reads every record in a way, and tells the most memory that the process has had.
async fn read_all(url: &str, way: &str) -> AnyResult<()> {
    let (platform, cx) = platform(url).await?;
    let add = async |(count, sum), record: AppMeasurement| Ok::<_, Error>((count + 1, sum + record.value));
    let start = Instant::now();
    let (count, sum): (u64, f64) = match way {
        "stream" => platform.records().stream(&cx, in_order()).await?.try_fold((0, 0.0), add).await?,
        "stream_report" => {
            let report = from::<AppMeasurement>()
                .select(record::<AppMeasurement>())
                .order_by(AppMeasurement::STATION_CODE.asc())
                .order_by(AppMeasurement::PARAMETER_CODE.asc())
                .order_by(AppMeasurement::MEASURED_AT.asc());
            platform.postgres().stream_report(&cx, report).await?.try_fold((0, 0.0), add).await?
        }
        "list" => {
            let all = platform.records().list(&cx, in_order().limit(u64::from(u32::MAX))).await?;
            (all.len() as u64, all.iter().fold(0.0, |sum, record| sum + record.value))
        }
        _ => (platform.records().count(&cx, AppMeasurement::select()).await?, 0.0),
    };
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("unknown", str::trim);
    println!("{way:<14} {count} records, sum {sum:.3}, {:.2} s, peak {peak}", start.elapsed().as_secs_f64());
    Ok(())
}

async fn load(platform: &Platform, cx: &Cx<Shared>, connection: &mut PgConnection) -> AnyResult<()> {
    let rows: Vec<AppMeasurement> = data::instantaneous()?.collect::<Result<_, _>>()?;
    let days = rows.iter().map(|row| row.measured_at.date_naive());
    let (Some(from), Some(to)) = (days.clone().min(), days.max()) else {
        return Err("there are no rows".into());
    };
    platform.ensure_partitions::<AppMeasurement>(cx, from, to.succ_opt().ok_or("the end of time")?).await?;
    let stored = platform.records().batch_create_count(cx, rows).await?;
    connection.execute("VACUUM ANALYZE app_measurement").await?;
    println!("{stored} rows");
    Ok(())
}
