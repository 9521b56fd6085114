//! Many records: every way in, all or nothing.

use sqh_model::expr::{Filter, Query};
use sqh_model::{Error, ErrorKind, Result, Row, Value};

use super::support::{Place, text};
use crate::op::Op;
use crate::prelude::*;

/// A measurement.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "water-quality")]
#[storage(postgres, high_volume, partition_by = "at")]
pub struct Sample {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Left to the database by some.
    #[field(default_sql = "'unnamed'")]
    pub name: String,
    /// Labels.
    pub labels: Vec<String>,
    /// Made by the database.
    #[field(generated = "id * 2")]
    pub double: Option<i64>,
}

fn sample(id: i64, name: Option<&str>) -> Row {
    let name = name.map_or(Value::Unset, text);
    let labels = (0..id % 3).map(|i| text(&format!("label {i}"))).collect();
    let at = DateTime::from_timestamp_micros(1_770_000_000_000_000 + id).unwrap();
    vec![Value::I64(id), Value::Instant(at), name, Value::Array(labels), Value::Unset]
}

/// A note of a tenant.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "notes")]
#[storage(postgres)]
pub struct Note {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// Whose it is.
    #[field(tenant)]
    pub owner: String,
}

fn batch(rows: impl Iterator<Item = Result<Row>> + Send + 'static, returning: bool) -> Op {
    Op::BatchCreate { rows: Box::new(rows), returning }
}

fn ids(rows: &[Row]) -> Vec<i64> {
    rows.iter().map(|row| if let Value::I64(id) = row[0] { id } else { panic!("the key is an i64") }).collect()
}

/// Below and above the size from which on records are copied, and beyond one chunk.
const SIZES: [i64; 5] = [0, 1, 4_096, 4_097, 11_000];

#[tokio::test]
async fn every_size_is_stored_whole() {
    let place = Place::new(&[Sample::def()]).await;
    for size in SIZES {
        for returning in [false, true] {
            let rows = (1..=size).map(|id| Ok(sample(id, Some("named"))));
            let reply = place.run::<Sample>(batch(rows, returning)).await.unwrap();
            if returning {
                let rows = reply.into_rows().unwrap();
                assert_eq!(ids(&rows), (1..=size).collect::<Vec<_>>());
                assert!(rows.iter().all(|row| row[4] == Value::I64(ids(std::slice::from_ref(row))[0] * 2)));
            } else {
                assert_eq!(reply.into_count().unwrap(), size as u64);
            }
            assert_eq!(place.count::<Sample>().await, size as u64);
            place.run::<Sample>(Op::DeleteWhere { filter: Filter::Everything }).await.unwrap();
        }
    }
}

/// The engine fills the tenant's field, and the column is as real as the others.
#[tokio::test]
async fn the_field_of_the_tenant_is_written_every_way() {
    let place = Place::new(&[Note::def()]).await;
    for size in SIZES {
        let rows = (1..=size).map(|id| Ok(vec![Value::I64(id), text("acme")]));
        let created = place.run::<Note>(batch(rows, false)).await.unwrap().into_count().unwrap();
        assert_eq!(created, size as u64);
        let stored = place.run::<Note>(Op::List(Query::default())).await.unwrap().into_rows().unwrap();
        assert_eq!(stored.len() as i64, size);
        assert!(stored.iter().all(|row| row[1] == text("acme")));
        place.run::<Note>(Op::DeleteWhere { filter: Filter::Everything }).await.unwrap();
    }
}

/// A default of the database for some records only: each group is a statement, the order stays,
/// and copying ends where the first of them comes.
#[tokio::test]
async fn records_may_leave_different_columns_to_the_database() {
    let place = Place::new(&[Sample::def()]).await;
    for (size, returning) in [(7, true), (7, false), (9_000, true), (9_000, false)] {
        let name = move |id: i64| (id % 2 == 0 || (size > 7 && id < 6_000)).then_some("named");
        let rows = (1..=size).map(move |id| Ok(sample(id, name(id))));
        let reply = place.run::<Sample>(batch(rows, returning)).await.unwrap();
        if returning {
            assert_eq!(ids(&reply.into_rows().unwrap()), (1..=size).collect::<Vec<_>>());
        } else {
            assert_eq!(reply.into_count().unwrap(), size as u64);
        }
        let stored = place.run::<Sample>(Op::List(Query::default())).await.unwrap().into_rows().unwrap();
        for (id, row) in (1..=size).zip(&stored) {
            assert_eq!(row[2], text(name(id).unwrap_or("unnamed")), "{id}");
        }
        place.run::<Sample>(Op::DeleteWhere { filter: Filter::Everything }).await.unwrap();
    }
}

#[tokio::test]
async fn one_bad_record_leaves_nothing() {
    let place = Place::with_connections(&[Sample::def()], 1).await;
    place.create::<Sample>(sample(0, Some("first"))).await.unwrap();
    for (size, returning) in [(10, false), (10, true), (12_000, false), (12_000, true)] {
        let twice = (1..=size).chain([0]).map(|id| Ok(sample(id, Some("named"))));
        let error = place.run::<Sample>(batch(twice, returning)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert_eq!(error.message(), "another record has the same `id`, `at`");

        let broken =
            (1..=size).map(|id| Ok(sample(id, Some("named")))).chain([Err(Error::invalid("the file ends here"))]);
        let error = place.run::<Sample>(batch(broken, returning)).await.unwrap_err();
        assert_eq!(error.message(), "the file ends here");

        let nul = (1..=size).chain([-1]).map(|id| Ok(sample(id, Some(if id < 0 { "\0" } else { "named" }))));
        let error = place.run::<Sample>(batch(nul, returning)).await.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::Invalid, Some("name")), "{error}");
        assert_eq!(place.count::<Sample>().await, 1);
    }
}

/// Inside a transaction a batch that fails on this side of the wire leaves the rest of it as it was.
#[tokio::test]
async fn a_batch_in_a_transaction_is_whole_or_not_there() {
    let place = Place::with_connections(&[Sample::def()], 1).await;
    let mut transaction = place.begin::<Sample>().await;
    let op = Op::Create(sample(0, Some("first")));
    transaction.execute(place.scoped::<Sample>(op)).await.unwrap();
    for returning in [false, true] {
        let broken =
            (1..=12_000).map(|id| Ok(sample(id, Some("named")))).chain([Err(Error::invalid("the file ends here"))]);
        let error = transaction.execute(place.scoped::<Sample>(batch(broken, returning))).await.unwrap_err();
        assert_eq!(error.message(), "the file ends here");
        let op = Op::Count { filter: Filter::Everything, estimate: false };
        assert_eq!(transaction.execute(place.scoped::<Sample>(op)).await.unwrap().into_count().unwrap(), 1);
    }
    let whole = (1..=6_000).map(|id| Ok(sample(id, Some("named"))));
    transaction.execute(place.scoped::<Sample>(batch(whole, false))).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(place.count::<Sample>().await, 6_001);
}

#[tokio::test]
async fn a_scope_is_asked_for_every_record() {
    let mut place = Place::new(&[Sample::def()]).await;
    place.filter = Filter::Like { field: "name".into(), pattern: "mine%".into(), case_sensitive: true };
    for size in [10, 9_000] {
        let mine = (1..=size).map(|id| Ok(sample(id, Some("mine"))));
        assert_eq!(place.run::<Sample>(batch(mine, false)).await.unwrap().into_count().unwrap(), size as u64);
        place.run::<Sample>(Op::DeleteWhere { filter: Filter::Everything }).await.unwrap();
        let one = (1..=size).map(move |id| Ok(sample(id, Some(if id == size { "theirs" } else { "mine" }))));
        let error = place.run::<Sample>(batch(one, false)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    }
    place.filter = Filter::Everything;
    assert_eq!(place.count::<Sample>().await, 0);
}
