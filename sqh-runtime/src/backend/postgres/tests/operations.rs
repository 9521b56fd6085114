//! Each operation once, in the statements that PostgreSQL sees.

use futures::TryStreamExt as _;
use sqh_model::expr::{Comparison, Cursor, Filter, OrderBy, Query};
use sqh_model::{ErrorKind, Row, Value};

use super::support::{Place, row, text, value};
use crate::op::Op;
use crate::prelude::*;
use crate::schema::PlatformModel;

/// A visit.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Visit {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// Who.
    #[field(search, unique, max_len = 40)]
    pub name: String,
    /// How urgent.
    pub urgency: Urgency,
    /// Where.
    pub room: Option<i32>,
    /// Labels.
    pub tags: BTreeSet<String>,
    /// Counts updates.
    #[field(version)]
    pub version: i64,
    /// Set by the database.
    #[field(default_sql = "'open'")]
    pub state: String,
    /// Made by the database.
    #[field(generated = "upper(name)")]
    pub shout: Option<String>,
}

/// How urgent.
#[derive(Debug, Clone, Copy, PartialEq, PlatformEnum)]
#[platform_enum(native, rename_all = "snake_case")]
pub enum Urgency {
    /// Any day.
    Low,
    /// Today.
    High,
}

/// An event, by month.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, high_volume, partition_by = "at")]
pub struct Event {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// How much.
    pub value: f64,
}

fn visit(id: i64, name: &str) -> Row {
    row::<Visit>(&[
        ("id", Value::I64(id)),
        ("name", text(name)),
        ("urgency", text(if id % 2 == 0 { "low" } else { "high" })),
        ("room", if id % 3 == 0 { Value::Null } else { Value::I32(id as i32 % 3) }),
        ("tags", Value::Array(vec![text("a"), text(name)])),
        ("version", Value::I64(1)),
    ])
}

fn event(id: i64, day: u32) -> Row {
    let at = chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
    vec![Value::I64(id), Value::Instant(at), Value::F64(id as f64)]
}

fn ids(rows: &[Row]) -> Vec<i64> {
    rows.iter().map(|row| if let Value::I64(id) = row[0] { id } else { panic!("the key is an i64") }).collect()
}

async fn visits(count: i64) -> Place {
    let place = Place::new(&[Visit::def()]).await;
    for id in 1..=count {
        place.create::<Visit>(visit(id, &format!("Visitor {id}"))).await.unwrap();
    }
    place
}

#[tokio::test]
async fn a_create_replies_what_was_stored() {
    let place = visits(0).await;
    let stored = place.create::<Visit>(visit(1, "Ada")).await.unwrap();
    assert_eq!(*value::<Visit>(&stored, "state"), text("open"));
    assert_eq!(*value::<Visit>(&stored, "shout"), text("ADA"));
    assert_eq!(*value::<Visit>(&stored, "urgency"), text("high"));
    assert_eq!(place.get::<Visit>(vec![Value::I64(1)]).await.unwrap(), Some(stored));
    assert_eq!(place.get::<Visit>(vec![Value::I64(2)]).await.unwrap(), None);
}

#[tokio::test]
async fn an_update_counts_the_version_and_refuses_a_stale_one() {
    let place = visits(1).await;
    let key = vec![Value::I64(1)];
    let update = |version: Option<i64>, name: &str| Op::Update {
        key: key.clone(),
        changes: row::<Visit>(&[("name", text(name)), ("room", Value::Null)]),
        version: version.map(Value::I64),
    };
    let updated = place.run::<Visit>(update(Some(1), "Grace")).await.unwrap().into_row().unwrap().unwrap();
    assert_eq!(*value::<Visit>(&updated, "version"), Value::I64(2));
    assert_eq!(*value::<Visit>(&updated, "room"), Value::Null);
    assert_eq!(*value::<Visit>(&updated, "shout"), text("GRACE"));
    place.run::<Visit>(update(None, "Ida")).await.unwrap();
    let error = place.run::<Visit>(update(Some(1), "Eve")).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Conflict, "stale version: expected 1, stored 3"));

    let delete =
        |id: i64, version: Option<i64>| Op::Delete { key: vec![Value::I64(id)], version: version.map(Value::I64) };
    let error = place.run::<Visit>(delete(1, Some(2))).await.unwrap_err();
    assert_eq!(error.message(), "stale version: expected 2, stored 3");
    assert_eq!(place.run::<Visit>(delete(7, Some(2))).await.unwrap().into_count().unwrap(), 0);
    assert_eq!(place.run::<Visit>(delete(1, Some(3))).await.unwrap().into_count().unwrap(), 1);
    let none = Op::Update { key: key.clone(), changes: row::<Visit>(&[]), version: None };
    assert_eq!(place.run::<Visit>(none).await.unwrap().into_row().unwrap(), None);
}

/// The version is looked up after the statement has touched nothing: it may be the expected one again.
#[tokio::test]
async fn a_version_that_came_back_is_not_called_stale() {
    let place = visits(1).await;
    place
        .sql(
            "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER nothing BEFORE UPDATE OR DELETE ON visit FOR EACH ROW EXECUTE FUNCTION nothing()",
        )
        .await;
    let (key, version) = (vec![Value::I64(1)], Some(Value::I64(1)));
    let changes = row::<Visit>(&[("room", Value::Null)]);
    let update = Op::Update { key: key.clone(), changes, version: version.clone() };
    for op in [update, Op::Delete { key, version }] {
        let error = place.run::<Visit>(op).await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Conflict, "it was changed meanwhile: try again"));
    }
}

#[tokio::test]
async fn an_upsert_goes_by_its_constraint() {
    let place = visits(1).await;
    let upsert = |row: Row, conflict: &str| Op::Upsert {
        row,
        conflict: vec![Visit::def().layout().position(conflict).unwrap()],
        keep: vec![],
    };
    let mut changed = visit(9, "Visitor 1");
    changed[Visit::def().layout().position("urgency").unwrap()] = text("low");
    let stored = place.run::<Visit>(upsert(changed, "name")).await.unwrap().into_row().unwrap().unwrap();
    assert_eq!((&stored[0], value::<Visit>(&stored, "version")), (&Value::I64(1), &Value::I64(2)));
    assert_eq!(*value::<Visit>(&stored, "urgency"), text("low"));
    place.run::<Visit>(upsert(visit(2, "new"), "id")).await.unwrap();
    assert_eq!(place.count::<Visit>().await, 2);
    let error = place.run::<Visit>(upsert(visit(3, "new"), "id")).await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Conflict, Some("name")));
}

#[tokio::test]
async fn filters_orders_and_pages() {
    let place = visits(10).await;
    let compare = |field: &'static str, comparison, value| Filter::Compare { field: field.into(), comparison, value };
    for (filter, expected) in [
        (compare("urgency", Comparison::Gt, text("low")), vec![1, 3, 5, 7, 9]),
        (compare("room", Comparison::Ne, Value::I32(1)), vec![2, 5, 8]),
        (Filter::Not(Box::new(compare("room", Comparison::Eq, Value::I32(1)))), vec![2, 5, 8]),
        (Filter::IsNull { field: "room".into() }, vec![3, 6, 9]),
        (Filter::In { field: "id".into(), values: [2, 4, 44].map(Value::I64).to_vec() }, vec![2, 4]),
        (Filter::In { field: "urgency".into(), values: vec![text("low")] }, vec![2, 4, 6, 8, 10]),
        (Filter::In { field: "id".into(), values: vec![] }, vec![]),
        (Filter::Like { field: "name".into(), pattern: "visitor 1%".into(), case_sensitive: false }, vec![1, 10]),
        (Filter::Like { field: "name".into(), pattern: "visitor 1%".into(), case_sensitive: true }, vec![]),
        (Filter::ContainsAll { field: "tags".into(), values: vec![text("a"), text("Visitor 3")] }, vec![3]),
        (Filter::Overlaps { field: "tags".into(), values: vec![text("Visitor 4"), text("Visitor 3")] }, vec![3, 4]),
        (Filter::ContainedBy { field: "tags".into(), values: vec![text("Visitor 4"), text("a")] }, vec![4]),
        (Filter::And(vec![]), (1..=10).collect()),
        (Filter::Or(vec![]), vec![]),
    ] {
        let query = Query { filter: filter.clone(), ..Query::default() };
        let rows = place.run::<Visit>(Op::List(query)).await.unwrap().into_rows().unwrap();
        assert_eq!(ids(&rows), expected, "{filter:?}");
        let count = place.run::<Visit>(Op::Count { filter: filter.clone(), estimate: true }).await.unwrap();
        assert_eq!(count.into_count().unwrap(), expected.len() as u64, "{filter:?}");
    }
    let search = Op::Search { text: "VISITOR 1".to_owned(), query: Query::default() };
    assert_eq!(ids(&place.run::<Visit>(search).await.unwrap().into_rows().unwrap()), [1, 10]);
    let select = Op::Select { query: Query { limit: Some(1), offset: 2, ..Query::default() }, columns: vec![2, 0] };
    let rows = place.run::<Visit>(select).await.unwrap().into_rows().unwrap();
    assert_eq!(rows, [vec![text("high"), Value::I64(3)]]);
}

/// Pages of every order, nullable columns and mixed directions included, are those of one list.
#[tokio::test]
async fn keyset_pages_are_the_list_in_pieces() {
    let place = visits(10).await;
    let orders: [&[(&str, bool)]; 8] = [
        &[],
        &[("id", true)],
        &[("room", false)],
        &[("room", true)],
        &[("urgency", true), ("room", true)],
        &[("urgency", false), ("id", true)],
        &[("room", false), ("name", true)],
        &[("room", true), ("urgency", false), ("id", true)],
    ];
    for order in orders {
        let order: Vec<OrderBy> = order
            .iter()
            .map(|(field, descending)| OrderBy { field: (*field).into(), descending: *descending })
            .collect();
        let query = Query { order, ..Query::default() };
        let whole = place.run::<Visit>(Op::List(query.clone())).await.unwrap().into_rows().unwrap();
        assert_eq!(whole.len(), 10);
        let total = query.total_order(Visit::def()).unwrap();
        let columns = Visit::def().layout().columns();
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = Query { limit: Some(3), after: after.clone(), ..query.clone() };
            let page = place.run::<Visit>(Op::List(page)).await.unwrap().into_rows().unwrap();
            let Some(last) = page.last() else { break };
            let fields = total.iter().map(|(i, _)| columns[*i].path.clone()).collect();
            let values = total.iter().map(|(i, _)| last[*i].clone()).collect();
            after = Some(Cursor::new(fields, values));
            pages.extend(page);
        }
        assert_eq!(pages, whole, "{:?}", query.order);
    }
}

#[tokio::test]
async fn changes_and_deletes_by_filter() {
    let place = visits(10).await;
    let high = Filter::Compare { field: "urgency".into(), comparison: Comparison::Eq, value: text("high") };
    let changes = row::<Visit>(&[("room", Value::I32(7)), ("urgency", text("low"))]);
    let update = Op::UpdateWhere { filter: high.clone(), changes };
    assert_eq!(place.run::<Visit>(update).await.unwrap().into_count().unwrap(), 5);
    let stored = place.get::<Visit>(vec![Value::I64(1)]).await.unwrap().unwrap();
    assert_eq!((value::<Visit>(&stored, "room"), value::<Visit>(&stored, "version")), (&Value::I32(7), &Value::I64(2)));
    assert_eq!(place.run::<Visit>(Op::DeleteWhere { filter: high }).await.unwrap().into_count().unwrap(), 0);
    let rest = Op::DeleteWhere { filter: Filter::Everything };
    assert_eq!(place.run::<Visit>(rest).await.unwrap().into_count().unwrap(), 10);
}

#[tokio::test]
async fn the_declared_key_of_a_partitioned_model_is_probed() {
    let place = Place::new(&[Event::def()]).await;
    for row in [event(1, 1), event(2, 1), event(2, 2)] {
        place.create::<Event>(row).await.unwrap();
    }
    assert_eq!(place.get::<Event>(vec![Value::I64(1)]).await.unwrap(), Some(event(1, 1)));
    assert_eq!(place.get::<Event>(event(2, 2)[..2].to_vec()).await.unwrap(), Some(event(2, 2)));
    let twice = vec![Value::I64(2)];
    let changes = row::<Event>(&[("value", Value::F64(0.5))]);
    for op in [
        Op::Get { key: twice.clone() },
        Op::Update { key: twice.clone(), changes: changes.clone(), version: None },
        Op::Delete { key: twice.clone(), version: None },
    ] {
        let error = place.run::<Event>(op).await.unwrap_err();
        assert_eq!(error.message(), "several records have this key: add their `at` to it");
        assert_eq!(error.kind(), ErrorKind::Conflict);
    }
    assert_eq!(place.count::<Event>().await, 3);
    let update = Op::Update { key: vec![Value::I64(1)], changes, version: None };
    let updated = place.run::<Event>(update).await.unwrap().into_row().unwrap().unwrap();
    assert_eq!(updated[2], Value::F64(0.5));
}

#[tokio::test]
async fn a_stream_is_the_list_and_gives_its_connection_back() {
    let place = Place::with_connections(&[Event::def()], 1).await;
    place.sql("INSERT INTO event SELECT i, '2026-01-01', i FROM generate_series(1, 1000) i").await;
    for _ in 0..3 {
        let stream = place.run::<Event>(Op::Stream(Query::default())).await.unwrap().into_stream().unwrap();
        let rows: Vec<Row> = stream.try_collect().await.unwrap();
        assert_eq!(ids(&rows), (1..=1000).collect::<Vec<_>>());
        let mut stream = place.run::<Event>(Op::Stream(Query::default())).await.unwrap().into_stream().unwrap();
        assert_eq!(stream.try_next().await.unwrap().unwrap()[0], Value::I64(1));
        // Dropped here: the only connection is closed, and the next caller gets a new one.
        drop(stream);
        assert_eq!(place.count::<Event>().await, 1000);
    }
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_stream_arrives_after_the_rows_before_it() {
    let place = Place::with_connections(&[Event::def()], 1).await;
    place.sql("INSERT INTO event SELECT i, '2026-01-01', i FROM generate_series(1, 300) i").await;
    place.sql("INSERT INTO event VALUES (301, 'infinity', 0)").await;
    let stream = place.run::<Event>(Op::Stream(Query::default())).await.unwrap().into_stream().unwrap();
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let outcome = stream
        .try_for_each(|_| {
            seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            std::future::ready(Ok(()))
        })
        .await;
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Invalid, Some("at")));
    assert_eq!(seen.into_inner(), 300);
    assert_eq!(place.count::<Event>().await, 301);
}

#[tokio::test]
async fn a_scope_holds_for_reads_and_writes() {
    let mut place = visits(4).await;
    place.filter = Filter::Compare { field: "urgency".into(), comparison: Comparison::Eq, value: text("low") };
    let visible = place.run::<Visit>(Op::List(Query::default())).await.unwrap().into_rows().unwrap();
    assert_eq!(ids(&visible), [2, 4]);
    assert_eq!(place.get::<Visit>(vec![Value::I64(1)]).await.unwrap(), None);
    let refused = [
        Op::Create(visit(5, "five")),
        Op::Update { key: vec![Value::I64(2)], changes: row::<Visit>(&[("urgency", text("high"))]), version: None },
        Op::UpdateWhere { filter: Filter::Everything, changes: row::<Visit>(&[("urgency", text("high"))]) },
        Op::Upsert { row: visit(7, "seven"), conflict: vec![0], keep: vec![] },
    ];
    for op in refused {
        let name = op.name();
        let error = place.run::<Visit>(op).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{name}: {error}");
    }
    let unseen = Op::Upsert { row: visit(1, "one"), conflict: vec![0], keep: vec![] };
    assert_eq!(place.run::<Visit>(unseen).await.unwrap_err().kind(), ErrorKind::Conflict);
    let gone = Op::Delete { key: vec![Value::I64(1)], version: None };
    assert_eq!(place.run::<Visit>(gone).await.unwrap().into_count().unwrap(), 0);
    let all = Op::DeleteWhere { filter: Filter::Everything };
    assert_eq!(place.run::<Visit>(all).await.unwrap().into_count().unwrap(), 2);
    place.filter = Filter::Everything;
    let rest = place.run::<Visit>(Op::List(Query::default())).await.unwrap().into_rows().unwrap();
    assert_eq!(ids(&rest), [1, 3], "nothing that was refused was kept");
}

#[tokio::test]
async fn a_scope_holds_inside_a_transaction_that_goes_on() {
    let mut place = visits(2).await;
    place.filter = Filter::Compare { field: "urgency".into(), comparison: Comparison::Eq, value: text("low") };
    let mut transaction = place.begin::<Visit>().await;
    let away = || row::<Visit>(&[("urgency", text("high"))]);
    for op in [
        Op::Create(visit(5, "five")),
        Op::Update { key: vec![Value::I64(2)], changes: away(), version: None },
        Op::UpdateWhere { filter: Filter::Everything, changes: away() },
        Op::BatchCreate { rows: Box::new([Ok(visit(7, "seven"))].into_iter()), returning: false },
    ] {
        let error = transaction.execute(place.scoped::<Visit>(op)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    }
    transaction.commit().await.unwrap();
    let low = place.run::<Visit>(Op::List(Query::default())).await.unwrap().into_rows().unwrap();
    assert_eq!(ids(&low), [2]);
    place.filter = Filter::Everything;
    assert_eq!(place.count::<Visit>().await, 2, "nothing that was refused was kept");
}
