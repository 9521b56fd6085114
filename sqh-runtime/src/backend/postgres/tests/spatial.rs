//! Random places and random questions about them: PostGIS and `Filter::matches` must agree.

use sqh_model::expr::{Filter, Nearest, Predicate, Query};
use sqh_model::row::to_row;
use sqh_model::{ErrorKind, Row, Value};

use super::support::Place;
use crate::op::Op;
use crate::prelude::*;

/// Somewhere, perhaps.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "water")]
#[storage(postgres, shared)]
pub struct Spot {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// A place.
    #[field(index)]
    pub at: Option<Point>,
    /// An area.
    #[field(index)]
    pub area: Option<Polygon>,
}

/// Knuth's generator: the same numbers in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// On a coarse grid, so that many are on edges and corners; some of them anywhere.
    fn place(&mut self) -> (f64, f64) {
        match self.below(4) {
            0 => (self.below(360_000) as f64 / 1000.0 - 180.0, self.below(180_000) as f64 / 1000.0 - 90.0),
            _ => (self.below(9) as f64 / 2.0, self.below(9) as f64 / 2.0),
        }
    }

    fn point(&mut self) -> Point {
        let (x, y) = self.place();
        Point::new(x, y)
    }

    /// A triangle, perhaps with one half as large in it.
    fn polygon(&mut self) -> Polygon {
        let [a, b, c] = [self.place(), self.place(), self.place()];
        if (b.0 - a.0) * (c.1 - a.1) == (c.0 - a.0) * (b.1 - a.1) {
            return self.polygon();
        }
        let middle = ((a.0 + b.0 + c.0) / 3.0, (a.1 + b.1 + c.1) / 3.0);
        let ring = vec![a, b, c, a];
        let half = |corner: &(f64, f64)| ((corner.0 + middle.0) / 2.0, (corner.1 + middle.1) / 2.0);
        let holes = (0..self.below(2)).map(|_| ring.iter().map(half).collect()).collect();
        Polygon::new(ring, holes)
    }

    fn question(&mut self) -> Filter {
        let predicate: Predicate<Spot> = match self.below(5) {
            0 => Spot::AT.within(self.polygon()),
            1 => Spot::AREA.covers(self.point()),
            2 => {
                let metres = self.below(20_000) as f64 * 10f64.powi(self.below(4) as i32);
                Spot::AT.within_distance(self.point(), metres.min(19_900_000.0))
            }
            kind => {
                let ((west, a), (east, b)) = (self.place(), self.place());
                let (south, north) = (f64::min(a, b), f64::max(a, b));
                match kind {
                    3 => Spot::AT.in_bbox(west, south, east, north),
                    _ => Spot::AREA.in_bbox(west, south, east, north),
                }
            }
        };
        let predicate = if self.below(4) == 0 { !predicate } else { predicate };
        predicate.into_filter().unwrap()
    }
}

fn ids(rows: &[Row]) -> Vec<i64> {
    rows.iter().map(|row| if let Value::I64(id) = row[0] { id } else { panic!("{row:?}") }).collect()
}

#[tokio::test]
async fn postgis_and_memory_agree() {
    let place = Place::new(&[Spot::def()]).await;
    let mut numbers = Numbers(11);
    let mut rows = Vec::new();
    for id in 0..300 {
        let at = (numbers.below(10) > 0).then(|| numbers.point());
        let area = (numbers.below(3) > 0).then(|| numbers.polygon());
        rows.push(to_row(Spot { id, at, area }).unwrap());
    }
    let batch = Op::BatchCreate { rows: Box::new(rows.clone().into_iter().map(Ok)), returning: false };
    match place.run::<Spot>(batch).await {
        Err(error) if error.kind() == ErrorKind::Unsupported => return assert!(error.to_string().contains("postgis")),
        stored => assert_eq!(stored.unwrap().into_count().unwrap(), 300),
    }
    let mut found_any = 0;
    for number in 0..500 {
        let filter = numbers.question();
        let expected: Vec<Row> = rows.iter().filter(|row| filter.matches(Spot::def(), row).unwrap()).cloned().collect();
        let query = Query { filter: filter.clone(), ..Query::default() };
        let found = place.run::<Spot>(Op::List(query)).await.unwrap().into_rows().unwrap();
        assert_eq!(ids(&found), ids(&expected), "question {number}: {filter:?}");
        found_any += usize::from(!found.is_empty() && found.len() < 300);
    }
    assert!(found_any > 200, "the questions are not trivial: {found_any}");
    for _ in 0..50 {
        let nearest = Nearest { field: "at".into(), to: numbers.point() };
        let arc = |row: &Row| nearest.arc(&row[1]).unwrap_or(f64::INFINITY);
        let query = Query { nearest: Some(nearest.clone()), limit: Some(20), offset: 3, ..Query::default() };
        let found = place.run::<Spot>(Op::List(query)).await.unwrap().into_rows().unwrap();
        let mut expected = rows.clone();
        expected.sort_by(|a, b| arc(a).total_cmp(&arc(b)));
        for (found, expected) in found.iter().zip(&expected[3..23]) {
            assert!((arc(found) - arc(expected)).abs() < 1e-9, "{nearest:?}: {found:?}, {expected:?}");
        }
        assert_eq!(found.len(), 20);
    }
}
