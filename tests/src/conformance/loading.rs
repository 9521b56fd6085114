//! Related records that are loaded along, by relations and by references.

use serde_json::json;
use sqh_runtime::expr::Related;
use sqh_runtime::prelude::*;
use sqh_runtime::service::DynamicQuery;

use crate::harness::{Harness, World, refused, refused_in, unique_text};
use crate::models::{Badge, Book, Chapter, Clue, Event, Memo, Notice, Person, Reader, ReaderCard, Remark, Station};

fn reader(id: i32, brought_by: Option<i32>) -> Reader {
    Reader { id, handle: format!("reader {id}"), brought_by }
}

fn card(id: i32, of: i32) -> ReaderCard {
    ReaderCard { id, reader: Link(of) }
}

fn chapter(id: i32, card: i32) -> Chapter {
    Chapter { id, card }
}

fn remark(id: i32, reader: Option<i32>) -> Remark {
    Remark { id, reader }
}

/// Three readers: one with three cards, one with one, one with none; and another tenant with the same keys.
async fn readers(harness: &dyn Harness) -> World {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    records.batch_create(cx, vec![reader(1, None), reader(2, Some(1)), reader(3, Some(1))]).await.unwrap();
    records.batch_create(cx, vec![card(10, 1), card(11, 1), card(12, 1), card(20, 2)]).await.unwrap();
    records.batch_create(cx, vec![chapter(100, 10), chapter(101, 10), chapter(110, 11)]).await.unwrap();
    records.batch_create(cx, vec![remark(1, Some(3)), remark(2, None), remark(3, Some(1))]).await.unwrap();
    let theirs = world.another_tenant().await;
    records.create(&theirs, Reader { id: 1, handle: "theirs".to_owned(), brought_by: None }).await.unwrap();
    records.batch_create(&theirs, vec![card(13, 1), card(14, 1)]).await.unwrap();
    records.create(&theirs, chapter(102, 13)).await.unwrap();
    world
}

pub async fn each_record_has_its_own(harness: &dyn Harness) {
    let World { records, cx, .. } = readers(harness).await;
    let select = Reader::select().order_by(Reader::ID.desc()).with(Reader::CARDS);
    let found: Vec<(Reader, Vec<ReaderCard>)> = records.list_with(&cx, select).await.unwrap();
    let expected = [
        (reader(3, Some(1)), vec![]),
        (reader(2, Some(1)), vec![card(20, 2)]),
        (reader(1, None), vec![card(10, 1), card(11, 1), card(12, 1)]),
    ];
    assert_eq!(found, expected);
    let nobody = Reader::select().filter(Reader::ID.eq(7)).with(Reader::CARDS);
    assert_eq!(records.list_with(&cx, nobody).await.unwrap(), []);
}

pub async fn relations_nest_and_stand_side_by_side(harness: &dyn Harness) {
    let World { records, cx, .. } = readers(harness).await;
    let select = Reader::select()
        .filter(Reader::ID.ne(2))
        .with(Reader::CARDS.with(ReaderCard::CHAPTERS).filter(ReaderCard::ID.lt(12)))
        .with(Reader::REMARKS)
        .with(Reader::BROUGHT_BY.to(Reader::ID).with(Reader::CARDS.limit_per_parent(1)));
    let found = records.list_with(&cx, select).await.unwrap();
    let cards = vec![(card(10, 1), vec![chapter(100, 10), chapter(101, 10)]), (card(11, 1), vec![chapter(110, 11)])];
    let first = Some((reader(1, None), vec![card(10, 1)]));
    let expected = [
        (reader(1, None), cards, vec![remark(3, Some(1))], None),
        (reader(3, Some(1)), vec![], vec![remark(1, Some(3))], first),
    ];
    assert_eq!(found, expected);
}

pub async fn relations_are_filtered_ordered_and_limited_for_each(harness: &dyn Harness) {
    let World { records, cx, .. } = readers(harness).await;
    let cards = || Reader::CARDS.order_by(ReaderCard::ID.desc());
    let found = async |cards| {
        let found: Vec<(Reader, Vec<ReaderCard>)> =
            records.list_with(&cx, Reader::select().with(cards)).await.unwrap();
        found.into_iter().map(|(_, cards)| cards.into_iter().map(|card| card.id).collect()).collect::<Vec<Vec<_>>>()
    };
    assert_eq!(found(cards()).await, [vec![12, 11, 10], vec![20], vec![]]);
    assert_eq!(found(cards().limit_per_parent(2)).await, [vec![12, 11], vec![20], vec![]]);
    assert!(found(cards().limit_per_parent(0)).await.iter().all(Vec::is_empty));
    let lower = cards().filter(ReaderCard::ID.lt(12)).filter(ReaderCard::ID.ne(20));
    assert_eq!(found(lower.limit_per_parent(1)).await, [vec![11], vec![], vec![]]);
}

pub async fn names_load_what_types_do(harness: &dyn Harness) {
    let World { records, cx, .. } = readers(harness).await;
    let query = DynamicQuery { filter: json!({"id": {"ne": 2}}), ..DynamicQuery::default() };
    let with = json!([
        {"cards": {"filter": {"id": {"lt": 12}}, "order": ["-id"], "with": ["chapters"]}},
        "remarks",
        {"brought_by": {"with": [{"cards": {"limit_per_parent": 1}}]}},
    ]);
    let found = records.list_with_dyn(&cx, "family", "Reader", &query, &with).await.unwrap();
    let card = |id: i32| json!({"id": id, "reader": 1});
    let chapter = |id: i32, card: i32| json!({"record": {"id": id, "card": card}});
    let reader = |id: i32, by: Option<i32>| json!({"id": id, "handle": format!("reader {id}"), "brought_by": by});
    let cards = json!([
        {"record": card(11), "with": {"chapters": [chapter(110, 11)]}},
        {"record": card(10), "with": {"chapters": [chapter(100, 10), chapter(101, 10)]}},
    ]);
    let first = json!({"record": reader(1, None), "with": {"cards": [{"record": card(10)}]}});
    let remark = |id: i32, of: i32| json!([{"record": {"id": id, "reader": of}}]);
    let expected = [
        json!({"record": reader(1, None), "with": {"cards": cards, "remarks": remark(3, 1), "brought_by": null}}),
        json!({"record": reader(3, Some(1)), "with": {"cards": [], "remarks": remark(1, 3), "brought_by": first}}),
    ];
    assert_eq!(found, expected);

    // A link, and a reference to another field than the key.
    let all = DynamicQuery::default();
    let cards = records.list_with_dyn(&cx, "family", "ReaderCard", &all, &json!(["reader"])).await.unwrap();
    assert_eq!(cards[3]["with"]["reader"]["record"]["id"], 2, "{cards:?}");
    records.create(&cx, Clue { id: 1, handle: "reader 2".to_owned() }).await.unwrap();
    let clues = records.list_with_dyn(&cx, "family", "Clue", &all, &json!(["handle"])).await.unwrap();
    assert_eq!(clues, [json!({"record": {"id": 1, "handle": "reader 2"}, "with": {"handle": {"record": reader(2, Some(1))}}})]);
    let transaction = records.begin(&cx).await.unwrap();
    transaction.create(&cx, self::card(30, 3)).await.unwrap();
    let third = DynamicQuery { filter: json!({"id": 3}), ..DynamicQuery::default() };
    let found = transaction.list_with_dyn(&cx, "family", "Reader", &third, &json!(["cards"])).await.unwrap();
    assert_eq!(found[0]["with"]["cards"][0]["record"]["id"], 30, "{found:?}");
    transaction.rollback().await.unwrap();
}

pub async fn names_that_lead_nowhere_are_told(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    for (with, parts) in [
        (json!("cards"), &["`with` is an array"][..]),
        (json!(["card"]), &["in `with.0.card`", "`cards`, `remarks`, `brought_by`"]),
        (json!(["cards", 3]), &["in `with.1`"]),
        (json!(["cards", {"cards": {}}]), &["in `with.1`", "twice"]),
        (json!([{"cards": {"with": ["chapter"]}}]), &["in `with.0.cards.with.0.chapter`", "`chapters`"]),
        (json!([{"cards": {"limit": 2}}]), &["in `with.0.cards`", "no option `limit`", "`limit_per_parent`"]),
        (json!([{"cards": {"limit_per_parent": "2"}}]), &["is a number"]),
        (json!([{"cards": ["id"]}]), &["options are an object"]),
        (json!([{"cards": {"filter": {"idd": 1}}}]), &["in `with.0.cards`", "no field `idd`"]),
        (json!([{"brought_by": {"order": ["id"]}}]), &["no option `order` of a reference"]),
        (json!(["handle"]), &["no relation `handle`"]),
    ] {
        let outcome = records.list_with_dyn(&cx, "family", "Reader", &DynamicQuery::default(), &with).await;
        let error = refused(outcome, ErrorKind::Invalid);
        assert!(parts.iter().all(|part| error.to_string().contains(part)), "{with}: {error}");
    }
}

pub async fn references_lead_to_one_record_or_none(harness: &dyn Harness) {
    let World { records, cx, .. } = readers(harness).await;
    let by_key = Remark::select().with(Remark::READER.to(Reader::ID));
    let found: Vec<(Remark, Option<Reader>)> = records.list_with(&cx, by_key).await.unwrap();
    let expected = [
        (remark(1, Some(3)), Some(reader(3, Some(1)))),
        (remark(2, None), None),
        (remark(3, Some(1)), Some(reader(1, None))),
    ];
    assert_eq!(found, expected);

    // Several refer to one record, and each has it with all that belongs to it.
    let by_link = ReaderCard::select().with(ReaderCard::READER.to(Reader::ID).with(Reader::REMARKS));
    let found = records.list_with(&cx, by_link).await.unwrap();
    let readers: Vec<_> = found.iter().map(|(card, of)| (card.id, of.as_ref().map(|(of, all)| (of.id, all.len())))).collect();
    assert_eq!(readers, [(10, Some((1, 1))), (11, Some((1, 1))), (12, Some((1, 1))), (20, Some((2, 0)))]);

    let clue = Clue { id: 1, handle: "reader 2".to_owned() };
    records.create(&cx, clue.clone()).await.unwrap();
    let by_column = Clue::select().with(Clue::HANDLE.to(Reader::HANDLE));
    assert_eq!(records.list_with(&cx, by_column).await.unwrap(), [(clue.clone(), Some(reader(2, Some(1))))]);
    let other = Clue::HANDLE.to(Reader::HANDLE).filter(Reader::ID.ne(2));
    assert_eq!(records.list_with(&cx, Clue::select().with(other)).await.unwrap(), [(clue, None)]);
}

pub async fn the_rules_of_related_models_apply(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    records.batch_create(cx, vec![reader(1, None), reader(2, None)]).await.unwrap();
    let clues = (1..=2).map(|id| Clue { id, handle: format!("reader {id}") });
    records.batch_create(cx, clues).await.unwrap();
    let memos = vec![Memo::new(1, "reader 1", "somebody"), Memo::new(2, "reader 2", "another")];
    records.batch_create(cx, memos).await.unwrap();
    let user = world.user(&["family:list", "family:read"]).await;
    let select = || Clue::select().with(Clue::HANDLE.to(Memo::TITLE)).with(Clue::HANDLE.to(Reader::HANDLE));
    let found = records.list_with(&user, select()).await.unwrap();
    let found: Vec<_> = found.into_iter().map(|(_, memo, of)| (memo.map(|memo| memo.id), of.is_some())).collect();
    assert_eq!(found, [(Some(1), true), (None, true)], "the second memo is another's");

    // Without the permission for a model it is refused, whether or not there is anything to load.
    let user = world.user(&["office:list"]).await;
    refused(records.list_with(&user, select()).await, ErrorKind::Denied);
    let user = world.user(&["library:list", "library:read"]).await;
    for select in [Book::select(), Book::select().filter(Book::ID.eq(7))] {
        let related = Related::<Book, Remark, Vec<Remark>>::meeting("pages", "id");
        let error = refused(records.list_with(&user, select.with(related)).await, ErrorKind::Denied);
        assert_eq!(error.model(), Some("Remark"), "{error}");
    }
}

pub async fn what_may_not_be_seen_of_related_records_is_masked(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    records.create(cx, Reader { brought_by: Some(1), ..reader(1, None) }).await.unwrap();
    let person = Person { id: 1, name: "Ada".to_owned(), salary: Some(1), badge: Badge("b1".to_owned()) };
    records.create(cx, person.clone()).await.unwrap();
    let user = world.user(&["family:*", "hr:list", "hr:read"]).await;
    let of = || Reader::BROUGHT_BY.to(Person::ID);
    let found = async |cx, of| records.list_with(cx, Reader::select().with(of)).await;
    assert_eq!(found(cx, of()).await.unwrap()[0].1, Some(person.clone()));
    let masked = Person { salary: None, badge: Badge("***".to_owned()), ..person };
    assert_eq!(found(&user, of()).await.unwrap()[0].1, Some(masked));

    let asked = found(&user, of().filter(Person::SALARY.eq(1))).await;
    refused_in(asked, ErrorKind::Denied, "Person", "salary", "masked");
    // Neither side of a relation may be masked, wherever it stands.
    let by_salary = || Person::SALARY.to(Reader::ID);
    let outer = records.list_with(&user, Person::select().with(by_salary())).await;
    refused_in(outer, ErrorKind::Denied, "Person", "salary", "masked");
    let inner = records.list_with(&user, Reader::select().with(of().with(by_salary()))).await;
    refused_in(inner, ErrorKind::Denied, "Person", "salary", "masked");
    let onto = Related::<Reader, Person, Vec<Person>>::meeting("id", "salary");
    refused_in(records.list_with(&user, Reader::select().with(onto)).await, ErrorKind::Denied, "Person", "salary", "masked");
}

pub async fn shared_records_are_loaded_along_with_a_tenants(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let codes = [unique_text(), unique_text(), unique_text()];
    let station = |code: &String| Station { station_code: code.clone(), name: code.clone(), latitude: 1.0 };
    records.batch_create(&world.shared(), vec![station(&codes[0]), station(&codes[1])]).await.unwrap();
    let notice = |code: &String, is_out| Notice { slug: code.clone(), is_out };
    records.batch_create(&world.shared(), vec![notice(&codes[0], true), notice(&codes[1], false)]).await.unwrap();
    let readers = codes.clone().into_iter().zip(1..).map(|(handle, id)| Reader { handle, ..reader(id, None) });
    records.batch_create(cx, readers).await.unwrap();

    // The rules of shared models ask what the principal holds outside of tenants.
    let user = world.user(&["family:*"]).await;
    let station = Reader::HANDLE.to(Station::STATION_CODE).with(Station::NAME.to(Notice::SLUG));
    let found = records.list_with(&user, Reader::select().with(station)).await.unwrap();
    let found: Vec<_> = found.into_iter().map(|(_, station)| station.map(|(_, notice)| notice.is_some())).collect();
    assert_eq!(found, [Some(true), Some(false), None]);

    let in_shared = Station::select().filter(Station::NAME.eq(&*codes[0])).with(Station::NAME.to(Notice::SLUG));
    let found = records.list_with(&user.shared(), in_shared).await.unwrap();
    assert_eq!(found[0].1, Some(notice(&codes[0], true)));
}

pub async fn what_is_not_unique_is_referred_to_by_nobody(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let by_text = Clue::select().with(Clue::HANDLE.to(Book::TITLE));
    refused_in(records.list_with(&cx, by_text).await, ErrorKind::Invalid, "Book", "title", "unique");
    // The key of a record is in several partitions at once.
    let by_key = Book::select().with(Book::ID.to(Event::ID));
    refused_in(records.list_with(&cx, by_key).await, ErrorKind::Invalid, "Event", "id", "unique");
}

pub async fn many_of_a_high_volume_model_need_a_limit_for_each(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap();
    let event = |id, seconds| Event { id, happened_at: at(seconds), what: format!("{id} {seconds}"), version: 0 };
    records.batch_create(&cx, vec![Book::new(1, "a"), Book::new(2, "b")]).await.unwrap();
    let events = (0..6).map(|n| event(1 + n % 2, 40_000_000 * n)).collect::<Vec<_>>();
    records.batch_create(&cx, events).await.unwrap();
    let related = || Related::<Book, Event, Vec<Event>>::meeting("id", "id").order_by(Event::HAPPENED_AT.desc());
    let error = refused(records.list_with(&cx, Book::select().with(related())).await, ErrorKind::Invalid);
    assert!(error.to_string().contains("limit_per_parent"), "{error}");
    let last_two = Book::select().with(related().limit_per_parent(2));
    let found = records.list_with(&cx, last_two).await.unwrap();
    let found: Vec<Vec<String>> =
        found.into_iter().map(|(_, events)| events.into_iter().map(|event| event.what).collect()).collect();
    assert_eq!(found, [["1 160000000", "1 80000000"], ["2 200000000", "2 120000000"]]);
}

pub async fn many_thousand_records_have_their_own(harness: &dyn Harness) {
    let World { records, cx, .. } = World::new(harness).await;
    let many = 20_001;
    records.batch_create_count(&cx, (1..=many).map(|id| reader(id, Some((id - 1).max(1))))).await.unwrap();
    let select = Reader::select().with(Reader::BROUGHT_BY.to(Reader::ID));
    let found = records.list_with(&cx, select).await.unwrap();
    assert_eq!(found.len(), many as usize);
    let wrong = found.iter().find(|(record, by)| by.as_ref().map(|by| by.id) != record.brought_by);
    assert_eq!(wrong, None);
}

pub async fn a_transaction_sees_its_own_related_records(harness: &dyn Harness) {
    let World { records, cx, .. } = readers(harness).await;
    let select = || Reader::select().filter(Reader::ID.eq(3)).with(Reader::CARDS);
    let found = records
        .transaction(&cx, async |tx| {
            tx.create(&cx, card(30, 3)).await?;
            tx.list_with(&cx, select()).await
        })
        .await;
    assert_eq!(found.unwrap(), [(reader(3, Some(1)), vec![card(30, 3)])]);
}
