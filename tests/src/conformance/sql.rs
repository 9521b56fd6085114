//! What only SQL can say: checks, defaults, generated columns, partial unique indexes.

use serde_json::json;
use sqh_runtime::prelude::*;

use crate::harness::{Harness, World, refused};
use crate::models::{Coupon, Priced, Tagged};

pub async fn defaults_are_set_by_the_database(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let insert = Priced::insert().set(Priced::ID, 1).set(Priced::PRICE, 5);
    assert_eq!(records.query(&cx, insert).await.unwrap().currency, "EUR");
    let record = Priced { id: 2, price: 5, currency: "CHF".to_owned() };
    assert_eq!(records.create(&cx, record.clone()).await.unwrap(), record);
    let batch = [json!({"id": 3, "price": 1}), json!({"id": 4, "price": 1, "currency": "USD"})];
    let stored = records.batch_create_dyn(&cx, "sql", "Priced", &batch).await.unwrap();
    assert_eq!((&stored[0]["currency"], &stored[1]["currency"]), (&json!("EUR"), &json!("USD")));
}

pub async fn checks_are_kept_by_the_database(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let priced = |id, price| Priced { id, price, currency: "EUR".to_owned() };
    records.create(&cx, priced(1, 0)).await.unwrap();
    let error = refused(records.create(&cx, priced(2, -1)).await, ErrorKind::Invalid);
    assert_eq!(error.model(), Some("Priced"));
    refused(records.update::<Priced>(&cx, 1, Priced::changes().set(Priced::PRICE, -1)).await, ErrorKind::Invalid);
    refused(records.batch_create(&cx, vec![priced(3, 1), priced(4, -1)]).await, ErrorKind::Invalid);
    assert_eq!(records.list(&cx, Priced::select()).await.unwrap(), [priced(1, 0)]);
}

pub async fn generated_columns_are_computed_by_the_database(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let tagged = |id, tag: &str| Tagged { id, tag: tag.to_owned(), folded: Some("ignored".to_owned()) };
    let created = records.create(&cx, tagged(1, "Red")).await.unwrap();
    assert_eq!(created.folded.as_deref(), Some("red"));
    let updated = records.update::<Tagged>(&cx, 1, Tagged::changes().set(Tagged::TAG, "BLUE")).await.unwrap();
    assert_eq!(updated.folded.as_deref(), Some("blue"));
    let batch = records.batch_create(&cx, vec![tagged(2, "X"), tagged(3, "Y")]).await.unwrap();
    assert_eq!(batch.iter().map(|tagged| tagged.folded.clone().unwrap()).collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(records.batch_create_count(&cx, (10..12_000).map(move |id| tagged(id, "Z"))).await.unwrap(), 11_990);
    let found = Tagged::select().filter(Tagged::FOLDED.eq("z"));
    assert_eq!(records.count(&cx, found).await.unwrap(), 11_990);
    let upserted = records.upsert(&cx, tagged(1, "Green"), Conflict::key()).await.unwrap();
    assert_eq!(upserted.folded.as_deref(), Some("green"));
}

pub async fn partial_unique_indexes_hold_for_some_records(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let coupon = |id, open| Coupon { id, holder: "h".to_owned(), open };
    records.batch_create(&cx, vec![coupon(1, true), coupon(2, false), coupon(3, false)]).await.unwrap();
    refused(records.create(&cx, coupon(4, true)).await, ErrorKind::Conflict);
    let open = || Coupon::changes().set(Coupon::OPEN, true);
    refused(records.update::<Coupon>(&cx, 2, open()).await, ErrorKind::Conflict);
    records.update::<Coupon>(&cx, 1, Coupon::changes().set(Coupon::OPEN, false)).await.unwrap();
    records.update::<Coupon>(&cx, 2, open()).await.unwrap();
}
