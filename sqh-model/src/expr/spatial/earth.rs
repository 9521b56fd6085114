//! Distances along the earth.

use geo_types::Coord;

/// The ellipsoid WGS 84: half its axis through the equator in metres, and how much it is flattened.
const A: f64 = 6_378_137.0;
const F: f64 = 1.0 / 298.257_223_563;
const B: f64 = A * (1.0 - F);

/// Half of the way around the earth by the poles: nothing is farther.
const FARTHEST: f64 = 20_003_931.458_6;

/// The distance of two places on the ellipsoid, in metres: the inverse formula of T. Vincenty, "Direct and Inverse
/// Solutions of Geodesics on the Ellipsoid with Application of Nested Equations", Survey Review 23 (1975). It
/// is right to half a millimetre; for places on opposite sides of the earth, where it does not converge, it is
/// half of the way around.
pub(super) fn distance(from: Coord<f64>, to: Coord<f64>) -> f64 {
    if from == to {
        return 0.0;
    }
    let reduced = |latitude: f64| ((1.0 - F) * latitude.to_radians().tan()).atan().sin_cos();
    let ((sin_1, cos_1), (sin_2, cos_2)) = (reduced(from.y), reduced(to.y));
    let difference = (to.x - from.x).to_radians();
    let mut lambda = difference;
    for _ in 0..200 {
        let (sin_lambda, cos_lambda) = lambda.sin_cos();
        let sin_sigma = (cos_2 * sin_lambda).hypot(cos_1 * sin_2 - sin_1 * cos_2 * cos_lambda);
        if sin_sigma == 0.0 {
            // The same place, by another longitude or at a pole; or the opposite one.
            return if sin_1 * sin_2 + cos_1 * cos_2 * cos_lambda > 0.0 { 0.0 } else { FARTHEST };
        }
        let cos_sigma = sin_1 * sin_2 + cos_1 * cos_2 * cos_lambda;
        let sigma = sin_sigma.atan2(cos_sigma);
        let sin_alpha = cos_1 * cos_2 * sin_lambda / sin_sigma;
        let cos_2_alpha = 1.0 - sin_alpha * sin_alpha;
        // On the equator there is no angle to its middle.
        let cos_middle = if cos_2_alpha == 0.0 { 0.0 } else { cos_sigma - 2.0 * sin_1 * sin_2 / cos_2_alpha };
        let c = F / 16.0 * cos_2_alpha * (4.0 + F * (4.0 - 3.0 * cos_2_alpha));
        let inner = cos_middle + c * cos_sigma * (2.0 * cos_middle * cos_middle - 1.0);
        let next = difference + (1.0 - c) * F * sin_alpha * (sigma + c * sin_sigma * inner);
        if (next - lambda).abs() < 1e-12 {
            return along(sigma, sin_sigma, cos_sigma, cos_middle, cos_2_alpha);
        }
        lambda = next;
    }
    FARTHEST
}

fn along(sigma: f64, sin_sigma: f64, cos_sigma: f64, cos_middle: f64, cos_2_alpha: f64) -> f64 {
    let u = cos_2_alpha * (A * A - B * B) / (B * B);
    let a = 1.0 + u / 16_384.0 * (4_096.0 + u * (-768.0 + u * (320.0 - 175.0 * u)));
    let b = u / 1_024.0 * (256.0 + u * (-128.0 + u * (74.0 - 47.0 * u)));
    let middle = 2.0 * cos_middle * cos_middle - 1.0;
    let ends = b / 6.0 * cos_middle * (4.0 * sin_sigma * sin_sigma - 3.0) * (4.0 * cos_middle * cos_middle - 3.0);
    let correction = b * sin_sigma * (cos_middle + b / 4.0 * (cos_sigma * middle - ends));
    B * a * (sigma - correction)
}

/// The angle between two places on a sphere, in radians.
pub(super) fn arc(from: Coord<f64>, to: Coord<f64>) -> f64 {
    let ((sin_1, cos_1), (sin_2, cos_2)) = (from.y.to_radians().sin_cos(), to.y.to_radians().sin_cos());
    let (sin_difference, cos_difference) = (to.x.to_radians() - from.x.to_radians()).sin_cos();
    let across = (cos_2 * sin_difference).hypot(cos_1 * sin_2 - sin_1 * cos_2 * cos_difference);
    across.atan2(sin_1 * sin_2 + cos_1 * cos_2 * cos_difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The expectations were read off PostGIS's `ST_Distance(geography, geography)`.
    #[test]
    fn distances_are_those_of_the_ellipsoid() {
        let at = |x, y| Coord { x, y };
        for (from, to, metres) in [
            (at(-118.4079, 33.9434), at(2.5559, 49.0083), 9_124_665.273_176_73),
            (at(0.0, 0.0), at(0.0, 0.0), 0.0),
            (at(0.0, 0.0), at(1.0, 0.0), 111_319.490_793_27),
            (at(0.0, 0.0), at(0.0, 1.0), 110_574.388_557_8),
            (at(0.0, 90.0), at(120.0, 90.0), 0.0),
            (at(180.0, 10.0), at(-180.0, 10.0), 0.0),
        ] {
            let found = distance(from, to);
            assert!((found - metres).abs() < 0.001, "{from:?} {to:?}: {found}, not {metres}");
        }
        assert!(distance(at(0.0, 0.0), at(180.0, 0.0)) > 20_003_000.0, "opposite");
    }
}
