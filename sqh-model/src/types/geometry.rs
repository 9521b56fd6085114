//! `Point` and `Polygon`: PostGIS geometries in WGS 84, longitude before latitude, in degrees.
//!
//! JSON is GeoJSON (RFC 7946); a TerminusDB document holds WKT (OGC 06-103r4).

use std::ops::Deref;

use geo_types::{Coord, Geometry, LineString};
use geozero::{ToGeo, ToWkt, wkt::Wkt};
use sea_query::ColumnType;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value as Json, json};

use super::{FieldType, ScalarDef, describe, describe_json, expect_variant, family};
use crate::error::{Error, Result};
use crate::value::{Value, ValueKind};

/// The spatial reference of every geometry here: WGS 84 (EPSG:4326).
pub const SRID: i32 = 4326;

/// A place on the earth.
///
/// ```
/// use sqh_model::types::Point;
///
/// let plumtree_run = Point::new(-76.3474444, 39.49627778);
/// assert_eq!(plumtree_run.y(), 39.49627778);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point(pub geo_types::Point<f64>);

/// An area with an outer ring and any number of holes. Rings are closed.
#[derive(Debug, Clone, PartialEq)]
pub struct Polygon(pub geo_types::Polygon<f64>);

impl Point {
    /// The place at a longitude and a latitude, in degrees.
    pub fn new(longitude: f64, latitude: f64) -> Self {
        Self(geo_types::Point::new(longitude, latitude))
    }
}

impl Polygon {
    /// The area inside `exterior` and outside each of `holes`, given as (longitude, latitude).
    pub fn new(exterior: Vec<(f64, f64)>, holes: Vec<Vec<(f64, f64)>>) -> Self {
        Self(geo_types::Polygon::new(LineString::from(exterior), holes.into_iter().map(LineString::from).collect()))
    }
}

impl Deref for Point {
    type Target = geo_types::Point<f64>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Deref for Polygon {
    type Target = geo_types::Polygon<f64>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

macro_rules! geometry {
    ($ty:ident, $def:ident, $sql:literal, $check:expr, $coordinates:expr) => {
        #[doc = concat!("`", $sql, "`")]
        pub const $def: ScalarDef = ScalarDef {
            name: $sql,
            kind: ValueKind::Geometry,
            column_type: || ColumnType::Custom($sql.into()),
            via_text: false,
            xsd: "xsd:string",
            json_schema: || {
                json!({
                    "type": "object",
                    "properties": {"type": {"const": stringify!($ty)}, "coordinates": $coordinates},
                    "required": ["type", "coordinates"],
                })
            },
            to_json: to_geojson,
            from_json: |json| from_geojson(json).and_then($ty::from_value)?.into_value(),
            to_document: to_wkt,
            from_document: |json| from_wkt(json).and_then($ty::from_value)?.into_value(),
        };

        /// As GeoJSON.
        impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let value = Value::Geometry(Box::new(Geometry::$ty(self.0.clone())));
                to_geojson(&value).map_err(serde::ser::Error::custom)?.serialize(serializer)
            }
        }

        /// From GeoJSON.
        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = Json::deserialize(deserializer)?;
                from_geojson(&json).and_then($ty::from_value).map_err(serde::de::Error::custom)
            }
        }

        impl FieldType for $ty {
            type Family = family::$ty;
            const DEF: super::TypeDef = super::TypeDef::scalar(&$def);

            fn into_value(self) -> Result<Value> {
                $check(&self)?;
                Ok(Value::Geometry(Box::new(Geometry::$ty(self.0))))
            }

            fn from_value(value: Value) -> Result<Self> {
                match value {
                    Value::Geometry(geometry) => match *geometry {
                        Geometry::$ty(inner) => Ok(Self(inner)),
                        _ => Err(Self::DEF.mismatch("another geometry")),
                    },
                    other => Err(Self::DEF.mismatch(describe(&other))),
                }
            }
        }
    };
}

geometry!(Point, POINT, "geometry(Point,4326)", |point: &Point| check_coord(point.0.0), position_schema());
geometry!(Polygon, POLYGON, "geometry(Polygon,4326)", check_polygon, {
    let ring = json!({"type": "array", "items": position_schema(), "minItems": 4});
    json!({"type": "array", "items": ring, "minItems": 1})
});

fn position_schema() -> Json {
    json!({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2})
}

fn check_coord(coord: Coord<f64>) -> Result<()> {
    if coord.x.is_finite() && coord.y.is_finite() {
        return Ok(());
    }
    Err(Error::invalid("a coordinate is not finite"))
}

fn check_polygon(polygon: &Polygon) -> Result<()> {
    for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
        // Three corners, and the first once more.
        if ring.0.len() < 4 {
            return Err(Error::invalid("a ring of a polygon needs at least three corners"));
        }
        ring.0.iter().try_for_each(|coord| check_coord(*coord))?;
    }
    Ok(())
}

fn to_geojson(value: &Value) -> Result<Json> {
    fn position(coord: &Coord<f64>) -> Json {
        json!([coord.x, coord.y])
    }
    fn ring(ring: &LineString<f64>) -> Json {
        ring.0.iter().map(position).collect()
    }
    match expect_variant!(value, Geometry).as_ref() {
        Geometry::Point(point) => Ok(json!({"type": "Point", "coordinates": position(&point.0)})),
        Geometry::Polygon(polygon) => {
            let rings: Json = std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect();
            Ok(json!({"type": "Polygon", "coordinates": rings}))
        }
        _ => Err(Error::internal("only points and polygons are mapped")),
    }
}

fn from_geojson(json: &Json) -> Result<Value> {
    let coordinates = json.get("coordinates");
    let geometry = match (json.get("type").and_then(Json::as_str), coordinates) {
        (Some("Point"), Some(coordinates)) => position(coordinates).map(|coord| Geometry::Point(coord.into())),
        (Some("Polygon"), Some(Json::Array(rings))) => {
            rings.iter().map(ring).collect::<Option<Vec<_>>>().filter(|rings| !rings.is_empty()).map(|mut rings| {
                let exterior = rings.remove(0);
                Geometry::Polygon(geo_types::Polygon::new(exterior, rings))
            })
        }
        _ => None,
    };
    geometry
        .map(|geometry| Value::Geometry(Box::new(geometry)))
        .ok_or_else(|| Error::invalid(format!("expected a GeoJSON Point or Polygon, got {}", describe_json(json))))
}

fn position(json: &Json) -> Option<Coord<f64>> {
    match json.as_array()?.as_slice() {
        [x, y] => Some(Coord { x: x.as_f64()?, y: y.as_f64()? }),
        _ => None,
    }
}

fn ring(json: &Json) -> Option<LineString<f64>> {
    json.as_array()?.iter().map(position).collect()
}

fn to_wkt(value: &Value) -> Result<Json> {
    expect_variant!(value, Geometry)
        .to_wkt()
        .map(Json::String)
        .map_err(|source| Error::internal("the geometry cannot be written as WKT").with_source(source))
}

fn from_wkt(json: &Json) -> Result<Value> {
    let Json::String(text) = json else {
        return Err(Error::invalid(format!("expected WKT, got {}", describe_json(json))));
    };
    Wkt(text)
        .to_geo()
        .map(|geometry| Value::Geometry(Box::new(geometry)))
        .map_err(|source| Error::invalid("the string is no WKT of a point or a polygon").with_source(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_writes_and_reads_geojson() {
        let point = Point::new(-76.3474444, 39.49627778);
        let json = serde_json::to_value(point).unwrap();
        assert_eq!(json, json!({"type": "Point", "coordinates": [-76.3474444, 39.49627778]}));
        assert_eq!(serde_json::from_value::<Point>(json.clone()).unwrap(), point);
        assert!(serde_json::from_value::<Polygon>(json).is_err());
        let polygon = Polygon::new(vec![(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)], Vec::new());
        let json = serde_json::to_value(&polygon).unwrap();
        assert_eq!(serde_json::from_value::<Polygon>(json).unwrap(), polygon);
    }
}
