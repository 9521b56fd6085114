//! How many statements it takes to load related records: as the driver tells them.

use sqh_runtime::prelude::*;
use sqh_tests::harness::World;
use sqh_tests::harness::postgres::Postgres;
use sqh_tests::models::{Chapter, Reader, ReaderCard, Remark};

use crate::capture::{Watch, watched};

#[test]
fn each_relation_takes_one_statement_however_many_records_there_are() {
    watched(async |watch| {
        let world = World::new(&Postgres::shared().await).await;
        let mut there = 0;
        for (readers, cards) in [(2, 1), (5, 2), (300, 3)] {
            add(&world, there..readers, cards).await;
            there = readers;
            // Once to meet a connection that has no more to be told.
            assert_eq!(load(&world).await, there);
            let before = statements(watch).len();
            assert_eq!(load(&world).await, there);
            let sent = statements(watch).split_off(before);
            assert_eq!(sent.len(), 5, "{there} readers: {sent:#?}");
        }
    });
}

/// Readers, cards of each, a chapter of each card, and a remark of each reader.
async fn add(world: &World, readers: std::ops::Range<i32>, cards: i32) {
    let World { records, cx, .. } = world;
    for id in readers.clone() {
        let reader = Reader { id, handle: id.to_string(), brought_by: (id > 0).then_some(0) };
        records.create(cx, reader).await.unwrap();
    }
    let card_ids = || readers.clone().flat_map(move |id| (0..cards).map(move |n| (id * 10 + n, id)));
    let cards = card_ids().map(|(id, reader)| ReaderCard { id, reader: Link(reader) });
    records.batch_create_count(cx, cards).await.unwrap();
    records.batch_create_count(cx, card_ids().map(|(id, _)| Chapter { id, card: id })).await.unwrap();
    records.batch_create_count(cx, readers.clone().map(|id| Remark { id, reader: Some(id) })).await.unwrap();
}

/// Four relations: two of a reader, one of its cards, and who brought it.
async fn load(world: &World) -> i32 {
    let select = Reader::select()
        .with(Reader::CARDS.with(ReaderCard::CHAPTERS))
        .with(Reader::REMARKS.limit_per_parent(1))
        .with(Reader::BROUGHT_BY.to(Reader::ID));
    let found = world.records.list_with(&world.cx, select).await.unwrap();
    for (reader, cards, remarks, by) in &found {
        assert!(!cards.is_empty() && cards.iter().all(|(card, chapters)| chapters[0].card == card.id));
        assert_eq!(remarks[..], [Remark { id: reader.id, reader: Some(reader.id) }]);
        assert_eq!(by.as_ref().map(|by| by.id), reader.brought_by);
    }
    i32::try_from(found.len()).unwrap()
}

/// What the driver has sent so far.
fn statements(watch: &Watch) -> Vec<String> {
    let told = watch.told();
    told.iter().filter(|told| told.field("db.statement").is_some()).map(|told| format!("{:?}", told.fields)).collect()
}
