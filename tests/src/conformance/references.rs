//! References inside one database: they find their record, and what happens when it goes.

use sqh_runtime::prelude::*;

use crate::harness::{Harness, World, refused};
use crate::models::{Chapter, Clue, Reader, ReaderCard, Remark};

fn reader(id: i32, brought_by: Option<i32>) -> Reader {
    Reader { id, handle: format!("reader {id}"), brought_by }
}

/// Readers 1 and 2.
async fn world(harness: &dyn Harness) -> World {
    let world = World::new(harness).await;
    for id in 1..=2 {
        world.records.create(&world.cx, reader(id, None)).await.unwrap();
    }
    world
}

pub async fn find_their_record(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness).await;
    let card = |id, of| ReaderCard { id, reader: Link(of) };
    records.create(&cx, card(1, 1)).await.unwrap();
    let error = refused(records.create(&cx, card(2, 9)).await, ErrorKind::Conflict);
    assert_eq!(error.model(), Some("ReaderCard"));
    refused(records.batch_create(&cx, vec![card(3, 1), card(4, 9)]).await, ErrorKind::Conflict);
    let moved = ReaderCard::changes().set(ReaderCard::READER, Link(9));
    refused(records.update::<ReaderCard>(&cx, 1, moved).await, ErrorKind::Conflict);
    let moved = ReaderCard::changes().set(ReaderCard::READER, Link(2));
    assert_eq!(records.update::<ReaderCard>(&cx, 1, moved).await.unwrap(), card(1, 2));
    assert_eq!(records.list(&cx, ReaderCard::select()).await.unwrap(), [card(1, 2)]);
}

pub async fn find_their_record_by_a_unique_field(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness).await;
    let clue = |id, handle: &str| Clue { id, handle: handle.to_owned() };
    records.create(&cx, clue(1, "reader 1")).await.unwrap();
    refused(records.create(&cx, clue(2, "reader 9")).await, ErrorKind::Conflict);
    let renamed = Reader::changes().set(Reader::HANDLE, "renamed");
    refused(records.update::<Reader>(&cx, 1, renamed).await, ErrorKind::Conflict);
    let renamed = Reader::changes().set(Reader::HANDLE, "renamed");
    records.update::<Reader>(&cx, 2, renamed).await.expect("nothing refers to it");
    records.create(&cx, clue(3, "renamed")).await.unwrap();
}

pub async fn may_be_null(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness).await;
    records.create(&cx, Remark { id: 1, reader: None }).await.unwrap();
    refused(records.create(&cx, Remark { id: 2, reader: Some(9) }).await, ErrorKind::Conflict);
}

pub async fn may_be_to_a_record_of_the_same_batch(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness).await;
    let batch = vec![reader(3, Some(4)), reader(4, Some(4)), reader(5, Some(1))];
    assert_eq!(records.batch_create_count(&cx, batch).await.unwrap(), 3);
    refused(records.batch_create(&cx, vec![reader(6, Some(5)), reader(7, Some(8))]).await, ErrorKind::Conflict);
    assert_eq!(records.count(&cx, Reader::select()).await.unwrap(), 5);
}

pub async fn cascade_through_several_models(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness).await;
    for (id, of) in [(1, 1), (2, 2), (3, 1)] {
        records.create(&cx, ReaderCard { id, reader: Link(of) }).await.unwrap();
        records.create(&cx, Chapter { id: id * 10, card: id }).await.unwrap();
    }
    assert!(records.delete::<Reader>(&cx, 1).await.unwrap());
    assert_eq!(records.list(&cx, ReaderCard::select()).await.unwrap(), [ReaderCard { id: 2, reader: Link(2) }]);
    assert_eq!(records.list(&cx, Chapter::select()).await.unwrap(), [Chapter { id: 20, card: 2 }]);
    assert_eq!(records.query(&cx, Reader::delete().all()).await.unwrap(), 1, "what went along is not counted");
    assert_eq!(records.count(&cx, Chapter::select()).await.unwrap(), 0);
}

pub async fn become_null(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness).await;
    for (id, of) in [(1, 1), (2, 2)] {
        records.create(&cx, Remark { id, reader: Some(of) }).await.unwrap();
    }
    records.delete::<Reader>(&cx, 1).await.unwrap();
    let remarks = records.list(&cx, Remark::select()).await.unwrap();
    assert_eq!(remarks, [Remark { id: 1, reader: None }, Remark { id: 2, reader: Some(2) }]);
}

pub async fn keep_their_record(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness).await;
    records.create(&cx, Clue { id: 1, handle: "reader 1".to_owned() }).await.unwrap();
    records.create(&cx, ReaderCard { id: 1, reader: Link(1) }).await.unwrap();
    refused(records.delete::<Reader>(&cx, 1).await, ErrorKind::Conflict);
    refused(records.query(&cx, Reader::delete().all()).await, ErrorKind::Conflict);
    assert_eq!(records.count(&cx, Reader::select()).await.unwrap(), 2, "all or nothing");
    assert_eq!(records.count(&cx, ReaderCard::select()).await.unwrap(), 1, "the cascade is undone too");
    assert!(records.delete::<Clue>(&cx, 1).await.unwrap());
    assert!(records.delete::<Reader>(&cx, 1).await.unwrap());
}

pub async fn to_the_own_model_go_together(harness: &dyn Harness) {
    let World { records, cx, .. } = world(harness).await;
    records.batch_create(&cx, vec![reader(3, Some(1)), reader(4, Some(3))]).await.unwrap();
    refused(records.delete::<Reader>(&cx, 3).await, ErrorKind::Conflict);
    let delete = Reader::delete().filter(Reader::ID.is_in([1, 3]));
    refused(records.query(&cx, delete).await, ErrorKind::Conflict);
    let delete = Reader::delete().filter(Reader::ID.is_in([1, 3, 4]));
    assert_eq!(records.query(&cx, delete).await.unwrap(), 3);
    assert_eq!(records.list(&cx, Reader::select()).await.unwrap(), [reader(2, None)]);
}

pub async fn need_no_use_of_the_other_model_before(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    refused(records.create(&cx, Chapter { id: 1, card: 1 }).await, ErrorKind::Conflict);
    assert_eq!(records.count(&cx, Chapter::select()).await.unwrap(), 0);
}
