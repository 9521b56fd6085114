//! Every mapped type through a backend and back, on both faces, extremes included.

use serde_json::{Value as AnyJson, json};
use sqh_runtime::compare::compare;
use sqh_runtime::prelude::*;
use sqh_runtime::record_json::row_to_json;
use sqh_runtime::row::to_row;

use crate::harness::{Harness, World};
use crate::fixtures::{date, highest, lowest, nothing, odd, ordinary, something};
use crate::models::{Everything, Perhaps, Place};

/// Equality in which NaN equals itself, as it does in every backend.
#[track_caller]
fn assert_same<M: PlatformModel + Clone + std::fmt::Debug>(left: &M, right: &M) {
    let rows = [left, right].map(|record| to_row(record.clone()).unwrap());
    for (column, (left, right)) in M::def().layout().columns().iter().zip(rows[0].iter().zip(&rows[1])) {
        assert!(compare(left, right).is_eq(), "{}: {left:?} is not {right:?}", column.path);
    }
}

fn as_json<M: PlatformModel + Clone>(record: &M) -> AnyJson {
    row_to_json(M::def(), &to_row(record.clone()).unwrap()).unwrap()
}

async fn check_typed(harness: &dyn Harness, sent: Everything) {
    let World { records, cx, .. } = World::new(harness).await;
    let created = records.create(&cx, sent.clone()).await.unwrap();
    assert_same(&created, &sent);
    assert_same(&records.get::<Everything>(&cx, sent.id).await.unwrap(), &sent);
    let listed = records.list(&cx, Everything::select()).await.unwrap();
    assert_same(&listed[0], &sent);
    assert!(records.delete::<Everything>(&cx, sent.id).await.unwrap());
    let batch = records.batch_create(&cx, vec![sent.clone()]).await.unwrap();
    assert_same(&batch[0], &sent);
    let replaced = records.replace(&cx, sent.clone()).await.unwrap();
    assert_same(&replaced, &sent);
}

pub async fn ordinary_values_come_back(harness: &dyn Harness) {
    check_typed(harness, ordinary()).await;
}

pub async fn lowest_values_come_back(harness: &dyn Harness) {
    check_typed(harness, lowest()).await;
}

pub async fn highest_values_come_back(harness: &dyn Harness) {
    check_typed(harness, highest()).await;
}

pub async fn odd_values_come_back(harness: &dyn Harness) {
    check_typed(harness, odd()).await;
}

pub async fn nulls_come_back(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    assert_same(&records.create(&cx, nothing(1)).await.unwrap(), &nothing(1));
    assert_same(&records.get::<Perhaps>(&cx, 1).await.unwrap(), &nothing(1));
    assert_same(&records.create(&cx, something(2)).await.unwrap(), &something(2));
    let batch = records.batch_create(&cx, vec![nothing(3), something(4)]).await.unwrap();
    assert_same(&batch[0], &nothing(3));
    assert_same(&batch[1], &something(4));
}

pub async fn both_faces_store_the_same(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    for sent in [ordinary(), lowest(), highest(), odd()] {
        let json = as_json(&sent);
        let created = records.create_dyn(&cx, "types", "Everything", &json).await.unwrap();
        let read = records.get::<Everything>(&cx, sent.id).await.unwrap();
        assert_same(&read, &sent);
        assert_eq!(as_json(&read), created);
        let id = AnyJson::from(sent.id.to_string());
        assert_eq!(records.get_dyn(&cx, "types", "Everything", &id).await.unwrap(), created);
        assert!(records.delete_dyn(&cx, "types", "Everything", &id).await.unwrap());
        records.batch_create_dyn(&cx, "types", "Everything", &[json]).await.unwrap();
        assert_same(&records.get::<Everything>(&cx, sent.id).await.unwrap(), &sent);
    }
    let list = records.list_dyn(&cx, "types", "Everything", &Default::default()).await.unwrap();
    assert_eq!(list.len(), 4);
}

/// For every type: null replaces a value, a value replaces null, and what is left out stays.
pub async fn unset_is_neither_null_nor_a_value(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let full = records.create_dyn(&cx, "types", "Perhaps", &as_json(&something(1))).await.unwrap();
    let update = async |changes: AnyJson| records.update_dyn(&cx, "types", "Perhaps", &1.into(), &changes).await.unwrap();
    assert_eq!(update(json!({})).await, full, "what is left out stays");
    let fields: Vec<String> = full.as_object().unwrap().keys().filter(|name| *name != "id").cloned().collect();
    assert!(fields.len() > 20);
    for field in fields {
        let mut expected = full.clone();
        expected[&field] = AnyJson::Null;
        assert_eq!(update(json!({&field: null})).await, expected, "{field} is null");
        assert_eq!(update(json!({})).await, expected, "{field} stays null");
        assert_eq!(update(json!({&field: full[&field]})).await, full, "{field} is set again");
    }
}

pub async fn what_no_system_can_hold_is_refused(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let far = date(9999, 12, 31).succ_opt().unwrap();
    let cases: [(&str, Perhaps); 6] = [
        ("date", Perhaps { date: Some(far), ..nothing(1) }),
        ("datetime", Perhaps { datetime: far.and_hms_opt(0, 0, 0), ..nothing(1) }),
        ("instant", Perhaps { instant: Some(far.and_hms_opt(0, 0, 0).unwrap().and_utc()), ..nothing(1) }),
        ("date", Perhaps { date: Some(date(0, 12, 31)), ..nothing(1) }),
        ("json", Perhaps { json: Some(AnyJson::Null), ..nothing(1) }),
        ("text", Perhaps { text: Some("x\0".to_owned()), ..nothing(1) }),
    ];
    for (field, record) in cases {
        let error = crate::harness::refused(records.create(&cx, record).await, ErrorKind::Invalid);
        assert_eq!((error.model(), error.field()), (Some("Perhaps"), Some(field)), "{error}");
    }
    assert_eq!(records.count(&cx, Perhaps::select()).await.unwrap(), 0);
}

pub async fn geometries_come_back(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let ring = vec![(-76.5, 39.0), (-76.0, 39.0), (-76.25, 39.5), (-76.5, 39.0)];
    let hole = vec![(-76.3, 39.1), (-76.2, 39.1), (-76.25, 39.2), (-76.3, 39.1)];
    let full = Place {
        id: 1,
        location: Point::new(-76.347_444_4, 39.496_277_78),
        boundary: Some(Polygon::new(ring, vec![hole])),
        key_at: None,
    };
    let bare = Place { id: 2, location: Point::new(180.0, -90.0), boundary: None, key_at: None };
    match records.create(&cx, full.clone()).await {
        // The message says which extension is missing.
        Err(error) if error.kind() == ErrorKind::Unsupported => return assert!(error.to_string().contains("postgis")),
        created => assert_eq!(created.unwrap(), full),
    }
    assert_eq!(records.batch_create(&cx, vec![bare.clone()]).await.unwrap()[0], bare);
    assert_eq!(records.list(&cx, Place::select()).await.unwrap(), [full.clone(), bare]);
    let by_name = records.get_dyn(&cx, "types", "Place", &1.into()).await.unwrap();
    assert_eq!(by_name["location"]["coordinates"], json!([-76.347_444_4, 39.496_277_78]));
    assert!(records.delete::<Place>(&cx, 1).await.unwrap());
    assert_eq!(records.create_dyn(&cx, "types", "Place", &by_name).await.unwrap(), by_name);
    assert_eq!(records.get::<Place>(&cx, 1).await.unwrap(), full);
    let many = (10..6010).map(move |id| Place { id, ..full.clone() });
    assert_eq!(records.batch_create_count(&cx, many).await.unwrap(), 6000);
}
