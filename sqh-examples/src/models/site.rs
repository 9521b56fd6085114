//! Geometries, in models of their own: they need PostGIS, and the rest of the platform does not.

use sqh_runtime::prelude::*;

use super::AppWaterQualityStation;

/// The place of a stream gauge, for spatial queries.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "water-quality")]
#[storage(postgres, shared)]
#[index(columns = ["location"], using = "gist")]
pub struct AppStationSite {
    /// The gauge.
    #[field(primary_key, references = AppWaterQualityStation, on_delete = "cascade")]
    pub station_code: String,
    /// Longitude and latitude in degrees, WGS 84.
    pub location: Point,
}

/// The land that drains to one place.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "water-quality")]
#[storage(postgres, shared)]
#[index(columns = ["boundary"], using = "gist")]
pub struct AppWatershed {
    /// The hydrologic unit code, two to twelve digits.
    #[field(primary_key, max_len = 12, check = "huc ~ '^([0-9]{2}){1,6}$'")]
    pub huc: String,
    /// The name that people know it by.
    #[field(search)]
    pub name: String,
    /// Its outline in degrees, WGS 84.
    pub boundary: Polygon,
}
