//! What only PostgreSQL can: names spelt wrongly, and partitions that are not read.

use sqh_examples::data::PLUMTREE_RUN;
use sqh_examples::models::{AppMeasurement, AppWaterQualityStation, INTERPOLATED};
use sqh_runtime::expr::Select;
use sqh_runtime::prelude::*;

use crate::Outcome;
use crate::screen::{Screen, grouped};
use crate::setup::Example;

/// Discharge, in cubic feet per second.
const DISCHARGE: &str = "00060";

/// A substring finds nothing, and a similar word does.
pub(crate) async fn misspelt(screen: &Screen, example: &Example) -> Outcome {
    screen.section("A name spelt wrongly")?;
    let cx = &example.shared;
    let text = "shenandoa rivr luray";
    let literal = example.platform.records().search(cx, text, AppWaterQualityStation::select()).await?;
    screen.fact("search", format_args!("`{text}` finds {} stations", literal.len()))?;
    let postgres = example.platform.postgres();
    for station in postgres.fuzzy_search(cx, AppWaterQualityStation::NAME, text, 3).await? {
        screen.fact("fuzzy_search", format_args!("{}  {}", station.station_code, station.name))?;
    }
    Ok(())
}

/// A month of one parameter: only that month's partition is read.
pub(crate) async fn month(screen: &Screen, example: &Example) -> Outcome {
    screen.section("A month of values")?;
    let records = example.platform.records();
    let cx = &example.shared;
    let all = records.count(cx, discharge_in_january_2016()?).await?;
    let measured = records.count(cx, measured_discharge()?).await?;
    screen.fact("values", format_args!("{} discharges at Plumtree Run in January 2016", grouped(all)))?;
    screen.fact("interpolated", format_args!("{}, left out of what follows", grouped(all - measured)))?;
    screen.fact("measured", grouped(measured))?;
    // The nodes of the plan, each a line with its cost; the lines between are their conditions.
    let plan = example.platform.postgres().explain_count(cx, measured_discharge()?).await?;
    for node in plan.lines.iter().filter_map(|line| line.split_once("  (cost")).map(|(node, _)| node) {
        screen.fact("explain_count", node)?;
    }
    Ok(())
}

fn discharge_in_january_2016() -> Outcome<Select<AppMeasurement>> {
    let from: DateTime<Utc> = "2016-01-01T00:00:00Z".parse()?;
    let to: DateTime<Utc> = "2016-02-01T00:00:00Z".parse()?;
    Ok(AppMeasurement::select()
        .filter(AppMeasurement::STATION_CODE.eq(PLUMTREE_RUN))
        .filter(AppMeasurement::PARAMETER_CODE.eq(DISCHARGE))
        .filter(AppMeasurement::MEASURED_AT.gte(from).and(AppMeasurement::MEASURED_AT.lt(to))))
}

fn measured_discharge() -> Outcome<Select<AppMeasurement>> {
    Ok(discharge_in_january_2016()?.filter(!AppMeasurement::QUALIFIERS.contains(INTERPOLATED)))
}
