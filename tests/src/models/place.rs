//! What needs PostGIS.

use sqh_runtime::prelude::*;

/// A place on the earth.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "types")]
#[storage(postgres)]
pub struct Place {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
    /// Where it is.
    pub location: Point,
    /// What belongs to it.
    pub boundary: Option<Polygon>,
}
