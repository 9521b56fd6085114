//! Readers of measurements: one value a line, and the wide form with many.
//!
//! Daily and instantaneous values become one model. Its key has no place for the statistic, and
//! needs none here: no station has both, which a test makes sure of.

use std::collections::{BTreeSet, VecDeque};
use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::error::DataError;
use super::records::Records;
use super::table::{Line, Table};
use crate::models::AppMeasurement;

const DAILY_HEADER: &[&str] = &["station_code", "parameter_code", "measured_at", "value", "qualifiers"];
const A_TIME: &str = "a time such as 2017-01-31T00:00:00Z";

/// One value a line, gzipped: `station_code,parameter_code,measured_at,value,qualifiers`.
///
/// # Errors
/// If the header is another.
pub fn daily(file: &str, content: impl Read + Send + 'static) -> Result<Records<AppMeasurement>, DataError> {
    let table = Table::open(file, Box::new(MultiGzDecoder::new(content)))?.expect_header(DAILY_HEADER)?;
    Ok(Records::one_each(table, |line| {
        Ok(AppMeasurement {
            station_code: line.required(0)?,
            parameter_code: line.required(1)?,
            measured_at: line.parse(2, A_TIME)?,
            value: line.number(3)?,
            qualifiers: qualifiers(line.text(4)),
        })
    }))
}

/// The wide form for one station, gzipped: `measured_at`, and then for each parameter a column
/// `code` and a column `code_qualifiers`. A parameter without a value at a time makes no record.
///
/// # Errors
/// If the header is none of that form.
pub fn instantaneous(
    file: &str,
    station_code: &str,
    content: impl Read + Send + 'static,
) -> Result<Records<AppMeasurement>, DataError> {
    let table = Table::open(file, Box::new(MultiGzDecoder::new(content)))?;
    let parameter_codes = parameter_codes(&table)?;
    let station_code = station_code.to_owned();
    Ok(Records::new(table, move |line, ready| wide(line, &station_code, &parameter_codes, ready)))
}

fn parameter_codes(table: &Table) -> Result<Vec<String>, DataError> {
    let header: Vec<&str> = table.header().iter().collect();
    let (codes, rest) = match header.split_first() {
        Some((&"measured_at", columns)) => columns.as_chunks::<2>(),
        _ => return Err(table.header_error("expected `measured_at` as the first column")),
    };
    for [code, qualifiers] in codes {
        if qualifiers.strip_suffix("_qualifiers") != Some(code) {
            return Err(table.header_error(format!("expected `{code}_qualifiers` behind `{code}`, got `{qualifiers}`")));
        }
    }
    match rest {
        [] => Ok(codes.iter().map(|[code, _]| (*code).to_owned()).collect()),
        [code, ..] => Err(table.header_error(format!("expected `{code}_qualifiers` behind `{code}`"))),
    }
}

fn wide(
    line: &Line<'_>,
    station_code: &str,
    parameter_codes: &[String],
    ready: &mut VecDeque<AppMeasurement>,
) -> Result<(), DataError> {
    let measured_at = line.parse(0, A_TIME)?;
    for (i, parameter_code) in parameter_codes.iter().enumerate() {
        let column = 1 + 2 * i;
        if line.text(column).is_empty() {
            continue;
        }
        ready.push_back(AppMeasurement {
            station_code: station_code.to_owned(),
            parameter_code: parameter_code.clone(),
            measured_at,
            value: line.number(column)?,
            qualifiers: qualifiers(line.text(column + 1)),
        });
    }
    Ok(())
}

fn qualifiers(joined: &str) -> BTreeSet<String> {
    joined.split(',').filter(|qualifier| !qualifier.is_empty()).map(str::to_owned).collect()
}
