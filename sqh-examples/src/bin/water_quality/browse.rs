//! Shared records: get, list with typed filters, page by page.

use sqh_examples::data::PLUMTREE_RUN;
use sqh_examples::models::{AppMeasurement, AppWaterQualityStation, INTERPOLATED};
use sqh_runtime::prelude::*;

use crate::Outcome;
use crate::screen::Screen;
use crate::setup::Example;

/// Turbidity, in formazin nephelometric units.
const TURBIDITY: &str = "63680";
const PAGE: u32 = 80;

/// Stations and their values, as any tenant may read them.
pub(crate) async fn stations(screen: &Screen, example: &Example) -> Outcome {
    screen.section("Shared records: get, list, page")?;
    let records = example.platform.records();
    let cx = &example.shared;

    let station: AppWaterQualityStation = records.get(cx, PLUMTREE_RUN.to_owned()).await?;
    screen.fact("get", format_args!("{}  {}", station.station_code, station.name))?;

    let northern = AppWaterQualityStation::select()
        .filter(AppWaterQualityStation::NAME.like("%SHENANDOAH%").and(AppWaterQualityStation::LATITUDE.gt(38.7)))
        .order_by(AppWaterQualityStation::LATITUDE.desc());
    for station in records.list(cx, northern).await? {
        screen.fact("list, north of 38.7°", format_args!("{:.3}  {}", station.latitude, station.name))?;
    }

    let muddy = AppMeasurement::select()
        .filter(AppMeasurement::STATION_CODE.eq(PLUMTREE_RUN))
        .filter(AppMeasurement::PARAMETER_CODE.eq(TURBIDITY))
        .filter(!AppMeasurement::QUALIFIERS.contains(INTERPOLATED))
        .order_by(AppMeasurement::VALUE.desc())
        .limit(3);
    for value in records.list(cx, muddy).await? {
        let at = value.measured_at.format("%Y-%m-%d %H:%M");
        screen.fact("list, most turbid", format_args!("{at}  {} FNU", value.value))?;
    }

    let mut after = None;
    for number in 1.. {
        let by_name = AppWaterQualityStation::select().order_by(AppWaterQualityStation::NAME.asc());
        let page = records.page(cx, by_name, PAGE, after.as_deref()).await?;
        if let [first, .., last] = page.records.as_slice() {
            let count = page.records.len();
            screen.fact(
                format_args!("page {number} by keyset"),
                format_args!("{count} stations: {} … {}", first.name, last.name),
            )?;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(())
}
