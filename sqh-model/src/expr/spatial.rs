//! [`Spatial`]: where a place is, as a filter; [`Nearest`], how near, as an order.
//!
//! Polygons and boxes lie on the plane of longitude and latitude, where a straight edge is straight in
//! degrees (RFC 7946). Distances are along the earth: in metres on the ellipsoid WGS 84 where they are
//! compared with a number ([`earth::distance`]), on a sphere where they are compared with each other
//! ([`earth::arc`]), as PostGIS's indexes do it.

use std::borrow::Cow;

use geo_types::{Coord, Geometry};

use super::column::Column;
use super::filter::{Filter, Predicate};
use super::operators::Ability;
use crate::error::{Error, Result};
use crate::schema::ColumnDef;
use crate::types::family::{Extended, Located, Places};
use crate::types::{FieldType, Point, Polygon};
use crate::value::Value;

pub(super) mod earth;
mod plane;

/// Where a place is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Spatial {
    /// A point in this polygon or on its edge, or a polygon around this point.
    Meets(Box<Geometry<f64>>),
    /// A point in this box or on its edge, or a polygon whose own box meets it.
    InBounds(Bounds),
    /// A point at most so many metres from another.
    WithinDistance {
        /// The other point.
        of: Point,
        /// The metres.
        metres: f64,
    },
}

/// A box of longitudes and latitudes, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs, reason = "the names say all")]
pub struct Bounds {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

/// The nearest records first; those without a place are the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// The field's path of Rust names.
    pub field: Cow<'static, str>,
    /// What they are near to.
    pub to: Point,
}

impl<M, T: FieldType> Column<M, T> {
    /// At most so many metres from a point, along the earth (WGS 84).
    pub fn within_distance(self, of: Point, metres: f64) -> Predicate<M>
    where
        T::Family: Located,
    {
        self.spatial(Ok(Spatial::WithinDistance { of, metres }))
    }

    /// In a polygon or on its edge, and not in a hole of it. Edges are straight on the plane of longitude and
    /// latitude.
    pub fn within(self, area: Polygon) -> Predicate<M>
    where
        T::Family: Located,
    {
        self.spatial(area.into_value().and_then(Spatial::meets))
    }

    /// Around a point: the point is in the polygon or on its edge, and not in a hole of it.
    pub fn covers(self, point: Point) -> Predicate<M>
    where
        T::Family: Extended,
    {
        self.spatial(point.into_value().and_then(Spatial::meets))
    }

    /// In a box of degrees or on its edge; a polygon, if the box around it meets it. A box whose west is greater
    /// than its east lies across the antimeridian.
    pub fn in_bbox(self, west: f64, south: f64, east: f64, north: f64) -> Predicate<M>
    where
        T::Family: Places,
    {
        Predicate::from_result(in_bounds(self.path().joined(), Bounds { west, south, east, north }))
    }

    fn spatial(self, is: Result<Spatial>) -> Predicate<M> {
        Predicate::from_result(is.and_then(|is| {
            is.check()?;
            Ok(Filter::Spatial { field: self.path().joined(), is })
        }))
    }
}

/// The records in a box, which may lie across the antimeridian.
///
/// # Errors
/// `Invalid` for what is no box.
pub(super) fn in_bounds(field: Cow<'static, str>, bounds: Bounds) -> Result<Filter> {
    let filter = |bounds: Bounds| {
        bounds.check()?;
        Ok(Filter::Spatial { field: field.clone(), is: Spatial::InBounds(bounds) })
    };
    if bounds.west <= bounds.east {
        return filter(bounds);
    }
    let (west, east) = (filter(Bounds { east: 180.0, ..bounds })?, filter(Bounds { west: -180.0, ..bounds })?);
    Ok(west.or(east))
}

impl Spatial {
    pub(super) fn meets(value: Value) -> Result<Self> {
        match value {
            Value::Geometry(geometry) => Ok(Self::Meets(geometry)),
            _ => Err(Error::internal("a place is a geometry")),
        }
    }

    /// Makes sure that it is about places on the earth.
    ///
    /// # Errors
    /// `Invalid`, saying what is none.
    pub(super) fn check(&self) -> Result<()> {
        match self {
            Self::InBounds(bounds) => bounds.check(),
            Self::WithinDistance { of, metres } => {
                check_position(of.0.0)?;
                if metres.is_finite() && *metres >= 0.0 {
                    return Ok(());
                }
                Err(Error::invalid(format!("a distance is a number of metres from 0 on, not {metres}")))
            }
            Self::Meets(geometry) => match &**geometry {
                Geometry::Point(point) => check_position(point.0),
                Geometry::Polygon(polygon) => {
                    let mut rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
                    rings.try_for_each(|ring| ring.0.iter().try_for_each(|corner| check_position(*corner)))
                }
                _ => Err(Error::internal("a place is a point or a polygon")),
            },
        }
    }

    /// Makes sure that a column knows it.
    ///
    /// # Errors
    /// `Invalid`, naming both types.
    pub(super) fn check_on(&self, column: &ColumnDef) -> Result<()> {
        let ability = match self {
            Self::InBounds(_) => Ability::Place,
            Self::WithinDistance { .. } => Ability::Point,
            Self::Meets(geometry) => match **geometry {
                Geometry::Point(_) => Ability::Polygon,
                _ => Ability::Point,
            },
        };
        ability.check(column)?;
        self.check()
    }

    /// Whether it holds for a place.
    pub(super) fn holds(&self, place: &Geometry<f64>) -> bool {
        match (self, place) {
            (Self::WithinDistance { of, metres }, Geometry::Point(point)) => {
                earth::distance(point.0, of.0.0) <= *metres
            }
            (Self::InBounds(bounds), place) => plane::bounds(place).is_some_and(|own| own.meets(bounds)),
            (Self::Meets(other), place) => match (&**other, place) {
                (Geometry::Polygon(polygon), Geometry::Point(point))
                | (Geometry::Point(point), Geometry::Polygon(polygon)) => plane::covers(polygon, point.0),
                _ => false,
            },
            _ => false,
        }
    }
}

impl Bounds {
    fn check(&self) -> Result<()> {
        let Self { west, south, east, north } = *self;
        check_position(Coord { x: west, y: south })?;
        check_position(Coord { x: east, y: north })?;
        if south <= north {
            return Ok(());
        }
        Err(Error::invalid(format!("the south of a box is not north of its north: {south} and {north}")))
    }

    fn meets(&self, other: &Self) -> bool {
        self.west <= other.east && self.east >= other.west && self.south <= other.north && self.north >= other.south
    }
}

impl Nearest {
    /// Makes sure that a column has places that can be near to one on the earth.
    ///
    /// # Errors
    /// `Invalid`.
    pub(super) fn check_on(&self, column: &ColumnDef) -> Result<()> {
        Ability::Point.check(column)?;
        check_position(self.to.0.0)
    }

    /// How far a value is, as it compares with others; `None` for none.
    pub fn arc(&self, value: &Value) -> Option<f64> {
        match value {
            Value::Geometry(geometry) => match **geometry {
                Geometry::Point(point) => Some(earth::arc(point.0, self.to.0.0)),
                _ => None,
            },
            _ => None,
        }
    }
}

fn check_position(coord: Coord<f64>) -> Result<()> {
    let is_on_earth = (-180.0..=180.0).contains(&coord.x) && (-90.0..=90.0).contains(&coord.y);
    if is_on_earth {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "({}, {}) is no place on the earth: longitudes are from -180 to 180, and latitudes, behind them, from -90 to 90",
        coord.x, coord.y
    )))
}
