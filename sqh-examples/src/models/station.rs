//! Where water is measured.

use serde::{Deserialize, Serialize};
use sqh_runtime::prelude::*;

/// A stream gauge. The same for all tenants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, PlatformModel)]
#[model(group = "water-quality", search(language = "english"))]
#[storage(postgres, shared)]
#[index(columns = ["name"], using = "gin", ops = "gin_trgm_ops")]
pub struct AppWaterQualityStation {
    /// The agency's code, such as `USGS:01581752`.
    #[field(primary_key)]
    pub station_code: String,
    /// The name that people know it by.
    #[field(search)]
    pub name: String,
    /// Degrees north, NAD 83 or WGS 84.
    #[field(check = "latitude BETWEEN -90 AND 90")]
    pub latitude: f64,
    /// Degrees east, NAD 83 or WGS 84.
    #[field(check = "longitude BETWEEN -180 AND 180")]
    pub longitude: f64,
}
