//! Points and polygons on the plane of longitude and latitude, decided as PostGIS decides them.

use geo_types::{Coord, Geometry, LineString, Polygon};

use super::Bounds;

/// Whether a point is in a polygon or on its edge.
pub(super) fn covers(polygon: &Polygon<f64>, point: Coord<f64>) -> bool {
    side(polygon.exterior(), point) != Side::Outside
        && polygon.interiors().iter().all(|hole| side(hole, point) != Side::Inside)
}

/// The box around a place; `None` around nothing.
pub(super) fn bounds(place: &Geometry<f64>) -> Option<Bounds> {
    let corners: &[Coord<f64>] = match place {
        Geometry::Point(point) => std::slice::from_ref(&point.0),
        Geometry::Polygon(polygon) => &polygon.exterior().0,
        _ => &[],
    };
    corners.iter().map(|at| Bounds { west: at.x, south: at.y, east: at.x, north: at.y }).reduce(|a, b| Bounds {
        west: a.west.min(b.west),
        south: a.south.min(b.south),
        east: a.east.max(b.east),
        north: a.north.max(b.north),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Inside,
    Edge,
    Outside,
}

/// Where a point is, by how often the ring winds around it.
fn side(ring: &LineString<f64>, point: Coord<f64>) -> Side {
    let mut windings = 0;
    for pair in ring.0.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let turn = (b.x - a.x) * (point.y - a.y) - (point.x - a.x) * (b.y - a.y);
        let is_beside = |a: f64, b: f64, at: f64| a.min(b) <= at && at <= a.max(b);
        if turn == 0.0 && is_beside(a.x, b.x, point.x) && is_beside(a.y, b.y, point.y) {
            return Side::Edge;
        }
        if a.y <= point.y && point.y < b.y && turn > 0.0 {
            windings += 1;
        } else if b.y <= point.y && point.y < a.y && turn < 0.0 {
            windings -= 1;
        }
    }
    if windings == 0 { Side::Outside } else { Side::Inside }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_in_and_holes_are_out() {
        let ring = |corners: &[(f64, f64)]| LineString::from(corners.to_vec());
        let outer = ring(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]);
        let hole = ring(&[(1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 3.0), (1.0, 1.0)]);
        let reversed = LineString(outer.0.iter().rev().copied().collect());
        for outer in [outer, reversed] {
            let polygon = Polygon::new(outer, vec![hole.clone()]);
            for (x, y, expected) in [
                (0.5, 0.5, true),
                (0.0, 0.0, true),
                (4.0, 2.0, true),
                (2.0, 4.0, true),
                (2.0, 2.0, false),
                (1.0, 2.0, true),
                (3.0, 3.0, true),
                (3.5, 2.0, true),
                (-1.0, 0.0, false),
                (5.0, 4.0, false),
                (4.1, 2.0, false),
            ] {
                assert_eq!(covers(&polygon, Coord { x, y }), expected, "{x} {y}");
            }
        }
    }
}
