//! Geometries as EWKB, with the spatial reference that the mapping states.

use geozero::wkb::Ewkb;
use geozero::{CoordDimensions, ToGeo as _, ToWkb as _};
use sqh_model::types::{SRID, TypeDef};
use sqh_model::{Error, Result, Value};

use super::{expect_value, other_shape};

pub(super) fn encode(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    let geometry = expect_value!(value, Geometry, ty);
    let bytes = geometry
        .to_ewkb(CoordDimensions::xy(), Some(SRID))
        .map_err(|source| Error::invalid("the geometry has no EWKB form").with_source(source))?;
    out.extend_from_slice(&bytes);
    Ok(())
}

pub(super) fn decode(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    Ewkb(bytes)
        .to_geo()
        .map(|geometry| Value::Geometry(Box::new(geometry)))
        .map_err(|source| other_shape(ty).with_source(source))
}
