//! Keyset pages: however a list is cut into pages, they give the whole list.

use sqh_runtime::expr::{Order, Select};
use sqh_runtime::prelude::*;
use sqh_runtime::service::DynamicQuery;

use crate::fixtures::nothing;
use crate::harness::{Harness, World, refused};
use crate::models::{Color, Dimensions, Event, Perhaps};

/// Records with many equal values and many nulls, in no order.
async fn world(harness: &dyn Harness) -> World {
    let world = World::new(harness).await;
    let pick = |i: i32, of: i32| (i * 7 + i * i) % of;
    let records = (0..40).map(|i| Perhaps {
        text: ["a", "B", "", "ä"].get(pick(i, 5) as usize).map(|&text| text.to_owned()),
        small: (pick(i, 3) > 0).then_some(pick(i, 3) as i16),
        double: [Some(f64::NAN), Some(-0.0), Some(0.0), None, Some(f64::INFINITY)][pick(i, 5) as usize],
        flag: [Some(true), Some(false), None][pick(i, 3) as usize],
        instant: (i % 4 > 0).then(|| DateTime::from_timestamp(i64::from(i % 4), 1000).unwrap()),
        bytes: (i % 2 > 0).then(|| vec![0, (i % 3) as u8]),
        color: [Some(Color::Green), Some(Color::Red), None, Some(Color::DarkBlue)][pick(i, 4) as usize],
        dimensions: (i % 3 > 0).then(|| Dimensions { width: f64::from(i % 5), height: None, material: None }),
        ..nothing((i * 13) % 40)
    });
    world.records.batch_create(&world.cx, records.collect::<Vec<_>>()).await.unwrap();
    world
}

async fn walk(world: &World, select: impl Fn() -> Select<Perhaps>, size: u32) -> Vec<i32> {
    let (mut ids, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = world.records.page(&world.cx, select(), size, after.as_deref()).await.unwrap();
        assert!(page.records.len() <= size as usize);
        assert!(page.next.is_none() || page.records.len() == size as usize, "only the last page is short");
        ids.extend(page.records.iter().map(|record| record.id));
        pages += 1;
        assert!(pages < 100, "the pages do not end");
        match page.next {
            Some(next) => after = Some(next),
            None => return ids,
        }
    }
}

async fn check(world: &World, order: &[Order<Perhaps>]) {
    let select = || order.iter().cloned().fold(Perhaps::select(), Select::order_by);
    let whole = world.records.list(&world.cx, select()).await.unwrap();
    let whole: Vec<_> = whole.iter().map(|record| record.id).collect();
    assert_eq!(whole.len(), 40);
    for size in [1, 3, 7, 40, 41] {
        assert_eq!(walk(world, select, size).await, whole, "{size} by {order:?}");
    }
}

pub async fn give_the_whole_list_by_one_column(harness: &dyn Harness) {
    let world = world(harness).await;
    check(&world, &[]).await;
    for order in [Perhaps::ID.desc(), Perhaps::TEXT.asc(), Perhaps::TEXT.desc(), Perhaps::SMALL.asc()] {
        check(&world, &[order]).await;
    }
    for order in [Perhaps::SMALL.desc(), Perhaps::DOUBLE.asc(), Perhaps::DOUBLE.desc(), Perhaps::FLAG.asc()] {
        check(&world, &[order]).await;
    }
    for order in [Perhaps::INSTANT.desc(), Perhaps::BYTES.asc(), Perhaps::COLOR.asc(), Perhaps::COLOR.desc()] {
        check(&world, &[order]).await;
    }
}

pub async fn give_the_whole_list_in_mixed_directions(harness: &dyn Harness) {
    let world = world(harness).await;
    check(&world, &[Perhaps::TEXT.asc(), Perhaps::SMALL.desc()]).await;
    check(&world, &[Perhaps::TEXT.desc(), Perhaps::SMALL.asc(), Perhaps::DOUBLE.desc()]).await;
    check(&world, &[Perhaps::FLAG.desc(), Perhaps::ID.desc()]).await;
    check(&world, &[Perhaps::COLOR.desc(), Perhaps::BYTES.asc(), Perhaps::INSTANT.desc()]).await;
}

pub async fn go_on_where_a_record_has_gone_or_come(harness: &dyn Harness) {
    let world = world(harness).await;
    let World { records, cx, .. } = &world;
    let select = || Perhaps::select().order_by(Perhaps::ID.asc());
    let first = records.page(cx, select(), 10, None).await.unwrap();
    records.delete::<Perhaps>(cx, 9).await.unwrap();
    records.delete::<Perhaps>(cx, 10).await.unwrap();
    records.create(cx, nothing(-5)).await.unwrap();
    let second = records.page(cx, select(), 10, first.next.as_deref()).await.unwrap();
    let ids: Vec<_> = second.records.iter().map(|record| record.id).collect();
    assert_eq!(ids, (11..=20).collect::<Vec<_>>(), "neither a repetition nor a gap");
}

pub async fn keep_to_their_filter(harness: &dyn Harness) {
    let world = world(harness).await;
    let select = || Perhaps::select().filter(Perhaps::TEXT.is_null()).order_by(Perhaps::SMALL.desc());
    let whole = world.records.list(&world.cx, select()).await.unwrap();
    let whole: Vec<_> = whole.iter().map(|record| record.id).collect();
    assert!(whole.len() > 3);
    assert_eq!(walk(&world, select, 2).await, whole);
}

pub async fn know_when_nothing_follows(harness: &dyn Harness) {
    let world = world(harness).await;
    let World { records, cx, .. } = &world;
    assert_eq!(records.page(cx, Perhaps::select(), 40, None).await.unwrap().next, None);
    assert!(records.page(cx, Perhaps::select(), 39, None).await.unwrap().next.is_some());
    let none = records.page(cx, Perhaps::select().filter(Perhaps::ID.gt(99)), 5, None).await.unwrap();
    assert_eq!((none.records.len(), none.next), (0, None));
}

pub async fn refuse_a_foreign_cursor(harness: &dyn Harness) {
    let world = world(harness).await;
    let World { records, cx, .. } = &world;
    let by_text = || Perhaps::select().order_by(Perhaps::TEXT.asc());
    let cursor = records.page(cx, by_text(), 5, None).await.unwrap().next;
    let by_small = Perhaps::select().order_by(Perhaps::SMALL.asc());
    for (outcome, case) in [
        (records.page(cx, by_small, 5, cursor.as_deref()).await, "another order"),
        (records.page(cx, Perhaps::select(), 5, cursor.as_deref()).await, "no order"),
        (records.page(cx, by_text(), 5, Some("garbage!")).await, "no base64"),
        (records.page(cx, by_text(), 5, Some("")).await, "empty"),
        (records.page(cx, by_text().offset(1), 5, cursor.as_deref()).await, "an offset too"),
    ] {
        assert_eq!(refused(outcome, ErrorKind::Invalid).kind(), ErrorKind::Invalid, "{case}");
    }
    let cursor = cursor.unwrap();
    let backwards = Perhaps::select().order_by(Perhaps::TEXT.desc());
    refused(records.page(cx, backwards, 5, Some(&cursor)).await, ErrorKind::Invalid);
    // Whoever knows how a cursor is made cannot make one, change one, or bring one from elsewhere.
    let (made, mark) = cursor.rsplit_once('.').unwrap();
    let changed = format!("{}.{mark}", made.replacen(&made[..1], if made.starts_with('W') { "X" } else { "W" }, 1));
    for forged in [made, &format!("{made}."), &changed, &cursor[..cursor.len() - 2]] {
        refused(records.page(cx, by_text(), 5, Some(forged)).await, ErrorKind::Invalid);
    }
    let another = world.another_tenant().await;
    refused(records.page(&another, by_text(), 5, Some(&cursor)).await, ErrorKind::Invalid);
    let cursor = Some(cursor);
    let of_event = Event::select().order_by(Event::WHAT.asc());
    refused(records.page(cx, of_event, 5, cursor.as_deref()).await, ErrorKind::Invalid);
}

pub async fn are_the_same_by_name(harness: &dyn Harness) {
    let world = world(harness).await;
    let World { records, cx, .. } = &world;
    let order = serde_json::json!(["-text", "dimensions.width", {"field": "double", "descending": true}]);
    let query = DynamicQuery { order, ..DynamicQuery::default() };
    let whole = records.list_dyn(cx, "types", "Perhaps", &query).await.unwrap();
    let (mut found, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = records.page_dyn(cx, "types", "Perhaps", &query, 6, after.as_deref()).await.unwrap();
        found.extend(page.records);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(found, whole);
}
