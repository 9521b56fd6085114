//! Who reads every partition by oversight is warned, once for each model and operation.

use sqh_runtime::prelude::*;
use sqh_tests::harness::World;
use sqh_tests::harness::postgres::Postgres;
use sqh_tests::models::Event;
use tracing::Level;

use crate::capture::watched;

#[test]
fn a_filter_without_the_partition_column_is_warned_of_once() {
    watched(async |watch| {
        let World { records, cx, .. } = &World::new(&Postgres::shared().await).await;
        let warnings = || watch.told().into_iter().filter(|told| told.level == Level::WARN).collect::<Vec<_>>();
        let recent = || Event::HAPPENED_AT.gt(Utc::now());
        records.list(cx, Event::select().filter(Event::WHAT.eq("x").and(recent())).limit(1)).await.unwrap();
        records.list(cx, Event::select().limit(1)).await.unwrap();
        assert!(warnings().is_empty(), "{:?}", warnings());
        for _ in 0..3 {
            records.list(cx, Event::select().filter(Event::WHAT.eq("canary")).limit(1)).await.unwrap();
        }
        records.count(cx, Event::select().filter(Event::WHAT.eq("canary").or(recent()))).await.unwrap();
        let operations: Vec<_> =
            warnings().iter().map(|told| told.field("db.operation.name").map(str::to_owned)).collect();
        assert_eq!(operations, [Some("list".to_owned()), Some("count".to_owned())]);
        let told = format!("{:?}", warnings());
        assert!(told.contains("`happened_at`") && !told.contains("canary"), "{told}");
    });
}
