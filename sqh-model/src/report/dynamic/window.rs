//! Windows, by their words.

use serde_json::{Map, Value as Json};

use super::names::Names;
use super::outputs::push;
use super::place::{Place, array, object};
use super::scalar::{Wanted, interval};
use super::{count, metric, said};
use crate::error::Result;
use crate::report::{Bound, Frame, Report, Scalar, Window, WindowFunction};

/// A function of windows, and what it may say beside what each window may.
const FUNCTIONS: [(&str, &[&str]); 10] = [
    ("row_number", &[]),
    ("rank", &[]),
    ("dense_rank", &[]),
    ("percent_rank", &[]),
    ("cume_dist", &[]),
    ("ntile", &[]),
    ("lag", &["rows"]),
    ("lead", &["rows"]),
    ("first_value", &["frame"]),
    ("last_value", &["frame"]),
];

const EACH: [&str; 2] = ["partition_by", "order"];

/// Reads `windows`: a column each.
pub(super) fn windows(report: &mut Report, at: Place<'_>, json: &Json) -> Result<()> {
    let windows =
        object(at, json, "windows are an object such as {\"rank\": {\"rank\": [], \"order\": [\"-field\"]}}")?;
    windows.iter().try_for_each(|(name, json)| {
        let at = at.word(name);
        let window = window(Names::of(report), at, json)?;
        push(report, at, name.clone(), Scalar::Window(Box::new(window)))
    })
}

fn window(names: Names<'_>, at: Place<'_>, json: &Json) -> Result<Window> {
    let entries = object(at, json, "a window is an object such as {\"rank\": [], \"order\": [\"-field\"]}")?;
    let (function, is_framed) = match FUNCTIONS.iter().find(|(name, _)| entries.contains_key(*name)) {
        Some((name, options)) => {
            at.check_words(entries, &[&[*name], *options, &EACH].concat())?;
            (function(names, at, name, entries)?, options.contains(&"frame"))
        }
        None => (of_metric(names, at, entries)?, true),
    };
    let mut window = Window { function, partition: Vec::new(), order: Vec::new(), frame: None };
    if let Some(json) = entries.get("partition_by") {
        let at = at.word("partition_by");
        let parts = match json {
            Json::String(_) => std::slice::from_ref(json),
            json => array(at, json, "it takes an array of values")?,
        };
        let scalar = |(i, json)| names.scalar(at.item(i), json, Wanted::Value, &[]);
        window.partition = parts.iter().enumerate().map(scalar).collect::<Result<_>>()?;
    }
    if let Some(json) = entries.get("order") {
        window.order = names.sorts(at.word("order"), json)?;
    }
    if window.function.needs_order() && window.order.is_empty() {
        let name = window.function.name();
        return Err(at.wrong(format!("`{name}` means nothing without an order: add such as \"order\": [\"-field\"]")));
    }
    if let Some(json) = entries.get("frame").filter(|_| is_framed) {
        window.frame = Some(frame(at.word("frame"), json)?);
    }
    let scalar = names.typed(at, Scalar::Window(Box::new(window)))?;
    match scalar {
        Scalar::Window(window) => Ok(*window),
        _ => Err(at.wrong("a window is a window")),
    }
}

fn function(names: Names<'_>, at: Place<'_>, name: &str, entries: &Map<String, Json>) -> Result<WindowFunction> {
    let (place, of) = (at.word(name), &entries[name]);
    let ranks = |function| match of.as_array() {
        Some(nothing) if nothing.is_empty() => Ok(function),
        _ => Err(place.wrong(format!("it is computed of nothing but the order: write `[]`, not {}", said(of)))),
    };
    let rows = || entries.get("rows").map_or(Ok(1), |rows| count(at.word("rows"), rows));
    let value = || names.scalar(place, of, Wanted::Value, &[]);
    match name {
        "row_number" => ranks(WindowFunction::RowNumber),
        "rank" => ranks(WindowFunction::Rank),
        "dense_rank" => ranks(WindowFunction::DenseRank),
        "percent_rank" => ranks(WindowFunction::PercentRank),
        "cume_dist" => ranks(WindowFunction::CumeDist),
        "ntile" => Ok(WindowFunction::Ntile(count(place, of)?)),
        "lag" => Ok(WindowFunction::Lag(value()?, rows()?)),
        "lead" => Ok(WindowFunction::Lead(value()?, rows()?)),
        "first_value" => Ok(WindowFunction::FirstValue(value()?)),
        "last_value" => Ok(WindowFunction::LastValue(value()?)),
        other => Err(at.unknown(other, &FUNCTIONS.map(|(name, _)| name))),
    }
}

/// A metric over a window: its `order` is the window's.
fn of_metric(names: Names<'_>, at: Place<'_>, entries: &Map<String, Json>) -> Result<WindowFunction> {
    let Some(name) = metric::names().find(|name| entries.contains_key(*name)) else {
        let known: Vec<&str> = FUNCTIONS.iter().map(|(name, _)| *name).chain(metric::names()).collect();
        let each = [&EACH[..], &["frame"]].concat();
        return Err(match entries.keys().find(|key| !each.contains(&key.as_str())) {
            Some(word) => at.unknown(word, &known),
            None => at.wrong(format!("it says not what of the window: one of `{}`", known.join("`, `"))),
        });
    };
    if matches!(name, "first" | "last") {
        return Err(at.wrong(format!("over a window this is `{name}_value`")));
    }
    at.check_words(entries, &[&[name], metric::options(name), &EACH, &["frame"]].concat())?;
    let own: Map<String, Json> =
        entries.iter().filter(|(word, _)| *word != "order").map(|(word, json)| (word.clone(), json.clone())).collect();
    let metric = names.metric(at, name, &own)?;
    names.typed(at.word(name), Scalar::Metric(Box::new(metric.clone())))?;
    Ok(WindowFunction::Metric(metric))
}

/// `{"rows": [-3, 0]}`, `{"time": [[-7, "day"], 0]}`
fn frame(at: Place<'_>, json: &Json) -> Result<Frame> {
    const IS: &str = "a frame is such as {\"rows\": [-3, 0]} or {\"time\": [[-7, \"day\"], 0]}";
    let entries = object(at, json, IS)?;
    at.check_words(entries, &["rows", "time"])?;
    let mut kinds = entries.iter();
    let (Some((kind, bounds)), None) = (kinds.next(), kinds.next()) else {
        return Err(at.wrong(IS));
    };
    let place = at.word(kind);
    let [start, end] = array(place, bounds, IS)? else {
        return Err(place.wrong("a frame has two bounds, where it begins and where it ends"));
    };
    let bound = if kind == "rows" { of_rows } else { of_time };
    let start = if start.is_null() { Bound::First } else { bound(place.item(0), start)? };
    let end = if end.is_null() { Bound::Last } else { bound(place.item(1), end)? };
    let frame = Frame { start, end };
    if kind == "time" && !frame.is_of_time() {
        return Err(place.wrong("neither bound is a time: write it as `rows`"));
    }
    if is_behind(start, end) {
        return Err(place.wrong("the frame ends before it begins"));
    }
    Ok(frame)
}

fn of_rows(at: Place<'_>, json: &Json) -> Result<Bound> {
    let rows = json.as_i64().ok_or_else(|| at.wrong(format!("a bound is a number of rows, not {}", said(json))))?;
    let count = u32::try_from(rows.unsigned_abs()).map_err(|_| at.wrong(format!("{rows} is too large")))?;
    Ok(match rows {
        0 => Bound::Here,
        1.. => Bound::RowsBehind(count),
        _ => Bound::RowsBefore(count),
    })
}

fn of_time(at: Place<'_>, json: &Json) -> Result<Bound> {
    if json.as_i64() == Some(0) {
        return Ok(Bound::Here);
    }
    let parts = array(at, json, "a bound is such as [-7, \"day\"]")?;
    let number = parts.first().and_then(Json::as_i64).filter(|number| *number != 0);
    let number = number.ok_or_else(|| at.wrong("a bound is such as [-7, \"day\"], or 0 for the row itself"))?;
    let size = [Json::from(number.unsigned_abs()), parts.get(1).cloned().unwrap_or_default()];
    let time = interval(at, &Json::from(size.to_vec()))?;
    Ok(if number < 0 { Bound::TimeBefore(time) } else { Bound::TimeBehind(time) })
}

// Bounds of different units are the server's to compare.
fn is_behind(start: Bound, end: Bound) -> bool {
    let side = |bound: Bound| match bound {
        Bound::First => i64::MIN,
        Bound::RowsBefore(rows) => -i64::from(rows),
        Bound::TimeBefore(_) => -1,
        Bound::Here => 0,
        Bound::RowsBehind(rows) => i64::from(rows),
        Bound::TimeBehind(_) => 1,
        Bound::Last => i64::MAX,
    };
    side(start) > side(end)
}
