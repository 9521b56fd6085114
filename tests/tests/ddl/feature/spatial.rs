//! Places, which need PostGIS.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "spatial", models: models![AppSite].into() }
}

#[derive(PlatformModel)]
#[model(group = "water")]
#[storage(postgres)]
#[index(columns = ["area", "code"], using = "gist")]
#[index(columns = ["way"], using = "gist", ops = "gist_geography_ops")]
struct AppSite {
    #[field(primary_key)]
    code: String,
    #[field(index)]
    location: Point,
    area: Option<Polygon>,
    #[field(sql_type = "geography(Point, 4326)")]
    way: Option<String>,
}
