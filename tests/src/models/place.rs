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
    #[field(index)]
    pub location: Point,
    /// What belongs to it.
    #[field(index)]
    pub boundary: Option<Polygon>,
    /// Where the key to it is, for few.
    #[field(redact = permission("types:keys"))]
    pub key_at: Option<Point>,
}
