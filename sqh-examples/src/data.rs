//! The rows of the example: CSV files of `data/`, read into the models as iterators.
//!
//! The files are part of the binary, so that it runs anywhere. [`read`] takes other content in the
//! same form. A line that cannot be read is a [`DataError`] with its file and its number.

mod error;
mod measurements;
mod records;
mod reference;
mod table;

use sqh_runtime::prelude::NaiveDate;

pub use self::error::DataError;
pub use self::records::Records;
use crate::models::{AppMeasurement, AppParameter, AppRegulatoryThreshold, AppStationSite, AppWaterQualityStation};

/// Readers for content of any origin. Those of measurements take it as gzip.
pub mod read {
    pub use super::measurements::{daily, instantaneous};
    pub use super::reference::{parameters, sites, stations, thresholds};
}

/// How many stations there are.
pub const STATIONS: u64 = 191;
/// How many parameters there are.
pub const PARAMETERS: u64 = 5;
/// How many legal limits there are.
pub const THRESHOLDS: u64 = 5;
/// How many daily values there are.
pub const DAILY_VALUES: u64 = 68_881;
/// How many instantaneous values there are.
pub const INSTANTANEOUS_VALUES: u64 = 1_578_240;

/// The day of the first value, in UTC.
pub const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2016, 1, 1).expect("a day of the calendar");
/// The day behind the last value, in UTC.
pub const END_DAY: NaiveDate = NaiveDate::from_ymd_opt(2019, 1, 2).expect("a day of the calendar");

macro_rules! file {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../data/", $name)))
    };
}

const STATIONS_FILE: (&str, &[u8]) = file!("stations.csv");
const PARAMETERS_FILE: (&str, &[u8]) = file!("parameters.csv");
const THRESHOLDS_FILE: (&str, &[u8]) = file!("thresholds.csv");
const DAILY_FILE: (&str, &[u8]) = file!("daily_discharge_virginia.csv.gz");
const INSTANTANEOUS_FILE: (&str, &[u8]) = file!("instantaneous_plumtree_run.csv.gz");

/// The stream gauges.
///
/// # Errors
/// If the file has another header.
pub fn stations() -> Result<Records<AppWaterQualityStation>, DataError> {
    let (name, content) = STATIONS_FILE;
    read::stations(name, content)
}

/// The places of the stream gauges.
///
/// # Errors
/// If the file has another header.
pub fn sites() -> Result<Records<AppStationSite>, DataError> {
    let (name, content) = STATIONS_FILE;
    read::sites(name, content)
}

/// What the parameter codes mean.
///
/// # Errors
/// If the file has another header.
pub fn parameters() -> Result<Records<AppParameter>, DataError> {
    let (name, content) = PARAMETERS_FILE;
    read::parameters(name, content)
}

/// What the law allows.
///
/// # Errors
/// If the file has another header.
pub fn thresholds() -> Result<Records<AppRegulatoryThreshold>, DataError> {
    let (name, content) = THRESHOLDS_FILE;
    read::thresholds(name, content)
}

/// Daily mean discharges of gauges in Virginia, 2017.
///
/// # Errors
/// If the file has another header.
pub fn daily() -> Result<Records<AppMeasurement>, DataError> {
    let (name, content) = DAILY_FILE;
    read::daily(name, content)
}

/// Five parameters of Plumtree Run at five-minute steps, 2016 to 2018.
///
/// # Errors
/// If the file has another header.
pub fn instantaneous() -> Result<Records<AppMeasurement>, DataError> {
    let (name, content) = INSTANTANEOUS_FILE;
    read::instantaneous(name, PLUMTREE_RUN, content)
}

/// The station of the instantaneous values: Plumtree Run near Bel Air, Maryland.
pub const PLUMTREE_RUN: &str = "USGS:01581752";
