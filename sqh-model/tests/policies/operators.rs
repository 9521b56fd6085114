//! Each operator, with nulls, with attributes that are absent or of another type, and with empty sets.
//! Both readers must say what is expected.

use serde_json::{Value as Json, json};
use sqh_model::Row;
use sqh_model::policy::{AccessContext, Verb, decide, filter};
use sqh_model::row::to_row;
use sqh_model::schema::{ModelDef, PlatformModel as _};
use uuid::Uuid;

use crate::models::*;
use crate::people::{ANN, ann, of_team, with};

/// A record that ann owns.
pub(crate) fn record() -> Public {
    Public {
        id: 1,
        created_by: Some(Uuid::parse_str(ANN).expect("a uuid")),
        lab: "north".to_owned(),
        owner: None,
        status: Status::Open,
        earlier: None,
        region: None,
        level: 2,
        depth: None,
        value: None,
        price: "10".parse().expect("a decimal"),
        is_public: true,
        is_checked: None,
        taken_at: None,
        due: "2024-05-05".parse().expect("a date"),
        tags: ["open".to_owned()].into(),
        readings: None,
        address: None,
    }
}

/// A row of it, changed.
pub(crate) fn row(change: impl FnOnce(&mut Public)) -> Row {
    let mut record = record();
    change(&mut record);
    to_row(record).expect("the record can be held")
}

/// What both readers say.
fn may(def: &'static ModelDef, verb: Verb, access: &AccessContext, row: &Row) -> bool {
    let found = filter(def, verb, access).expect("the rules can be read").matches(def, row).expect("a filter");
    let decision = decide(def, verb, access, row).expect("the rules can be read");
    assert_eq!(found, decision.allowed, "{} {verb}: {decision}", def.name);
    found
}

fn check(def: &'static ModelDef, verb: Verb, access: &AccessContext, row: &Row, expected: bool, why: &str) {
    assert_eq!(may(def, verb, access, row), expected, "{} {verb}: {why}", def.name);
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn an_owner_is_the_user_as_the_field_holds_it() {
    let check = |access: &AccessContext, owner: Option<Uuid>, expected, why| {
        check(Owned::def(), Verb::Read, access, &row(|record| record.created_by = owner), expected, why);
    };
    let mine = Uuid::parse_str(ANN).ok();
    check(&ann(), mine, true, "her own");
    check(&ann(), Some(Uuid::nil()), false, "another's");
    check(&ann(), None, false, "nobody's");
    check(&AccessContext::default(), mine, false, "nobody asks");
    let upper = AccessContext { user_id: Some(ANN.to_uppercase()), ..AccessContext::default() };
    check(&upper, mine, true, "a uuid has one value however it is written");
    check(&AccessContext { user_id: text("ann"), ..AccessContext::default() }, mine, false, "no uuid");
}

#[test]
fn what_is_unknown_neither_allows_nor_lifts_what_forbids() {
    let north = of_team(ann(), "north");
    let checked = |checked| row(|record| record.is_checked = checked);
    check(Teamed::def(), Verb::Create, &north, &checked(None), true, "her team's");
    check(Teamed::def(), Verb::Create, &of_team(ann(), "south"), &checked(None), false, "another team's");
    check(Teamed::def(), Verb::Create, &ann(), &checked(None), false, "no team");
    check(Teamed::def(), Verb::Read, &north, &checked(Some(false)), true, "not checked");
    check(Teamed::def(), Verb::Read, &north, &checked(Some(true)), false, "checked");
    check(Teamed::def(), Verb::Read, &north, &checked(None), false, "a null forbids");
    check(Unreachable::def(), Verb::Read, &ann(), &row(|_| {}), false, "nothing allows");
}

#[test]
fn enums_compare_in_the_order_of_their_declaration() {
    let earlier = |status| row(|record| (record.status, record.earlier) = (Status::Locked, status));
    check(ByEnum::def(), Verb::Read, &ann(), &earlier(Some(Status::InReview)), false, "neither");
    check(ByEnum::def(), Verb::Read, &ann(), &earlier(Some(Status::Open)), true, "not in review");
    check(ByEnum::def(), Verb::Read, &ann(), &earlier(None), false, "a null is not unequal");
    let open = |status| row(|record| record.earlier = status);
    check(ByEnum::def(), Verb::Update, &ann(), &open(Some(Status::InReview)), true, "not before review");
    check(ByEnum::def(), Verb::Update, &ann(), &open(Some(Status::Locked)), false, "before review");
    check(ByEnum::def(), Verb::Update, &ann(), &open(None), false, "a null forbids");
    check(ByEnum::def(), Verb::Delete, &ann(), &open(None), true, "not one of the two");
    let reviewed = row(|record| (record.status, record.earlier) = (Status::InReview, Some(Status::Open)));
    check(ByEnum::def(), Verb::Delete, &ann(), &reviewed, false, "one of the two");
}

#[test]
fn attributes_of_another_type_are_unknown() {
    let check = |attribute: Option<Json>, region: Option<&str>, expected, why| {
        let access = attribute.map_or_else(ann, |json| with(ann(), "region", json));
        let row = row(|record| record.region = region.map(str::to_owned));
        check(ByText::def(), Verb::Create, &access, &row, expected, why);
    };
    check(Some(json!("north")), Some("north"), true, "hers");
    check(Some(json!("north")), Some("south"), false, "another");
    check(Some(json!("north")), None, false, "null");
    check(None, Some("north"), false, "absent");
    for other in [json!(null), json!(1), json!(["north"]), json!({"north": 1})] {
        check(Some(other), Some("north"), false, "another type");
    }
    let hides = |json: Json| with(ann(), "hides", json);
    let shown = row(|record| record.is_checked = Some(false));
    let by_flag = |access: &AccessContext| may(ByFlag::def(), Verb::Read, access, &shown);
    assert!(by_flag(&hides(json!(false))), "it forbids what is public only if she hides it");
    assert!(!by_flag(&hides(json!(true))));
    assert!(!by_flag(&hides(json!("false"))), "another type is unknown, and what is unknown forbids");
    assert!(!by_flag(&ann()), "so does what is absent");
}

#[test]
fn numbers_compare_by_value() {
    let level = |json: Json| with(with(ann(), "limit", json!(9)), "level", json);
    let deep = row(|record| (record.depth, record.value) = (Some(-2), Some(1.0)));
    check(ByNumber::def(), Verb::Read, &level(json!(2)), &deep, true, "2 >= 2 and -3 < -2");
    check(ByNumber::def(), Verb::Read, &level(json!(3)), &deep, false, "2 < 3");
    check(ByNumber::def(), Verb::Read, &level(json!("2")), &deep, false, "a string");
    check(ByNumber::def(), Verb::Read, &level(json!(1.5)), &deep, false, "an integer field and a fraction");
    let nan = row(|record| (record.depth, record.value) = (Some(-2), Some(f64::NAN)));
    check(ByNumber::def(), Verb::Read, &level(json!(2)), &nan, false, "NaN is above the limit, which forbids");
    let cheap = row(|record| record.price = "-0.6".parse().expect("a decimal"));
    check(ByNumber::def(), Verb::Update, &with(ann(), "level", json!(2.5)), &cheap, true, "of an attribute");
    check(ByNumber::def(), Verb::Update, &with(ann(), "level", json!(2)), &cheap, false, "2 is not above 2");
    check(ByNumber::def(), Verb::Update, &ann(), &cheap, false, "absent");
    let equal = row(|record| (record.depth, record.value) = (Some(0), Some(2.0)));
    check(ByNumber::def(), Verb::List, &level(json!(2)), &equal, true, "10 is 10.0");
}

#[test]
fn times_compare_with_their_texts() {
    let before = "2024-02-29T23:59:59Z".parse().ok();
    let at = "2024-03-01T00:00:00Z".parse().ok();
    for (taken_at, verb, expected) in [
        (before, Verb::Read, true),
        (at, Verb::Read, false),
        (None, Verb::Read, false),
        (before, Verb::Delete, true),
        (None, Verb::Delete, false),
    ] {
        check(
            ByTime::def(),
            verb,
            &ann(),
            &row(|record| record.taken_at = taken_at),
            expected,
            &format!("{taken_at:?}"),
        );
    }
    let due = with(ann(), "day", json!("2024-05-05"));
    check(ByTime::def(), Verb::Update, &due, &row(|_| {}), true, "on that day");
    check(ByTime::def(), Verb::Update, &with(ann(), "day", json!("today")), &row(|_| {}), false, "no date");
}

#[test]
fn collections_hold_elements() {
    let held = |tags: &[&str], readings: Option<Vec<Option<i32>>>| {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        row(|record| (record.tags, record.readings) = (tags, readings))
    };
    for (tags, readings, expected) in [
        (&["open", "x"][..], None, true),
        (&[], None, false),
        (&[], Some(vec![]), false),
        (&[], Some(vec![None, Some(3)]), true),
        (&[], Some(vec![None]), false),
    ] {
        check(
            BySet::def(),
            Verb::Read,
            &ann(),
            &held(tags, readings.clone()),
            expected,
            &format!("{tags:?} {readings:?}"),
        );
    }
    let open = held(&["open"], Some(vec![Some(2)]));
    check(BySet::def(), Verb::Update, &with(ann(), "region", json!("north")), &open, true, "not in it");
    check(BySet::def(), Verb::Update, &with(ann(), "region", json!("open")), &open, false, "in it");
    check(BySet::def(), Verb::Update, &ann(), &open, false, "absent: unknown forbids");
    check(BySet::def(), Verb::Delete, &with(ann(), "level", json!(2)), &open, true, "it holds her level");
    check(BySet::def(), Verb::Delete, &with(ann(), "level", json!(2)), &held(&["open"], None), false, "null forbids");
}

#[test]
fn lists_of_the_user() {
    let region = |region: Option<&str>| row(|record| record.region = region.map(str::to_owned));
    for (regions, of, expected) in [
        (json!(["north", "east"]), Some("north"), true),
        (json!(["north"]), Some("south"), false),
        (json!(["north"]), None, false),
        (json!([]), Some("north"), false),
        (json!([]), None, false),
        (json!([1, null, "north"]), Some("north"), true),
        (json!("north"), Some("north"), false),
    ] {
        let why = format!("{regions} {of:?}");
        let access = with(with(ann(), "regions", regions), "levels", json!([9]));
        check(ByList::def(), Verb::Read, &access, &region(of), expected, &why);
        check(ByList::def(), Verb::Create, &access, &region(of), expected, &why);
    }
    let regions = with(ann(), "regions", json!(["north"]));
    check(ByList::def(), Verb::Create, &regions, &region(Some("north")), false, "levels are absent, which forbids");
    let empty = with(regions.clone(), "levels", json!([]));
    check(ByList::def(), Verb::Create, &empty, &region(Some("north")), true, "nothing is in an empty list");
    let mixed = with(regions.clone(), "levels", json!([9, "2"]));
    check(ByList::def(), Verb::Create, &mixed, &region(Some("north")), false, "an element of another type is unknown");
    check(ByList::def(), Verb::Update, &regions, &region(Some("north")), true, "she has no south");
    let unclear = with(ann(), "regions", json!(["north", 1]));
    check(ByList::def(), Verb::Update, &unclear, &region(Some("north")), false, "an element may be anything");
    check(ByList::def(), Verb::Delete, &regions, &region(Some("north")), true, "one of the two");
}

#[test]
fn parts_of_an_embedded_value() {
    let address = |zip: Option<&str>, floor| {
        let address = Address { city: "Roma".to_owned(), zip: zip.map(str::to_owned), place: Place { floor } };
        row(|record| record.address = Some(address))
    };
    let roma = with(ann(), "city", json!("Roma"));
    check(ByPart::def(), Verb::Create, &roma, &address(None, None), true, "her city");
    check(ByPart::def(), Verb::Create, &ann(), &address(None, Some(2)), true, "on the second floor");
    check(ByPart::def(), Verb::Create, &ann(), &address(None, Some(1)), false, "on the first floor");
    check(ByPart::def(), Verb::Create, &roma, &row(|_| {}), false, "no address");
    check(ByPart::def(), Verb::Read, &roma, &address(Some("1"), None), true, "another zip");
    check(ByPart::def(), Verb::Read, &roma, &address(None, None), false, "a null forbids");
    check(ByPart::def(), Verb::Update, &roma, &address(None, None), true, "an address is there");
    check(ByPart::def(), Verb::Delete, &roma, &address(None, None), true, "without a zip");
    check(ByPart::def(), Verb::Delete, &roma, &address(Some("1"), None), false, "with a zip");
}

#[test]
fn a_rule_that_names_list_narrows_enumeration() {
    // Nested names `list` in a rule that always applies; what allows to read narrows it none the less.
    let team = of_team(permitted_reader(), "south");
    let mine = row(|record| record.region = text("north"));
    check(Nested::def(), Verb::Read, &team, &mine, true, "read");
    check(Nested::def(), Verb::List, &team, &mine, true, "read and list");
    check(Nested::def(), Verb::List, &of_team(permitted_reader(), "north"), &mine, false, "list without read");
    let cheap = with(with(ann(), "limit", json!(9)), "level", json!(2));
    let dear = row(|record| (record.depth, record.value, record.price) = (Some(0), Some(2.0), "11".parse().unwrap()));
    check(ByNumber::def(), Verb::Read, &cheap, &dear, true, "read");
    check(ByNumber::def(), Verb::List, &cheap, &dear, false, "read, but not list");
    check(
        ByText::def(),
        Verb::List,
        &with(ann(), "region", json!("east")),
        &row(|record| record.region = text("east")),
        true,
        "before `north`",
    );
    check(
        ByText::def(),
        Verb::List,
        &with(ann(), "region", json!("west")),
        &row(|record| record.region = text("west")),
        false,
        "forbidden to list",
    );
    check(
        ByText::def(),
        Verb::Read,
        &with(ann(), "region", json!("west")),
        &row(|record| record.region = text("west")),
        true,
        "but not to read",
    );
}

fn permitted_reader() -> AccessContext {
    crate::people::in_roles(ann(), &["viewer"])
}
