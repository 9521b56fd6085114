//! A season in one report: the values of each parameter, and a picture of two of them.

use std::path::PathBuf;

use plotters::prelude::*;
use sqh_examples::data::PLUMTREE_RUN;
use sqh_examples::models::{AppMeasurement, AppParameter, INTERPOLATED};
use sqh_runtime::expr::Predicate;
use sqh_runtime::prelude::*;
use sqh_runtime::report::{QueryRow, avg, count, day, from, max, percentile};

use crate::Outcome;
use crate::screen::{Screen, grouped};
use crate::setup::Example;

/// Of water, in degrees Celsius.
const TEMPERATURE: &str = "00010";
/// In formazin nephelometric units.
const TURBIDITY: &str = "63680";
/// Days begin where the water is.
const ZONE: &str = "America/New_York";

/// What the values of a parameter were.
#[derive(Debug, QueryRow)]
struct Summary {
    description: String,
    unit: String,
    values: i64,
    mean: f64,
    p95: Option<f64>,
    most: f64,
}

/// The measured values of spring and summer 2016, by parameter and by day.
pub(crate) async fn season(screen: &Screen, example: &Example) -> Outcome {
    screen.section("A season in a report")?;
    let postgres = example.platform.postgres();
    let cx = &example.shared;
    let summary = from::<AppMeasurement>()
        .inner_join(AppMeasurement::PARAMETER_CODE.equals(AppParameter::PARAMETER_CODE))
        .filter(in_season()?)
        .aggregate(SummaryColumns {
            description: AppParameter::DESCRIPTION,
            unit: AppParameter::UNIT,
            values: count(),
            mean: avg(AppMeasurement::VALUE),
            p95: percentile(AppMeasurement::VALUE, 0.95),
            most: max(AppMeasurement::VALUE),
        })
        .order_by(AppParameter::DESCRIPTION.asc());
    for row in postgres.aggregate(cx, summary).await? {
        let Summary { description, unit, values, mean, p95, most } = row;
        let (values, p95) = (grouped(values.unsigned_abs()), p95.unwrap_or(most));
        let name: String = description.split(',').next().unwrap_or_default().chars().take(22).collect();
        screen.fact(name, format_args!("{values} values: mean {mean:.1}, 95 % below {p95:.1}, most {most} {unit}"))?;
    }
    let days = from::<AppMeasurement>()
        .filter(in_season()?)
        .filter(AppMeasurement::PARAMETER_CODE.is_in([TEMPERATURE, TURBIDITY]))
        .aggregate((
            AppMeasurement::PARAMETER_CODE,
            day(AppMeasurement::MEASURED_AT).in_zone(ZONE),
            avg(AppMeasurement::VALUE),
        ))
        .order_by(day(AppMeasurement::MEASURED_AT).in_zone(ZONE).asc());
    let days = postgres.aggregate(cx, days).await?;
    let of = |parameter: &str| -> Vec<(DateTime<Utc>, f64)> {
        let own = days.iter().filter(|(code, ..)| code == parameter);
        own.map(|(_, day, mean)| (*day, *mean)).collect()
    };
    let picture = picture_path();
    draw(&picture, &[("Water temperature, °C", BLUE, of(TEMPERATURE)), ("Turbidity, FNU", RED, of(TURBIDITY))])?;
    screen.fact("picture", format_args!("{} daily means in {}", days.len(), picture.display()))?;
    Ok(())
}

fn in_season() -> Outcome<Predicate<AppMeasurement>> {
    let from: DateTime<Utc> = "2016-03-01T05:00:00Z".parse()?;
    let to: DateTime<Utc> = "2016-09-01T04:00:00Z".parse()?;
    Ok(AppMeasurement::STATION_CODE
        .eq(PLUMTREE_RUN)
        .and(AppMeasurement::MEASURED_AT.gte(from))
        .and(AppMeasurement::MEASURED_AT.lt(to))
        .and(!AppMeasurement::QUALIFIERS.contains(INTERPOLATED)))
}

/// Beside what cargo builds, where the example is run from its checkout.
fn picture_path() -> PathBuf {
    let target = PathBuf::from("target");
    let folder = if target.is_dir() { target } else { std::env::temp_dir() };
    folder.join("water-quality.svg")
}

/// A name, a color, and a value for each day.
type Series<'a> = (&'a str, RGBColor, Vec<(DateTime<Utc>, f64)>);

/// One panel for each series, one below the other.
fn draw(path: &PathBuf, series: &[Series<'_>]) -> Outcome {
    let root = SVGBackend::new(path, (900, 520)).into_drawing_area();
    root.fill(&WHITE)?;
    let title = format!("{PLUMTREE_RUN}, daily means, spring and summer 2016");
    let root = root.titled(&title, ("sans-serif", 18))?;
    for ((name, color, points), area) in series.iter().zip(root.split_evenly((series.len(), 1))) {
        let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) else {
            return Err(format!("there are no values of {name}").into());
        };
        let most = points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        let mut chart = ChartBuilder::on(&area)
            .caption(name, ("sans-serif", 14))
            .margin(8)
            .x_label_area_size(28)
            .y_label_area_size(44)
            .build_cartesian_2d(*first..*last, 0.0..most * 1.05)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .x_labels(7)
            .x_label_formatter(&|day| day.format("%-d %B").to_string())
            .draw()?;
        chart.draw_series(LineSeries::new(points.iter().copied(), color.stroke_width(2)))?;
    }
    root.present()?;
    Ok(())
}
