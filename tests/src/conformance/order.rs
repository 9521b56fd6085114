//! Orders, limits and offsets.

use sqh_runtime::expr::Order;
use sqh_runtime::prelude::*;

use crate::fixtures::{decimal, nothing};
use crate::harness::{Harness, World};
use crate::models::{Book, BookShelf, Color, Perhaps, Size};

async fn ids(world: &World, order: impl IntoIterator<Item = Order<Perhaps>>) -> Vec<i32> {
    let select = order.into_iter().fold(Perhaps::select(), |select, order| select.order_by(order));
    let found = world.records.list(&world.cx, select).await.unwrap();
    found.iter().map(|record| record.id).collect()
}

async fn world(harness: &dyn Harness, records: Vec<Perhaps>) -> World {
    let world = World::new(harness).await;
    world.records.batch_create(&world.cx, records).await.unwrap();
    world
}

pub async fn is_by_the_key_if_none_is_said(harness: &dyn Harness) {
    let world = world(harness, [3, -1, 2].map(nothing).to_vec()).await;
    assert_eq!(ids(&world, []).await, [-1, 2, 3]);
    let World { records, cx, .. } = world;
    for (room, number) in [("b", 1), ("a", 10), ("a", 9), ("B", 3)] {
        records.create(&cx, BookShelf { room: room.to_owned(), number, capacity: None }).await.unwrap();
    }
    let shelves = records.list(&cx, BookShelf::select()).await.unwrap();
    let keys: Vec<_> = shelves.iter().map(|shelf| (shelf.room.as_str(), shelf.number)).collect();
    assert_eq!(keys, [("B", 3), ("a", 9), ("a", 10), ("b", 1)]);
}

pub async fn of_text_is_by_bytes_whatever_the_database_is_told(harness: &dyn Harness) {
    let texts = ["", " b", "-a", "A", "B", "Z", "a", "a b", "a-b", "ab", "z", "Ä", "ä", "é", "日本", "🦀"];
    let records = texts.iter().enumerate().map(|(i, text)| Perhaps {
        text: Some((*text).to_owned()),
        ..nothing((i as i32 * 7) % texts.len() as i32)
    });
    let world = world(harness, records.collect()).await;
    let sorted = world.records.list(&world.cx, Perhaps::select().order_by(Perhaps::TEXT.asc())).await.unwrap();
    let sorted: Vec<_> = sorted.into_iter().map(|record| record.text.unwrap()).collect();
    assert_eq!(sorted, texts);
    for (i, text) in texts.iter().enumerate() {
        let less = Perhaps::select().filter(Perhaps::TEXT.lt(*text));
        assert_eq!(world.records.count(&world.cx, less).await.unwrap(), i as u64, "less than {text:?}");
    }
}

pub async fn of_numbers_puts_nan_last_and_nulls_behind_it(harness: &dyn Harness) {
    let double = |id, double| Perhaps { double, single: double.map(|double| double as f32), ..nothing(id) };
    let world = world(
        harness,
        vec![
            double(1, None),
            double(2, Some(f64::NAN)),
            double(3, Some(f64::INFINITY)),
            double(4, Some(0.5)),
            double(5, Some(f64::NEG_INFINITY)),
        ],
    )
    .await;
    for order in [Perhaps::DOUBLE.asc(), Perhaps::SINGLE.asc()] {
        assert_eq!(ids(&world, [order]).await, [5, 4, 3, 2, 1]);
    }
    for order in [Perhaps::DOUBLE.desc(), Perhaps::SINGLE.desc()] {
        assert_eq!(ids(&world, [order]).await, [1, 2, 3, 4, 5]);
    }
}

pub async fn of_enums_is_by_declaration_if_native_and_by_name_if_text(harness: &dyn Harness) {
    let with = |id, color, size| Perhaps { color, size, ..nothing(id) };
    let world = world(
        harness,
        vec![
            with(1, Some(Color::DarkBlue), Some(Size::Small)),
            with(2, Some(Color::Red), Some(Size::Medium)),
            with(3, Some(Color::Green), Some(Size::Large)),
            with(4, None, None),
        ],
    )
    .await;
    assert_eq!(ids(&world, [Perhaps::COLOR.asc()]).await, [2, 3, 1, 4]);
    assert_eq!(ids(&world, [Perhaps::COLOR.desc()]).await, [4, 1, 3, 2]);
    assert_eq!(ids(&world, [Perhaps::SIZE.asc()]).await, [3, 2, 1, 4]);
}

pub async fn of_every_type_that_has_one(harness: &dyn Harness) {
    let with = |id: i32| Perhaps {
        text: Some(format!("{id}")),
        small: Some(id as i16),
        medium: Some(id),
        large: Some(id.into()),
        flag: Some(id > 1),
        decimal: Some(decimal(&format!("{id}.5"))),
        uuid: Some(Uuid::from_u128(id as u128)),
        instant: DateTime::from_timestamp(id.into(), 0),
        datetime: DateTime::from_timestamp(id.into(), 0).map(|instant| instant.naive_utc()),
        date: NaiveDate::from_ymd_opt(2000 + id, 1, 1),
        time: NaiveTime::from_hms_opt(id as u32, 0, 0),
        bytes: Some(vec![id as u8]),
        ..nothing(id)
    };
    let world = world(harness, [2, 3, 1].map(with).to_vec()).await;
    let orders = |descending: bool| {
        macro_rules! orders {
            ($($column:ident)*) => { [$(if descending { Perhaps::$column.desc() } else { Perhaps::$column.asc() }),*] };
        }
        orders!(TEXT SMALL MEDIUM LARGE DECIMAL UUID INSTANT DATETIME DATE TIME BYTES)
    };
    for order in orders(false) {
        assert_eq!(ids(&world, [order.clone()]).await, [1, 2, 3], "{order:?}");
    }
    for order in orders(true) {
        assert_eq!(ids(&world, [order.clone()]).await, [3, 2, 1], "{order:?}");
    }
    assert_eq!(ids(&world, [Perhaps::FLAG.asc(), Perhaps::ID.desc()]).await, [1, 3, 2]);
}

pub async fn by_several_fields_decides_from_left_to_right(harness: &dyn Harness) {
    let with = |id, small, medium| Perhaps { small, medium, ..nothing(id) };
    let world = world(
        harness,
        vec![
            with(1, Some(1), Some(2)),
            with(2, Some(1), None),
            with(3, None, Some(1)),
            with(4, Some(1), Some(1)),
            with(5, Some(1), Some(1)),
        ],
    )
    .await;
    assert_eq!(ids(&world, [Perhaps::SMALL.asc(), Perhaps::MEDIUM.asc()]).await, [4, 5, 1, 2, 3]);
    assert_eq!(ids(&world, [Perhaps::SMALL.desc(), Perhaps::MEDIUM.asc()]).await, [3, 4, 5, 1, 2]);
    assert_eq!(ids(&world, [Perhaps::SMALL.asc(), Perhaps::MEDIUM.desc()]).await, [2, 1, 4, 5, 3]);
    assert_eq!(
        ids(&world, [Perhaps::SMALL.asc(), Perhaps::MEDIUM.asc(), Perhaps::ID.desc()]).await,
        [5, 4, 1, 2, 3]
    );
}

pub async fn limits_and_offsets_cut_a_list(harness: &dyn Harness) {
    let world = world(harness, (1..=5).map(nothing).collect()).await;
    let cut = async |limit: Option<u64>, offset| {
        let mut select = Perhaps::select().order_by(Perhaps::ID.desc()).offset(offset);
        if let Some(limit) = limit {
            select = select.limit(limit);
        }
        let found = world.records.list(&world.cx, select).await.unwrap();
        found.iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(cut(Some(2), 0).await, [5, 4]);
    assert_eq!(cut(Some(2), 2).await, [3, 2]);
    assert_eq!(cut(Some(2), 4).await, [1]);
    assert_eq!(cut(Some(2), 5).await, [0; 0]);
    assert_eq!(cut(Some(0), 0).await, [0; 0]);
    assert_eq!(cut(None, 3).await, [2, 1]);
    assert_eq!(cut(Some(100), 100).await, [0; 0]);
    assert_eq!(cut(Some(i64::MAX as u64), 0).await.len(), 5);
}

pub async fn a_count_takes_no_notice_of_limits(harness: &dyn Harness) {
    let world = world(harness, (1..=5).map(nothing).collect()).await;
    let select = Perhaps::select().filter(Perhaps::ID.gt(1)).limit(2).offset(1);
    assert_eq!(world.records.count(&world.cx, select).await.unwrap(), 4);
}

pub async fn some_columns_come_as_tuples(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    for id in 1..=3 {
        let book = Book { stars: (id > 1).then_some(id as f64), ..Book::new(id, &format!("book {id}")) };
        records.create(&cx, book).await.unwrap();
    }
    let select = Book::select().filter(Book::ID.gt(1)).order_by(Book::STARS.desc()).limit(2);
    let found = records.query(&cx, select.columns((Book::STARS, Book::ID, Book::TITLE))).await.unwrap();
    assert_eq!(found, [(Some(3.0), 3, "book 3".to_owned()), (Some(2.0), 2, "book 2".to_owned())]);
}
