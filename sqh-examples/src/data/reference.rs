//! Readers of reference data: stations, parameters, thresholds.

use std::io::Read;

use sqh_runtime::prelude::Point;

use super::error::DataError;
use super::records::Records;
use super::table::Table;
use crate::models::{AppParameter, AppRegulatoryThreshold, AppStationSite, AppWaterQualityStation};

const STATION_HEADER: &[&str] = &["station_code", "name", "latitude", "longitude"];
const PARAMETER_HEADER: &[&str] = &["parameter_code", "description", "unit"];
const THRESHOLD_HEADER: &[&str] = &["parameter_code", "jurisdiction", "water_class", "lower", "upper", "citation"];

/// Stations: `station_code,name,latitude,longitude`.
///
/// # Errors
/// If the header is another.
pub fn stations(file: &str, content: impl Read + Send + 'static) -> Result<Records<AppWaterQualityStation>, DataError> {
    let table = Table::open(file, Box::new(content))?.expect_header(STATION_HEADER)?;
    Ok(Records::one_each(table, |line| {
        Ok(AppWaterQualityStation {
            station_code: line.required(0)?,
            name: line.required(1)?,
            latitude: line.number(2)?,
            longitude: line.number(3)?,
        })
    }))
}

/// The places of stations, from the same file.
///
/// # Errors
/// If the header is another.
pub fn sites(file: &str, content: impl Read + Send + 'static) -> Result<Records<AppStationSite>, DataError> {
    let table = Table::open(file, Box::new(content))?.expect_header(STATION_HEADER)?;
    Ok(Records::one_each(table, |line| {
        let location = Point::new(line.number(3)?, line.number(2)?);
        Ok(AppStationSite { station_code: line.required(0)?, location })
    }))
}

/// Parameters: `parameter_code,description,unit`.
///
/// # Errors
/// If the header is another.
pub fn parameters(file: &str, content: impl Read + Send + 'static) -> Result<Records<AppParameter>, DataError> {
    let table = Table::open(file, Box::new(content))?.expect_header(PARAMETER_HEADER)?;
    Ok(Records::one_each(table, |line| {
        Ok(AppParameter { parameter_code: line.required(0)?, description: line.required(1)?, unit: line.required(2)? })
    }))
}

/// Thresholds: `parameter_code,jurisdiction,water_class,lower,upper,citation`; an empty limit is none.
///
/// # Errors
/// If the header is another.
pub fn thresholds(
    file: &str,
    content: impl Read + Send + 'static,
) -> Result<Records<AppRegulatoryThreshold>, DataError> {
    let table = Table::open(file, Box::new(content))?.expect_header(THRESHOLD_HEADER)?;
    Ok(Records::one_each(table, |line| {
        let limit = |column: usize| match line.text(column) {
            "" => Ok(None),
            _ => line.parse(column, "a decimal number").map(Some),
        };
        Ok(AppRegulatoryThreshold {
            parameter_code: line.required(0)?,
            jurisdiction: line.required(1)?,
            water_class: line.required(2)?,
            lower: limit(3)?,
            upper: limit(4)?,
            citation: line.required(5)?,
        })
    }))
}
