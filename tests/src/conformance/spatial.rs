//! Places: how far, in what, how near.

use serde_json::{Value as Json, json};
use sqh_runtime::expr::{Predicate, Select};
use sqh_runtime::prelude::*;
use sqh_runtime::service::DynamicQuery;

use crate::harness::{Harness, World, refused, refused_in};
use crate::models::Place;

/// Plumtree Run near Bel Air.
const HERE: (f64, f64) = (-76.347_444_4, 39.496_277_78);

fn here() -> Point {
    Point::new(HERE.0, HERE.1)
}

/// About so many metres to the east and to the north of here.
fn beside(east: f64, north: f64) -> Point {
    Point::new(HERE.0 + east / 85_985.0, HERE.1 + north / 111_030.0)
}

fn ring(corners: &[(f64, f64)]) -> Vec<(f64, f64)> {
    corners.iter().chain(&corners[..1]).copied().collect()
}

/// A square with a square hole.
fn square() -> Polygon {
    let hole = ring(&[(1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 3.0)]);
    Polygon::new(ring(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]), vec![hole])
}

fn place(id: i32, location: Point) -> Place {
    Place { id, location, boundary: None, key_at: None }
}

/// The places, unless there is no PostGIS.
async fn world(harness: &dyn Harness, places: &[Place]) -> Option<World> {
    let world = World::new(harness).await;
    match world.records.batch_create(&world.cx, places.to_vec()).await {
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            assert!(error.to_string().contains("postgis"), "{error}");
            None
        }
        stored => {
            assert_eq!(stored.unwrap(), places);
            Some(world)
        }
    }
}

async fn ids(world: &World, select: Select<Place>) -> Vec<i32> {
    world.records.list(&world.cx, select).await.unwrap().into_iter().map(|place| place.id).collect()
}

async fn found(world: &World, predicate: Predicate<Place>) -> Vec<i32> {
    ids(world, Place::select().filter(predicate)).await
}

pub async fn distances_are_metres_on_the_earth(harness: &dyn Harness) {
    let places = [
        place(1, here()),
        place(2, beside(0.0, 990.0)),
        place(3, beside(1010.0, 0.0)),
        place(4, Point::new(179.999, 0.0)),
        place(5, Point::new(-179.999, 0.0)),
        // Los Angeles: 9,124,665.273 m from Paris.
        place(6, Point::new(-118.4079, 33.9434)),
    ];
    let Some(world) = world(harness, &places).await else { return };
    for (of, metres, expected) in [
        (here(), 0.0, &[1][..]),
        (here(), 1000.0, &[1, 2]),
        (here(), 1020.0, &[1, 2, 3]),
        (Point::new(180.0, 0.0), 200.0, &[4, 5]),
        (Point::new(2.5559, 49.0083), 9_124_665.2, &[1, 2, 3]),
        (Point::new(2.5559, 49.0083), 9_124_665.4, &[1, 2, 3, 6]),
        (here(), 30_000_000.0, &[1, 2, 3, 4, 5, 6]),
    ] {
        assert_eq!(found(&world, Place::LOCATION.within_distance(of, metres)).await, expected, "{of:?} {metres}");
    }
    assert_eq!(found(&world, !Place::LOCATION.within_distance(here(), 1020.0)).await, [4, 5, 6]);
}

pub async fn polygons_have_edges_and_holes(harness: &dyn Harness) {
    let at = [(0.5, 0.5), (0.0, 0.0), (4.0, 2.0), (2.0, 2.0), (1.0, 2.0), (5.0, 2.0), (2.0, 3.5)];
    let mut places: Vec<Place> = at.iter().zip(1..).map(|((x, y), id)| place(id, Point::new(*x, *y))).collect();
    places[0].boundary = Some(square());
    let Some(world) = world(harness, &places).await else { return };
    assert_eq!(found(&world, Place::LOCATION.within(square())).await, [1, 2, 3, 5, 7]);
    assert_eq!(found(&world, !Place::LOCATION.within(square())).await, [4, 6]);
    for ((x, y), id) in at.iter().zip(1..) {
        let expected = if [4, 6].contains(&id) { &[][..] } else { &[1] };
        assert_eq!(found(&world, Place::BOUNDARY.covers(Point::new(*x, *y))).await, expected, "{x} {y}");
    }
}

pub async fn boxes_may_lie_across_the_antimeridian(harness: &dyn Harness) {
    // The last one is nearer to the edge than single precision can tell.
    let at = [(10.0, 10.0), (12.0, 12.0), (179.5, -1.0), (-179.5, 1.0), (0.0, 0.0), (12.000_000_01, 12.0)];
    let mut places: Vec<Place> = at.iter().zip(1..).map(|((x, y), id)| place(id, Point::new(*x, *y))).collect();
    places[4].boundary = Some(square());
    let Some(world) = world(harness, &places).await else { return };
    for (west, south, east, north, expected) in [
        (10.0, 10.0, 12.0, 12.0, &[1, 2][..]),
        (10.0, 10.0, 10.0, 10.0, &[1]),
        (179.0, -2.0, -179.0, 2.0, &[3, 4]),
        (179.0, 0.0, -179.0, 2.0, &[4]),
        (-180.0, -90.0, 180.0, 90.0, &[1, 2, 3, 4, 5, 6]),
    ] {
        let predicate = Place::LOCATION.in_bbox(west, south, east, north);
        assert_eq!(found(&world, predicate).await, expected, "{west} {south} {east} {north}");
    }
    assert_eq!(found(&world, Place::BOUNDARY.in_bbox(4.0, 4.0, 9.0, 9.0)).await, [5]);
    assert_eq!(found(&world, Place::BOUNDARY.in_bbox(1.5, 1.5, 2.0, 2.0)).await, [5], "in the hole, in its box");
    assert_eq!(found(&world, Place::BOUNDARY.in_bbox(4.000_000_01, 0.0, 9.0, 9.0)).await, [] as [i32; 0]);
}

pub async fn the_nearest_come_first(harness: &dyn Harness) {
    let places = [
        place(1, beside(500.0, 0.0)),
        // Nearer in degrees, and not on the earth.
        place(2, Point::new(HERE.0, HERE.1 + 0.010)),
        place(3, Point::new(HERE.0 + 0.011, HERE.1)),
        place(4, beside(500.0, 0.0)),
        place(5, Point::new(100.0, -40.0)),
    ];
    let mut places = places.to_vec();
    places[4].key_at = Some(here());
    let Some(world) = world(harness, &places).await else { return };
    let nearest = || Place::select().nearest(Place::LOCATION, here());
    assert_eq!(ids(&world, nearest()).await, [1, 4, 3, 2, 5]);
    assert_eq!(ids(&world, nearest().order_by(Place::ID.desc())).await, [4, 1, 3, 2, 5]);
    assert_eq!(ids(&world, nearest().limit(2).offset(1)).await, [4, 3]);
    assert_eq!(ids(&world, nearest().filter(Place::ID.gt(2)).limit(2)).await, [4, 3]);
    let by_key = Place::select().nearest(Place::KEY_AT, here());
    assert_eq!(ids(&world, by_key).await, [5, 1, 2, 3, 4], "what is nowhere is last, by the key");
    refused(world.records.page(&world.cx, nearest(), 2, None).await, ErrorKind::Invalid);
}

pub async fn a_place_that_is_not_there_is_nowhere(harness: &dyn Harness) {
    let mut places = vec![place(1, here()), place(2, here())];
    places[0].boundary = Some(square());
    let Some(world) = world(harness, &places).await else { return };
    let inside = || Place::BOUNDARY.covers(Point::new(0.5, 0.5));
    assert_eq!(found(&world, inside()).await, [1]);
    assert_eq!(found(&world, !inside()).await, [] as [i32; 0], "unknown, and not false");
    assert_eq!(found(&world, inside().or(Place::BOUNDARY.is_null())).await, [1, 2]);
}

pub async fn changes_by_filter_ask_for_places_too(harness: &dyn Harness) {
    if !harness.capabilities().by_filter {
        return;
    }
    let Some(world) = world(harness, &[place(1, here()), place(2, Point::new(0.0, 0.0))]).await else { return };
    let near = || Place::LOCATION.within_distance(here(), 10.0);
    let moved = Place::update().set(Place::BOUNDARY, Some(square())).filter(near());
    assert_eq!(world.records.query(&world.cx, moved).await.unwrap(), 1);
    assert_eq!(found(&world, Place::BOUNDARY.covers(Point::new(0.5, 0.5))).await, [1]);
    assert_eq!(world.records.query(&world.cx, Place::delete().filter(near())).await.unwrap(), 1);
    assert_eq!(world.records.count(&world.cx, Place::select()).await.unwrap(), 1);
}

fn point(at: (f64, f64)) -> Json {
    json!({"type": "Point", "coordinates": [at.0, at.1]})
}

pub async fn names_say_the_same(harness: &dyn Harness) {
    let mut places =
        vec![place(1, here()), place(2, beside(0.0, 500.0)), place(3, Point::new(2.0, 0.5)), place(4, Point::new(2.0, 2.0))];
    places[1].boundary = Some(square());
    let Some(world) = world(harness, &places).await else { return };
    let square = serde_json::to_value(square()).unwrap();
    for (filter, order, expected) in [
        (json!({"location": {"within_distance": {"of": point(HERE), "metres": 501}}}), Json::Null, &[1, 2][..]),
        (json!({"location": {"within": square}}), Json::Null, &[3]),
        (json!({"location": {"in_bbox": [0, 0, 4, 4]}}), Json::Null, &[3, 4]),
        (json!({"location": {"in_bbox": [170, 0, 4, 90]}}), Json::Null, &[1, 2, 3, 4]),
        (json!({"boundary": {"covers": point((0.5, 0.5))}}), Json::Null, &[2]),
        (json!({}), json!([{"nearest": "location", "to": point((2.0, 1.9))}, "-id"]), &[4, 3, 1, 2]),
        (json!({}), json!({"nearest": "location", "to": point(HERE)}), &[1, 2, 4, 3]),
    ] {
        let query = DynamicQuery { filter: filter.clone(), order, ..DynamicQuery::default() };
        let found = world.records.list_dyn(&world.cx, "types", "Place", &query).await.unwrap();
        let mut ids: Vec<i64> = found.iter().map(|place| place["id"].as_i64().unwrap()).collect();
        if query.order.is_null() {
            ids.sort_unstable();
        }
        assert_eq!(ids, expected, "{filter}");
    }
}

pub async fn what_is_no_place_is_refused(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let (records, cx) = (&world.records, &world.cx);
    let typed: [(Predicate<Place>, &str); 7] = [
        (Place::LOCATION.within_distance(here(), -1.0), "metres"),
        (Place::LOCATION.within_distance(here(), f64::NAN), "metres"),
        (Place::LOCATION.within_distance(Point::new(0.0, 91.0), 1.0), "no place on the earth"),
        (Place::LOCATION.in_bbox(0.0, 2.0, 1.0, 1.0), "south"),
        (Place::LOCATION.in_bbox(0.0, 0.0, 181.0, 1.0), "no place on the earth"),
        (Place::LOCATION.within(Polygon::new(vec![(0.0, 0.0)], Vec::new())), "corners"),
        (Place::BOUNDARY.covers(Point::new(f64::INFINITY, 0.0)), "finite"),
    ];
    for (predicate, words) in typed {
        let error = refused(records.list(cx, Place::select().filter(predicate)).await, ErrorKind::Invalid);
        assert!(error.to_string().contains(words), "{error} does not say {words:?}");
    }
    for (field, operator, words) in [
        ("location", json!({"within": point(HERE)}), "geometry(Polygon,4326)"),
        ("location", json!({"covers": point(HERE)}), "for polygons"),
        ("boundary", json!({"within_distance": {"of": point(HERE), "metres": 1}}), "for points"),
        ("location", json!({"within_distance": {"of": point(HERE)}}), "metres"),
        ("location", json!({"in_bbox": [1, 2, 3]}), "four numbers"),
        ("id", json!({"in_bbox": [1, 2, 3, 4]}), "for places"),
    ] {
        let query = DynamicQuery { filter: json!({ field: operator }), ..DynamicQuery::default() };
        let outcome = records.list_dyn(cx, "types", "Place", &query).await;
        refused_in(outcome, ErrorKind::Invalid, "Place", field, words);
    }
    for order in [json!([{"nearest": "boundary", "to": point(HERE)}]), json!([{"nearest": "location"}])] {
        let query = DynamicQuery { order, ..DynamicQuery::default() };
        refused(records.list_dyn(cx, "types", "Place", &query).await, ErrorKind::Invalid);
    }
}

pub async fn a_masked_place_is_not_asked_for(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let user = world.user(&["types:read", "types:list"]).await;
    for select in [
        Place::select().filter(Place::KEY_AT.within_distance(here(), 10.0)),
        Place::select().filter(!Place::KEY_AT.in_bbox(0.0, 0.0, 1.0, 1.0)),
        Place::select().nearest(Place::KEY_AT, here()).limit(1),
    ] {
        refused_in(world.records.list(&user, select).await, ErrorKind::Denied, "Place", "key_at", "masked");
    }
}
