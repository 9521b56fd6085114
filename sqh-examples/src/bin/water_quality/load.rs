//! Loading the rows, each file all or nothing.

use std::time::{Duration, Instant};

use sqh_examples::data::{self, DataError, PLUMTREE_RUN, Records};
use sqh_examples::models::AppMeasurement;
use sqh_runtime::expr::{Filter, Predicate};
use sqh_runtime::prelude::*;
use sqh_runtime::scope::Shared;

use crate::Outcome;
use crate::progress::watched;
use crate::screen::{Screen, grouped};
use crate::setup::Example;

/// A file, and the records that it becomes.
struct File<M> {
    what: &'static str,
    rows: u64,
    open: fn() -> Result<Records<M>, DataError>,
    /// Which of the model's records are the file's.
    records: fn() -> Predicate<M>,
}

/// Loads every file, unless its rows are there from an earlier run.
pub(crate) async fn load(screen: &Screen, example: &Example) -> Outcome {
    screen.section("The rows, by batch_create_count")?;
    let file = File { what: "stations", rows: data::STATIONS, open: data::stations, records: all };
    load_file(screen, example, file).await?;
    if example.has_postgis {
        let file = File { what: "places of stations", rows: data::STATIONS, open: data::sites, records: all };
        load_file(screen, example, file).await?;
    }
    let file = File { what: "parameters", rows: data::PARAMETERS, open: data::parameters, records: all };
    load_file(screen, example, file).await?;
    let file = File { what: "legal limits", rows: data::THRESHOLDS, open: data::thresholds, records: all };
    load_file(screen, example, file).await?;

    let (from, to) = (data::FIRST_DAY, data::END_DAY);
    let partitions = example.platform.ensure_partitions::<AppMeasurement>(&example.shared, from, to).await?;
    screen.fact("partitions", format_args!("{:>9} made, a month each from {from}", partitions.made.len()))?;
    let records = || AppMeasurement::STATION_CODE.ne(PLUMTREE_RUN);
    let file = File { what: "daily values", rows: data::DAILY_VALUES, open: data::daily, records };
    load_file(screen, example, file).await?;
    let records = || AppMeasurement::STATION_CODE.eq(PLUMTREE_RUN);
    let rows = data::INSTANTANEOUS_VALUES;
    let file = File { what: "instantaneous values", rows, open: data::instantaneous, records };
    load_file(screen, example, file).await
}

fn all<M>() -> Predicate<M> {
    Predicate::from_filter(Filter::Everything)
}

async fn load_file<M>(screen: &Screen, example: &Example, file: File<M>) -> Outcome
where
    M: PlatformModel<Scope = Shared, Writes = Shared>,
{
    let File { what, rows, open, records: which } = file;
    let records = example.platform.records();
    let cx = &example.shared;
    let there = records.count(cx, M::select().filter(which())).await?;
    if there == rows {
        screen.fact(what, format_args!("{:>9} rows, there from an earlier run", grouped(rows)))?;
        return Ok(());
    }
    if there > 0 {
        records.query(cx, M::delete().filter(which())).await?;
        screen
            .fact(what, format_args!("{:>9} rows of an earlier run deleted, being another number", grouped(there)))?;
    }
    let start = Instant::now();
    let (bar, lines) = watched(what, rows, open()?);
    let loaded = records.try_batch_create_count(cx, lines.map(|row| row.map_err(Error::from))).await;
    bar.finish_and_clear();
    let loaded = loaded?;
    screen.fact(what, format_args!("{:>9} rows {}", grouped(loaded), pace(loaded, start.elapsed())))?;
    Ok(())
}

/// How long it took, and how many rows a second that is where it says something.
fn pace(rows: u64, took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if rows < 10_000 {
        return format!("in {:>5.0} ms", seconds * 1000.0);
    }
    format!("in {seconds:>5.1} s, {} rows a second", grouped((rows as f64 / seconds) as u64))
}
