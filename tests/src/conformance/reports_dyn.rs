//! Reports by names, in JSON: the same as the typed form, and what is wrong is named.

use serde_json::{Map, Value as AnyJson, json};
use sqh_runtime::compare::compare;
use sqh_runtime::prelude::*;
use sqh_runtime::report::{
    ReportForm, Unit, avg, bucket, count, count_distinct, first, from, joined, listed, max, min, month, percentile,
    report_from_json, std_dev, sum,
};
use sqh_runtime::types::json_form::{from_json, to_json};

use super::reports::{Sponsor, book, library, readers};
use crate::fixtures::{nothing, odd, ordinary, something};
use crate::harness::{Harness, World, refused};
use crate::models::{Badge, Book, Essay, Event, Everything, Genre, Memo, Person, Perhaps, Reader, ReaderCard};

type Rows = Vec<Map<String, AnyJson>>;

async fn aggregate(world: &World, model: (&str, &str), report: AnyJson) -> Rows {
    let found = world.platform.postgres().aggregate_dyn(&world.cx, model.0, model.1, &report).await;
    found.unwrap_or_else(|error| panic!("{error}: {report}"))
}

const BOOK: (&str, &str) = ("library", "Book");

/// The rows as arrays of their values.
fn values(rows: Rows) -> AnyJson {
    rows.into_iter().map(|row| row.into_iter().map(|(_, value)| value).collect::<AnyJson>()).collect()
}

pub async fn groups_equal_the_typed_form(harness: &dyn Harness) {
    let world = library(harness).await;
    let postgres = world.platform.postgres();
    let typed = from::<Book>()
        .filter(Book::PAGES.lt(40))
        .aggregate((Book::SHELF, count(), avg(Book::STARS), sum(Book::PAGES), max(Book::PAGES).filter(Book::STARS.gt(0.0))))
        .having(sum(Book::PAGES).gte(30).and(count().lt(3)))
        .order_by(count().desc())
        .order_by(Book::SHELF.asc());
    let expected = postgres.aggregate(&world.cx, typed).await.unwrap();
    let report = json!({
        "group_by": ["shelf"],
        "metrics": {
            "n": "count",
            "mean": {"avg": "rating"},
            "pages": {"sum": "pages"},
            "longest": {"max": "pages", "filter": {"rating": {"gt": 0}}},
        },
        "filter": {"pages": {"lt": 40}},
        "having": {"pages": {"gte": 30}, "n": {"lt": 3}},
        "order": ["-n", "shelf"],
    });
    let found = aggregate(&world, BOOK, report.clone()).await;
    assert_eq!(found[0].keys().collect::<Vec<_>>(), ["shelf", "n", "mean", "pages", "longest"], "in the order said");
    assert_eq!(expected.len(), 2);
    assert_eq!(values(found), json!(expected));
    let mut second = report;
    (second["limit"], second["offset"]) = (1.into(), 1.into());
    assert_eq!(values(aggregate(&world, BOOK, second).await), json!(expected[1..]));

    let typed = from::<Book>().aggregate((
        count_distinct(Book::GENRE),
        std_dev(Book::STARS),
        percentile(Book::PAGES, 0.5),
        first(Book::TITLE, Book::PAGES.desc()),
        joined(Book::SHELF, "+", Book::ID.desc()),
        listed(Book::ID, Book::ID.desc()),
        min(Book::STARS),
    ));
    let expected = postgres.aggregate(&world.cx, typed).await.unwrap();
    let report = json!({"metrics": {
        "genres": {"count": "genre", "distinct": true},
        "deviation": {"std_dev": "rating"},
        "median": {"percentile": "pages", "share": 0.5},
        "title": {"first": "title", "order": ["-pages"]},
        "shelves": {"joined": "shelf", "between": "+", "order": ["-id"]},
        "ids": {"listed": "id", "order": [{"field": "id", "descending": true}]},
        "worst": {"min": "rating"},
    }});
    assert_eq!(values(aggregate(&world, BOOK, report).await), json!(expected));

    // What nothing has, `having` on each kind of condition, and the words of the filter language.
    for (having, shelves) in [
        (json!({"n": {"in": [2, 7]}}), json!(["a"])),
        (json!({"n": {"in": []}}), json!([])),
        (json!({"mean": null}), json!(["b", null])),
        (json!({"mean": {"is_null": false}}), json!(["a"])),
        (json!({"n": {"between": [1, 1]}, "not": {"mean": {"gt": 0}}}), json!([])),
        (json!({"or": [{"n": 2}, {"mean": {"is_null": true}}]}), json!(["a", "b", null])),
    ] {
        let report = json!({
            "group_by": ["shelf"], "metrics": {"n": "count", "mean": {"avg": "rating"}}, "having": having, "order": "shelf"
        });
        let found = aggregate(&world, BOOK, report).await;
        assert_eq!(found.iter().map(|row| row["shelf"].clone()).collect::<AnyJson>(), shelves, "{having}");
    }
}

pub async fn buckets_and_subtotals_equal_the_typed_form(harness: &dyn Harness) {
    let world = library(harness).await;
    let World { records, cx, .. } = &world;
    let postgres = world.platform.postgres();
    let times = ["2024-01-31T10:07:00Z", "2024-03-05T00:20:00Z", "2024-03-31T22:50:00Z"];
    for (id, time) in (1..).zip(times) {
        let happened_at = time.parse().unwrap();
        records.create(cx, Event { id, happened_at, what: "x".to_owned(), version: 0 }).await.unwrap();
    }
    let time = Event::HAPPENED_AT;
    let name = "happened_at";
    let cases = [
        (month(time).in_zone("Europe/Berlin"), json!({"month": name, "zone": "Europe/Berlin"})),
        (month(time), json!({"month": name})),
        (bucket(time, 15, Unit::Minute), json!({"bucket": name, "every": [15, "minute"]})),
        (bucket(time, 2, Unit::Week), json!({"bucket": name, "every": [2, "week"], "zone": "UTC"})),
    ];
    for (typed, key) in cases {
        let typed = from::<Event>().aggregate((typed, count()));
        let mut expected = postgres.aggregate(cx, typed).await.unwrap();
        expected.sort();
        let mut key = key;
        key["as"] = "at".into();
        let report = json!({"group_by": [key], "metrics": {"n": "count"}, "order": ["at"]});
        let found = aggregate(&world, ("time", "Event"), report).await;
        let found: Vec<(DateTime<Utc>, i64)> =
            found.iter().map(|row| (row["at"].as_str().unwrap().parse().unwrap(), row["n"].as_i64().unwrap())).collect();
        assert_eq!(found, expected);
    }

    let sorted = |mut rows: Vec<AnyJson>| {
        rows.sort_by_key(ToString::to_string);
        rows
    };
    let found = async |more: AnyJson| {
        let mut report = json!({"group_by": ["shelf", "genre"], "metrics": {"n": "count"}});
        report.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sorted(values(aggregate(&world, BOOK, report).await).as_array().unwrap().clone())
    };
    let name = |genre: Option<Genre>| genre.map(stored_name);
    let expected = |rows: Vec<(Option<String>, Option<Genre>, i64)>| {
        sorted(rows.into_iter().map(|(shelf, genre, n)| json!([shelf, name(genre), n])).collect())
    };
    let keys = || (Book::SHELF, Book::GENRE, count());
    let typed = postgres.aggregate(cx, from::<Book>().rollup().aggregate(keys())).await.unwrap();
    assert_eq!(found(json!({"rollup": true, "cube": false})).await, expected(typed));
    let typed = postgres.aggregate(cx, from::<Book>().cube().aggregate(keys())).await.unwrap();
    assert_eq!(found(json!({"cube": true})).await, expected(typed));
    let typed = postgres.aggregate(cx, from::<Book>().grouping_sets([&[1], &[0, 1], &[]]).aggregate(keys())).await.unwrap();
    assert_eq!(found(json!({"sets": [["genre"], ["shelf", "genre"], []]})).await, expected(typed));
}

/// The stored name of a genre.
fn stored_name(genre: Genre) -> AnyJson {
    to_json(&Genre::DEF, &genre.into_value().unwrap()).unwrap()
}

pub async fn joins_equal_the_typed_form(harness: &dyn Harness) {
    let world = readers(harness).await;
    let postgres = world.platform.postgres();
    let join = async |model: &str, report: AnyJson| {
        let found = postgres.join_dyn(&world.cx, "family", model, &report).await;
        found.unwrap_or_else(|error| panic!("{error}: {report}"))
    };
    // Over the one declared reference.
    let typed = from::<ReaderCard>()
        .inner_join(ReaderCard::READER.equals(Reader::ID))
        .filter(Reader::HANDLE.ne("r9"))
        .select((ReaderCard::ID, Reader::HANDLE))
        .order_by(ReaderCard::ID.desc());
    let expected = json!(postgres.join_query(&world.cx, typed).await.unwrap());
    let report = json!({
        "joins": [{"inner": "Reader"}],
        "select": ["id", "Reader.handle"],
        "filter": {"Reader.handle": {"ne": "r9"}},
        "order": ["-id"],
    });
    assert_eq!(values(join("ReaderCard", report).await), expected);
    // The other way round it is the same reference.
    let report = json!({
        "joins": [{"inner": "family/ReaderCard"}], "select": ["ReaderCard.id", "handle"], "order": ["-ReaderCard.id"]
    });
    assert_eq!(values(join("Reader", report).await), expected);

    let typed = from::<Reader>()
        .left_join(Reader::BROUGHT_BY.equals(Reader::ID.of::<Sponsor>()))
        .select((Reader::ID, Reader::HANDLE.of::<Sponsor>()))
        .order_by(Reader::ID.asc());
    let expected = json!(postgres.join_query(&world.cx, typed).await.unwrap());
    let boss = json!({"model": "Reader", "as": "boss"});
    let report = json!({
        "joins": [{"left": boss, "on": {"brought_by": "id"}}],
        "select": ["id", {"field": "boss.handle", "as": "boss"}],
        "order": ["id"],
    });
    let found = join("Reader", report).await;
    assert_eq!(found[1]["boss"], "r1");
    assert_eq!(values(found), expected);
    // What is joined is filtered before, not behind it.
    let report = json!({
        "joins": [{"left": boss, "on": {"brought_by": "id"}, "filter": {"handle": "nobody"}}],
        "group_by": ["id"], "metrics": {"n": {"count": "boss.id"}}, "order": ["id"],
    });
    assert_eq!(values(join("Reader", report).await), json!([[1, 0], [2, 0], [3, 0]]));

    for (kind, ids) in [("semi", json!([[1], [2]])), ("anti", json!([[3]]))] {
        let report = json!({"joins": [{kind: "ReaderCard"}], "select": ["id"], "order": ["id"]});
        assert_eq!(values(join("Reader", report).await), ids, "{kind}");
    }
    let spanning = json!({"or": [{"id": 10}, {"not": {"Reader.handle": "r1"}}]});
    let report = json!({"joins": [{"inner": "Reader"}], "select": ["id"], "filter": spanning, "order": ["id"]});
    assert_eq!(values(join("ReaderCard", report).await), json!([[10], [12]]));
    let whole = join("ReaderCard", json!({"joins": [{"inner": "Reader"}], "select": ["*", "Reader.*"]})).await;
    assert_eq!(whole[0].keys().collect::<Vec<_>>(), ["id", "reader", "Reader.id", "Reader.handle", "Reader.brought_by"]);
}

pub async fn windows_look_at_other_rows(harness: &dyn Harness) {
    let world = library(harness).await;
    let window = async |window: AnyJson| {
        let report = json!({"select": ["id"], "windows": {"w": window}, "order": ["id"]});
        let found = world.platform.postgres().window_dyn(&world.cx, BOOK.0, BOOK.1, &report).await;
        let found = found.unwrap_or_else(|error| panic!("{error}: {report}"));
        found.into_iter().map(|row| row["w"].clone()).collect::<AnyJson>()
    };
    for (said, expected) in [
        (json!({"rank": [], "partition_by": ["shelf"], "order": ["-pages"]}), json!([2, 1, 1, 1])),
        (json!({"row_number": [], "order": ["-id"]}), json!([4, 3, 2, 1])),
        (json!({"dense_rank": [], "order": ["shelf"]}), json!([1, 1, 2, 3])),
        (json!({"cume_dist": [], "order": ["id"]}), json!([0.25, 0.5, 0.75, 1.0])),
        (json!({"percent_rank": [], "order": ["shelf"]}), json!([0.0, 0.0, 2.0 / 3.0, 1.0])),
        (json!({"ntile": 2, "order": ["id"]}), json!([1, 1, 2, 2])),
        (json!({"lag": "genre", "order": ["id"]}), json!([null, "poetry", "atlas", "atlas"])),
        (json!({"lead": "pages", "rows": 2, "order": ["id"]}), json!([30, 40, null, null])),
        (json!({"first_value": "title", "order": ["-id"]}), json!(["Book 4", "Book 4", "Book 4", "Book 4"])),
        (
            json!({"last_value": "pages", "order": ["id"], "frame": {"rows": [null, null]}}),
            json!([40, 40, 40, 40]),
        ),
        (json!({"sum": "pages", "order": ["id"]}), json!([10, 30, 60, 100])),
        (json!({"sum": "pages", "order": ["id"], "frame": {"rows": [-1, 0]}}), json!([10, 30, 50, 70])),
        (json!({"sum": "pages", "order": ["id"], "frame": {"rows": [1, 2]}}), json!([50, 70, 40, null])),
        (json!({"count": "*", "partition_by": [{"upper": "shelf"}]}), json!([2, 2, 1, 1])),
        (json!({"avg": "rating", "filter": {"pages": {"gt": 10}}}), json!([3.0, 3.0, 3.0, 3.0])),
        (
            json!({"count": "*", "order": ["created_at"], "frame": {"time": [[-7, "day"], 0]}}),
            json!([4, 4, 4, 4]),
        ),
    ] {
        assert_eq!(window(said.clone()).await, expected, "{said}");
    }
}

pub async fn values_are_made_of_others(harness: &dyn Harness) {
    let world = library(harness).await;
    let select = async |value: AnyJson| {
        let mut value = value;
        value["as"] = "v".into();
        let report = json!({"select": ["id", value], "windows": {"n": {"count": "*"}}, "order": ["id"]});
        let found = world.platform.postgres().window_dyn(&world.cx, BOOK.0, BOOK.1, &report).await;
        let found = found.unwrap_or_else(|error| panic!("{error}: {report}"));
        found.into_iter().map(|row| row["v"].clone()).collect::<AnyJson>()
    };
    for (value, expected) in [
        (json!({"add": ["pages", 1]}), json!([11, 21, 31, 41])),
        (json!({"multiply": [{"negate": "pages"}, "pages"]}), json!([-100, -400, -900, -1600])),
        (json!({"divide": ["rating", 2]}), json!([0.5, 1.5, null, null])),
        (json!({"subtract": [100, "pages"]}), json!([90, 80, 70, 60])),
        (json!({"abs": {"negate": "pages"}}), json!([10, 20, 30, 40])),
        (json!({"floor": {"divide": ["rating", 2]}}), json!([0.0, 1.0, null, null])),
        (json!({"coalesce": ["shelf", {"value": "nowhere"}]}), json!(["a", "a", "b", "nowhere"])),
        (json!({"coalesce": ["genre", {"value": "novel"}]}), json!(["poetry", "atlas", "atlas", "novel"])),
        (json!({"upper": {"concat": ["shelf", "title"]}}), json!(["ABOOK 1", "ABOOK 2", "BBOOK 3", null])),
        (json!({"length": "title"}), json!([6, 6, 6, 6])),
        (json!({"seconds_between": ["created_at", "created_at"]}), json!([0.0, 0.0, 0.0, 0.0])),
    ] {
        assert_eq!(select(value.clone()).await, expected, "{value}");
    }
    let report = json!({
        "group_by": [{"lower": "shelf"}],
        "metrics": {"share": {"divide": [{"sum": "pages"}, {"max": "id"}]}, "more": {"add": ["count", 1]}},
        "order": ["lower"],
    });
    let found = aggregate(&world, BOOK, report).await;
    assert_eq!(values(found), json!([["a", 15, 3], ["b", 10, 2], [null, 10, 2]]));
}

pub async fn distinct_values_and_their_order(harness: &dyn Harness) {
    let world = library(harness).await;
    let report = json!({"metrics": {
        "shelves": {"listed": "shelf", "distinct": true, "order": ["-shelf"]},
        "text": {"joined": "shelf", "between": "/", "distinct": true, "order": ["shelf"]},
        "genres": {"listed": "genre", "distinct": true},
        "sum": {"sum": "rating", "distinct": true},
        "none": {"listed": "shelf", "filter": {"shelf": "z"}},
        "nothing": {"joined": "shelf", "between": "", "filter": {"shelf": "z"}},
        "true": {"count": "*", "filter": {"pages": {"gt": 15}}},
    }});
    let found = aggregate(&world, BOOK, report).await;
    let expected = json!([[["b", "a"], "a/b", ["poetry", "atlas"], 4.0, [], null, 3]]);
    assert_eq!(values(found), expected);
}

/// Every metric with what it needs beside a field.
fn every_metric() -> Vec<AnyJson> {
    let plain = ["count", "sum", "avg", "min", "max", "std_dev", "variance", "every", "any"];
    let more = [
        json!({"percentile": null, "share": 0.5}),
        json!({"percentile_discrete": null, "share": 0.5}),
        json!({"first": null, "order": ["id"]}),
        json!({"last": null, "order": ["id"]}),
        json!({"joined": null, "between": ", ", "order": ["id"]}),
        json!({"listed": null, "order": ["id"]}),
        json!({"count": null, "distinct": true}),
        json!({"sum": null, "distinct": true}),
        json!({"listed": null, "distinct": true}),
    ];
    plain.into_iter().map(|name| json!({name: null})).chain(more).collect()
}

/// A model with records whose values are of every type.
async fn typed_world(harness: &dyn Harness) -> World {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    // No sums of the extremes: these are errors, as they should be.
    let odd = Everything { decimal: ordinary().decimal, ..odd() };
    let other = Everything { id: Uuid::from_u128(7), ..ordinary() };
    records.batch_create(cx, vec![ordinary(), odd, other]).await.unwrap();
    records.batch_create(cx, vec![nothing(1), something(2), something(3)]).await.unwrap();
    world
}

fn columns_of(def: &'static sqh_runtime::schema::ModelDef) -> impl Iterator<Item = String> {
    def.layout().columns().iter().map(|column| column.json_path.join("."))
}

/// Whatever the check lets through is what PostgreSQL can do, and comes back in the type said.
pub async fn every_metric_of_every_type_is_answered_or_refused(harness: &dyn Harness) {
    let world = typed_world(harness).await;
    let (registry, mut answered, mut refusals) = (world.platform.registry(), 0, 0);
    for def in [Everything::def(), Perhaps::def()] {
        let all = world.records.list_dyn(&world.cx, def.group, def.name, &Default::default()).await.unwrap();
        for column in columns_of(def) {
            let stored: Vec<&AnyJson> = all.iter().map(|record| at(record, &column)).filter(|json| !json.is_null()).collect();
            for metric in every_metric() {
                let mut metric = metric;
                let name = metric.as_object().unwrap().keys().next().unwrap().clone();
                metric[&name] = column.clone().into();
                let report = json!({"metrics": {"m": metric}});
                let read = match report_from_json(registry, def, ReportForm::Aggregate, &report) {
                    Ok(read) => read,
                    Err(error) => {
                        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("`metrics.m"), "{error}");
                        refusals += 1;
                        continue;
                    }
                };
                let rows = aggregate(&world, (def.group, def.name), report.clone()).await;
                let [row] = rows.as_slice() else { panic!("{report}: {rows:?}") };
                check_metric(&name, &metric, &row["m"], &stored, &read.outputs[0].ty);
                answered += 1;
            }
        }
    }
    assert!(answered > 350 && refusals > 350, "{answered} answered, {refusals} refused");
}

fn at<'a>(record: &'a AnyJson, path: &str) -> &'a AnyJson {
    path.split('.').fold(record, |json, name| &json[name])
}

fn check_metric(
    name: &str,
    metric: &AnyJson,
    got: &AnyJson,
    stored: &[&AnyJson],
    ty: &sqh_runtime::types::TypeDef,
) {
    let said = || format!("{metric} of {stored:?} gave {got}");
    let is_distinct = metric.get("distinct").is_some();
    match name {
        "count" if !is_distinct => assert_eq!(*got, json!(stored.len()), "{}", said()),
        "count" => assert!(got.as_u64().unwrap() <= stored.len() as u64, "{}", said()),
        "listed" if !is_distinct => assert_eq!(got.as_array().unwrap().len(), stored.len(), "{}", said()),
        "listed" => assert!(got.as_array().unwrap().iter().all(|one| stored.contains(&one)), "{}", said()),
        "min" | "max" | "first" | "last" | "percentile_discrete" if stored.is_empty() => assert!(got.is_null()),
        "first" | "last" | "percentile_discrete" => assert!(stored.contains(&got), "{}", said()),
        "min" | "max" => {
            assert!(stored.contains(&got), "{}", said());
            let value = |json: &AnyJson| from_json(&ty.required(), json).unwrap();
            // A native enum has its own order, which `compare` does not know.
            let is_native = matches!(ty.shape, sqh_runtime::types::Shape::Enum(_));
            let wrong = if name == "min" { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater };
            let is_best = stored.iter().all(|one| compare(&value(one), &value(got)) != wrong);
            assert!(is_best || is_native, "{}", said());
        }
        "joined" => assert_eq!(got.as_str().map(|text| text.matches(", ").count() + 1), Some(stored.len()), "{}", said()),
        _ => assert!(got.is_null() || from_json(&ty.required(), got).is_ok(), "{}", said()),
    }
}

pub async fn every_key_and_every_window_of_every_type_is_answered(harness: &dyn Harness) {
    let world = typed_world(harness).await;
    let (registry, mut answered) = (world.platform.registry(), 0);
    for def in [Everything::def(), Perhaps::def()] {
        let all = world.records.list_dyn(&world.cx, def.group, def.name, &Default::default()).await.unwrap();
        for column in columns_of(def) {
            let group = json!({"group_by": [column], "metrics": {"n": "count"}});
            if report_from_json(registry, def, ReportForm::Aggregate, &group).is_ok() {
                let rows = aggregate(&world, (def.group, def.name), group).await;
                let count: u64 = rows.iter().map(|row| row["n"].as_u64().unwrap()).sum();
                assert_eq!(count, 3);
                assert!(rows.iter().all(|row| all.iter().any(|record| *at(record, &column) == row[&column])), "{rows:?}");
                answered += 1;
            }
            let windows = json!({"select": [column], "order": ["id"], "windows": {
                "before": {"lag": column, "order": ["id"]},
                "first": {"first_value": column, "order": ["id"]},
            }});
            let rows = world.platform.postgres().window_dyn(&world.cx, def.group, def.name, &windows).await;
            let rows = rows.unwrap_or_else(|error| panic!("{column}: {error}"));
            assert_eq!(rows[0]["before"], AnyJson::Null);
            for (i, row) in rows.iter().enumerate() {
                assert_eq!(row["first"], rows[0][&column], "{column}");
                assert_eq!(row[&column], *at(&all[i], &column), "{column}: {}", all[i]);
                if i > 0 {
                    assert_eq!(row["before"], rows[i - 1][&column], "{column}");
                }
            }
            answered += 1;
        }
    }
    assert!(answered > 90, "{answered}");
}

pub async fn what_does_not_fit_is_named(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let postgres = world.platform.postgres();
    let n = || json!({"n": "count"});
    // What is said, and what the error says of it.
    let aggregates: &[(AnyJson, &[&str])] = &[
        (json!([]), &["a report is an object", "an array"]),
        (json!({}), &["`metrics`, such as"]),
        (json!({"grup_by": ["shelf"]}), &["`grup_by`", "did you mean `group_by`?", "`having`"]),
        (json!({"metrics": {"x": {"avg": "titel"}}}), &["in `metrics.x.avg`", "did you mean `title`?", "model `Book`"]),
        (json!({"metrics": {"x": {"avg": "title"}}}), &["in `metrics.x.avg`: this is for numbers"]),
        (json!({"metrics": {"x": {"agv": "pages"}}}), &["in `metrics.x`", "`agv`", "did you mean `avg`?", "`percentile`"]),
        (json!({"metrics": {"x": "cuont"}}), &["in `metrics.x`", "did you mean `count`?"]),
        (json!({"metrics": {"x": "avg"}}), &["in `metrics.x`", "{\"avg\": \"field\"}"]),
        (json!({"metrics": {"x": 7}}), &["in `metrics.x`", "got 7"]),
        (json!({"metrics": ["count"]}), &["in `metrics`", "an array"]),
        (json!({"metrics": {"x": {"avg": "pages", "sum": "pages"}}}), &["`avg` and `sum`"]),
        (json!({"metrics": {"x": {"avg": "pages", "filtr": {}}}}), &["in `metrics.x`", "did you mean `filter`?"]),
        (json!({"metrics": {"x": {"min": "pages", "distinct": true}}}), &["in `metrics.x`", "`distinct`", "`filter`"]),
        (json!({"metrics": {"x": {"sum": "pages", "distinct": 1}}}), &["in `metrics.x.distinct`", "true or false"]),
        (json!({"metrics": {"x": {"avg": "pages", "filter": {"shelv": 1}}}}), &["in `metrics.x.filter.shelv`", "`shelf`"]),
        (json!({"metrics": {"x": {"avg": "pages", "filter": {"pages": {"gt": "x"}}}}}), &["in `metrics.x.filter.pages`"]),
        (json!({"metrics": {"x": {"percentile": "pages"}}}), &["in `metrics.x`", "\"share\": 0.95"]),
        (json!({"metrics": {"x": {"percentile": "pages", "share": 95}}}), &["in `metrics.x.share`", "from 0 to 1"]),
        (json!({"metrics": {"x": {"joined": "title"}}}), &["in `metrics.x`", "\"between\""]),
        (json!({"metrics": {"x": {"first": "title"}}}), &["in `metrics.x.first`", "without an order"]),
        (json!({"metrics": {"x": {"listed": "id", "order": ["-idd"]}}}), &["in `metrics.x.order.0`", "`id`"]),
        (
            json!({"metrics": {"x": {"listed": "id", "distinct": true, "order": ["title"]}}}),
            &["in `metrics.x.order`", "distinct"],
        ),
        (json!({"metrics": {"x": {"month": "created_at"}}}), &["in `metrics.x`", "is no metric", "`group_by`"]),
        (json!({"metrics": {"x": {"avg": {"sum": "pages"}}}}), &["in `metrics.x.avg`", "is a metric"]),
        (json!({"group_by": [{"sum": "pages"}]}), &["in `group_by.0`", "is a metric", "`metrics`"]),
        (json!({"group_by": "shelf"}), &["in `group_by`", "a string"]),
        (json!({"group_by": [{"monht": "created_at"}]}), &["in `group_by.0`", "did you mean `month`?"]),
        (json!({"group_by": [{"month": "title"}]}), &["in `group_by.0.month`: this is for times and dates"]),
        (json!({"group_by": [{"bucket": "created_at"}]}), &["in `group_by.0`", "\"every\""]),
        (
            json!({"group_by": [{"bucket": "created_at", "every": [5, "minuts"]}]}),
            &["in `group_by.0.every.1`", "did you mean `minute`?"],
        ),
        (json!({"group_by": [{"bucket": "created_at", "every": [0, "day"]}]}), &["in `group_by.0.every`", "not 0"]),
        (json!({"group_by": ["shelf", "shelf"]}), &["in `group_by.1`", "`shelf` already", "`as`"]),
        (json!({"group_by": ["shelf"], "metrics": {"shelf": "count"}}), &["in `metrics.shelf`", "already"]),
        (json!({"group_by": [{"add": ["pages"]}]}), &["in `group_by.0.add`", "takes 2 values"]),
        (json!({"group_by": [{"add": ["pages", "title"]}]}), &["in `group_by.0.add`", "cannot be compared or computed"]),
        (json!({"group_by": [{"add": ["pages", {"value": "x"}]}]}), &["in `group_by.0.add.1`", "got a string"]),
        (json!({"metrics": n(), "having": {"m": 1}}), &["in `having.m`", "but `n`"]),
        (json!({"group_by": ["shelf"], "metrics": n(), "having": {"shelf": "a"}}), &["in `having.shelf`", "`filter`"]),
        (json!({"metrics": n(), "having": {"n": {"gtt": 1}}}), &["in `having.n.gtt`", "did you mean `gt`?"]),
        (json!({"metrics": n(), "having": {"n": {"gt": "many"}}}), &["in `having.n.gt`", "got a string"]),
        (json!({"metrics": n(), "order": ["-m"]}), &["in `order.0`", "but `n`"]),
        (json!({"metrics": n(), "limit": -1}), &["in `limit`", "-1"]),
        (json!({"metrics": n(), "rollup": true}), &["in `rollup`", "`group_by`"]),
        (json!({"group_by": ["shelf"], "rollup": true, "cube": true}), &["in `cube`", "`rollup`"]),
        (json!({"group_by": ["shelf"], "sets": [["genre"]]}), &["in `sets.0.0`", "but `shelf`"]),
        (json!({"metrics": n(), "filter": {"and": {}}}), &["in `filter.and`", "an array"]),
        (json!({"metrics": n(), "joins": [{"outer": "Essay"}]}), &["in `joins.0`", "`outer`", "`anti`"]),
        (json!({"metrics": n(), "joins": [{"left": "Esay"}]}), &["in `joins.0.left`", "there is no model `Esay`"]),
        (json!({"metrics": n(), "joins": [{"left": "Essay"}]}), &["in `joins.0`", "no reference is declared"]),
        (json!({"metrics": n(), "joins": [{"left": "Book"}]}), &["in `joins.0.left`", "already", "`as`"]),
        (
            json!({"metrics": n(), "joins": [{"left": "Essay", "on": {"id": "idd"}}]}),
            &["in `joins.0.on.id`", "model `Essay`"],
        ),
        (
            json!({"metrics": n(), "joins": [{"left": "Essay", "on": {"id": "title"}}]}),
            &["cannot be compared"],
        ),
        (
            json!({"metrics": n(), "joins": [{"semi": "Essay", "on": {"id": "id"}}], "filter": {"Essay.id": 1}}),
            &["cannot be read here"],
        ),
    ];
    let mut silent = Vec::new();
    let mut check = |report: &AnyJson, parts: &[&str], outcome: Result<Rows>| {
        let told = match outcome {
            Err(error) if matches!(error.kind(), ErrorKind::Invalid | ErrorKind::NotFound) => error.to_string(),
            other => format!("{other:?}"),
        };
        if !parts.iter().all(|part| told.contains(part)) {
            silent.push(format!("{report} does not say {parts:?}: {told}"));
        }
    };
    for (report, parts) in aggregates {
        check(report, parts, postgres.aggregate_dyn(&world.cx, BOOK.0, BOOK.1, report).await);
    }
    let select = json!(["id"]);
    let windows: &[(AnyJson, &[&str])] = &[
        (json!({"select": select}), &["`windows`, such as"]),
        (json!({"windows": {"w": {"rank": []}}}), &["in `windows.w`", "without an order"]),
        (json!({"windows": {"w": {"rank": "id", "order": ["id"]}}}), &["in `windows.w.rank`", "`[]`"]),
        (json!({"windows": {"w": {"rnak": []}}}), &["in `windows.w`", "did you mean `rank`?"]),
        (json!({"windows": {"w": {"ntile": 0, "order": ["id"]}}}), &["in `windows.w`", "at least one part"]),
        (json!({"windows": {"w": {"rank": [], "order": ["id"], "frame": {"rows": [0, 0]}}}}), &["`frame`", "in `windows.w`"]),
        (json!({"windows": {"w": {"sum": "title"}}}), &["in `windows.w.sum`", "for numbers"]),
        (json!({"windows": {"w": {"first": "title"}}}), &["in `windows.w`", "`first_value`"]),
        (json!({"windows": {"w": {"sum": "pages", "frame": {"rows": [0, -1]}}}}), &["in `windows.w.frame.rows`", "before"]),
        (json!({"windows": {"w": {"sum": "pages", "frame": {"rows": [0]}}}}), &["in `windows.w.frame.rows`", "two"]),
        (
            json!({"windows": {"w": {"sum": "pages", "frame": {"time": [[-1, "dya"], 0]}}}}),
            &["in `windows.w.frame.time.0.1`", "did you mean `day`?"],
        ),
        (json!({"windows": {"w": {"percentile": "pages", "share": 0.5}}}), &["has no windows"]),
        (json!({"windows": {"w": {"listed": "pages", "order": ["pagse"]}}}), &["in `windows.w.order.0`", "`pages`"]),
        (json!({"select": ["Essay.id"], "windows": {"w": {"count": "*"}}}), &["in `select.0`", "no field `Essay.id`"]),
    ];
    for (report, parts) in windows {
        check(report, parts, postgres.window_dyn(&world.cx, BOOK.0, BOOK.1, report).await);
    }
    let boss = json!({"model": "Reader", "as": "boss"});
    let joins: &[(AnyJson, &[&str])] = &[
        (json!({"select": select}), &["`joins`, such as"]),
        (json!({"joins": [{"inner": "ReaderCard"}]}), &["`select`, such as"]),
        (
            json!({"joins": [{"inner": boss}], "select": select}),
            &["in `joins.0`", "several references", "`Reader.brought_by` and `boss.id`", "`Reader.id` and `boss.brought_by`"],
        ),
        (json!({"joins": [{"inner": {"model": "Reader", "as": "a.b"}}], "select": select}), &["in `joins.0.inner.as`"]),
        (json!({"joins": [{"inner": "Clue", "left": "Clue"}], "select": select}), &["in `joins.0`", "one of"]),
        (json!({"joins": [{"inner": "Clue"}], "select": select, "metrics": n()}), &["`select`", "`metrics`"]),
        (json!({"joins": [{"inner": "Clue"}], "select": ["Clue.handel"]}), &["in `select.0`", "did you mean `handle`?"]),
    ];
    for (report, parts) in joins {
        check(report, parts, postgres.join_dyn(&world.cx, "family", "Reader", report).await);
    }
    assert!(silent.is_empty(), "{}", silent.join("
"));
    let missing = postgres.aggregate_dyn(&world.cx, "libary", "Book", &json!({"metrics": n()})).await;
    assert!(refused(missing, ErrorKind::NotFound).to_string().contains("did you mean `library`?"));
}

pub async fn rules_masks_and_scopes_hold(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    let postgres = world.platform.postgres();
    let badge = Badge("b-1".to_owned());
    records.create(cx, Person { id: 1, name: "Ann".to_owned(), salary: Some(7), badge }).await.unwrap();
    for (id, writer) in [(1, "ann"), (2, "bob")] {
        records.create(cx, Memo::new(id, writer, writer)).await.unwrap();
        records.create(cx, book(id, Some(writer), 1, None, None)).await.unwrap();
    }
    let user = world.user(&["hr:read", "hr:list"]).await;
    let shown = json!({"select": ["id", "salary"], "windows": {"n": {"count": "*"}}});
    assert_eq!(postgres.window_dyn(&user, "hr", "Person", &shown).await.unwrap()[0]["salary"], AnyJson::Null);
    for report in [
        json!({"group_by": ["salary"]}),
        json!({"metrics": {"x": {"max": "salary"}}}),
        json!({"metrics": {"n": "count"}, "filter": {"salary": 7}}),
    ] {
        let error = refused(postgres.aggregate_dyn(&user, "hr", "Person", &report).await, ErrorKind::Denied);
        assert_eq!(error.field(), Some("salary"), "{error}");
    }
    let identity = Identity {
        user_id: "ann".to_owned(),
        ..crate::harness::identity(&["library:read", "library:list"])
    };
    let ann = world.somebody(identity).await;
    let report = json!({"joins": [{"inner": "Memo", "on": {"id": "id"}}], "select": ["shelf"]});
    assert_eq!(values(postgres.join_dyn(&ann, BOOK.0, BOOK.1, &report).await.unwrap()), json!([["ann"]]));
    let nobody = world.user(&[]).await;
    refused(postgres.join_dyn(&nobody, BOOK.0, BOOK.1, &report).await, ErrorKind::Denied);
    let count = json!({"metrics": {"n": "count"}});
    refused(postgres.aggregate_dyn(&world.shared(), BOOK.0, BOOK.1, &count).await, ErrorKind::Invalid);
}

pub async fn a_misspelt_word_is_found_by_name(harness: &dyn Harness) {
    let world = World::new(harness).await;
    for (id, title) in [(1, "Shenandoah River"), (2, "Plumtree Run")] {
        world.records.create(&world.cx, Essay { id, title: title.to_owned() }).await.unwrap();
    }
    let postgres = world.platform.postgres();
    let found = postgres.fuzzy_search_dyn(&world.cx, "essays", "Essay", "title", "shenandoa rivr", 5).await.unwrap();
    assert_eq!(found[0]["id"], 1);
    let unknown = postgres.fuzzy_search_dyn(&world.cx, "essays", "Essay", "titel", "x", 5).await;
    assert!(refused(unknown, ErrorKind::Invalid).to_string().contains("did you mean `title`?"));
}
