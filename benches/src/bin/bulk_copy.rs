//! Rows a second of `batch_create_count` beside a binary `COPY` written by hand, of the same rows
//! into the same partitioned table of the same server.
//!
//! `cargo run --release -p sqh-benches --bin bulk-copy [-- ROWS [ROUNDS]]` reads instantaneous
//! values into memory first, so that reading CSV is no part of it. A round is both ways, one after
//! the other, in alternating order, each into the emptied table. Before the rounds it prints how
//! batches of several sizes fare, arrays up to 4,096 records and `COPY` beyond.

#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::time::Instant;

use sqh_dev_postgres::Server;
use sqh_examples::data;
use sqh_examples::models::AppMeasurement;
use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqh_runtime::schema::SHARED_REFERENCE_DB_NAME;
use sqh_runtime::scope::Shared;
use sqlx::{Connection as _, Executor as _, PgConnection};

type AnyResult<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> AnyResult<()> {
    let arguments: Vec<usize> = std::env::args().skip(1).map(|text| text.parse()).collect::<Result<_, _>>()?;
    let count = arguments.first().copied().unwrap_or(300_000);
    let rounds = arguments.get(1).copied().unwrap_or(7);

    let server = Server::start().await?;
    println!("{}", server.describe());
    let platform = Platform::builder().models(models![AppMeasurement]).postgres(server.admin_url()).build().await?;
    platform.init().await?;
    let cx = platform.shared(&Principal::system("a measurement")).await?;
    let records = platform.records();
    let rows: Vec<AppMeasurement> = data::instantaneous()?.take(count).collect::<Result<_, _>>()?;
    make_partitions(&platform, &rows).await?;
    let mut connection = PgConnection::connect(&server.url(SHARED_REFERENCE_DB_NAME)).await?;

    print_by_size(&records, &cx, &mut connection, &rows).await?;
    let mut ratios = Vec::new();
    for round in 0..rounds {
        let (mut by_hand, mut by_model) = (0.0, 0.0);
        for turn in 0..2 {
            connection.execute("TRUNCATE app_measurement").await?;
            connection.execute("CHECKPOINT").await?;
            let start = Instant::now();
            if (round + turn) % 2 == 0 {
                copy_by_hand(&mut connection, &rows).await?;
                by_hand = start.elapsed().as_secs_f64();
            } else {
                let copies = rows.clone();
                let start = Instant::now();
                records.batch_create_count(&cx, copies).await?;
                by_model = start.elapsed().as_secs_f64();
            }
            let stored = records.count(&cx, AppMeasurement::select()).await?;
            assert_eq!(stored, rows.len() as u64, "both ways store every row");
        }
        let speed = |seconds: f64| rows.len() as f64 / seconds;
        ratios.push(by_hand / by_model);
        println!(
            "by hand {:>9.0} rows/s   batch_create_count {:>9.0} rows/s   ratio {:.3}",
            speed(by_hand),
            speed(by_model),
            by_hand / by_model
        );
    }
    ratios.sort_by(f64::total_cmp);
    if ratios.is_empty() {
        return Ok(());
    }
    println!(
        "{} rows, {rounds} rounds: the model at {:.3} of the speed by hand ({:.3} to {:.3})",
        rows.len(),
        ratios[ratios.len() / 2],
        ratios[0],
        ratios[ratios.len() - 1]
    );
    Ok(())
}

/// Where the arrays of small batches give way to `COPY`.
async fn print_by_size(
    records: &PlatformGroupRecordService,
    cx: &Cx<Shared>,
    connection: &mut PgConnection,
    rows: &[AppMeasurement],
) -> AnyResult<()> {
    for size in [1_000, 2_000, 4_000, 5_000, 10_000] {
        let mut seconds = Vec::new();
        connection.execute("TRUNCATE app_measurement").await?;
        for batch in rows.chunks_exact(size).take(25) {
            let batch = batch.to_vec();
            let start = Instant::now();
            records.batch_create_count(cx, batch).await?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        seconds.sort_by(f64::total_cmp);
        if let Some(median) = seconds.get(seconds.len() / 2) {
            let slowest = seconds.last().copied().unwrap_or_default();
            println!(
                "batches of {size:>5}: {:>9.0} rows/s, {:.1} ms, the slowest {:.1} ms",
                size as f64 / median,
                median * 1e3,
                slowest * 1e3
            );
        }
    }
    Ok(())
}

async fn make_partitions(platform: &Platform, rows: &[AppMeasurement]) -> AnyResult<()> {
    let days = rows.iter().map(|row| row.measured_at.date_naive());
    let (Some(from), Some(to)) = (days.clone().min(), days.max()) else {
        return Err("there are no rows".into());
    };
    let cx = platform.shared(&Principal::system("the measurement")).await?;
    platform.ensure_partitions::<AppMeasurement>(&cx, from, to.succ_opt().ok_or("the end of time")?).await?;
    Ok(())
}

/// As one would write it for this table alone.
async fn copy_by_hand(connection: &mut PgConnection, rows: &[AppMeasurement]) -> AnyResult<()> {
    const EPOCH_MICROS: i64 = 946_684_800_000_000;
    let sql = "COPY app_measurement (station_code, parameter_code, measured_at, value, qualifiers) \
               FROM STDIN (FORMAT binary)";
    let mut copy = connection.copy_in_raw(sql).await?;
    let mut buffer = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    let text = |buffer: &mut Vec<u8>, text: &str| {
        buffer.extend_from_slice(&(text.len() as i32).to_be_bytes());
        buffer.extend_from_slice(text.as_bytes());
    };
    for row in rows {
        buffer.extend_from_slice(&5_i16.to_be_bytes());
        text(&mut buffer, &row.station_code);
        text(&mut buffer, &row.parameter_code);
        buffer.extend_from_slice(&8_i32.to_be_bytes());
        buffer.extend_from_slice(&(row.measured_at.timestamp_micros() - EPOCH_MICROS).to_be_bytes());
        buffer.extend_from_slice(&8_i32.to_be_bytes());
        buffer.extend_from_slice(&row.value.to_be_bytes());
        let start = buffer.len();
        buffer.extend_from_slice(&[0; 4]);
        let dimensions = i32::from(!row.qualifiers.is_empty());
        for word in [dimensions, 0, 25] {
            buffer.extend_from_slice(&word.to_be_bytes());
        }
        if !row.qualifiers.is_empty() {
            buffer.extend_from_slice(&(row.qualifiers.len() as i32).to_be_bytes());
            buffer.extend_from_slice(&1_i32.to_be_bytes());
            row.qualifiers.iter().for_each(|qualifier| text(&mut buffer, qualifier));
        }
        let length = (buffer.len() - start - 4) as i32;
        buffer[start..start + 4].copy_from_slice(&length.to_be_bytes());
        if buffer.len() >= 128 << 10 {
            copy.send(buffer.as_slice()).await?;
            buffer.clear();
        }
    }
    buffer.extend_from_slice(&(-1_i16).to_be_bytes());
    copy.send(buffer.as_slice()).await?;
    copy.finish().await?;
    Ok(())
}
