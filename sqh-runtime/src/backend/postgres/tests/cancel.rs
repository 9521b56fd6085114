//! Callers who go: each operation is dropped at every point where it waits, on a place of one
//! connection, and the next borrower looks around.

use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

use futures::TryStreamExt as _;
use futures::future::BoxFuture;
use sqh_model::expr::{Comparison, Filter, Query};
use sqh_model::{Row, Value};
use sqlx::Row as _;

use super::support::Place;
use crate::backend::BackendTransaction;
use crate::op::Op;
use crate::prelude::*;
use crate::tenancy::{ConnectionKey, DEFAULT_SERVER, Role};

/// A parcel.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "post")]
#[storage(postgres)]
pub struct Parcel {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// What is in it.
    pub content: String,
}

/// How many there are before, and below which number.
const THERE: u64 = 20;
const NEW: i64 = 1_000;

/// What a caller does, and how many records there are more once it is done.
struct Work {
    name: &'static str,
    run: for<'a> fn(&'a Place) -> BoxFuture<'a, ()>,
    adds: u64,
}

const fn work(name: &'static str, adds: u64, run: for<'a> fn(&'a Place) -> BoxFuture<'a, ()>) -> Work {
    Work { name, run, adds }
}

const ALONE: [Work; 10] = [
    work("get", 0, |place| one(place, || Op::Get { key: key(1) })),
    work("list", 0, |place| one(place, || Op::List(Query::default()))),
    work("count", 0, |place| one(place, || Op::Count { filter: Filter::Everything, estimate: true })),
    work("create", 1, |place| one(place, || Op::Create(parcel(NEW)))),
    work("upsert", 1, |place| one(place, || Op::Upsert { row: parcel(NEW), conflict: vec![0], keep: vec![] })),
    work("update", 0, |place| one(place, || Op::Update { key: key(1), changes: parcel(1), version: None })),
    work("delete of nothing", 0, |place| one(place, || Op::Delete { key: key(NEW), version: None })),
    work("batch by UNNEST", 10, |place| one(place, || batch(NEW..NEW + 10, true))),
    work("batch of several UNNESTs", 6_000, |place| one(place, || batch(NEW..NEW + 6_000, true))),
    work("batch by COPY", 8_000, |place| one(place, || batch(NEW..NEW + 8_000, false))),
];

const TOGETHER: [Work; 5] = [
    work("begin", 0, |place| {
        Box::pin(async {
            place.begin::<Parcel>().await;
        })
    }),
    work("commit", 2, |place| {
        Box::pin(async {
            let mut transaction = place.begin::<Parcel>().await;
            execute(place, &mut transaction, Op::Create(parcel(NEW))).await;
            execute(place, &mut transaction, Op::Create(parcel(NEW + 1))).await;
            transaction.commit().await.unwrap();
        })
    }),
    work("rollback", 0, |place| {
        Box::pin(async {
            let mut transaction = place.begin::<Parcel>().await;
            execute(place, &mut transaction, batch(NEW..NEW + 5_000, false)).await;
            transaction.rollback().await.unwrap();
        })
    }),
    work("savepoints", 11, |place| {
        Box::pin(async {
            let mut transaction = place.begin::<Parcel>().await;
            execute(place, &mut transaction, Op::Create(parcel(NEW))).await;
            transaction.savepoint().await.unwrap();
            execute(place, &mut transaction, batch(NEW + 1..NEW + 11, true)).await;
            transaction.release_savepoint().await.unwrap();
            transaction.savepoint().await.unwrap();
            execute(place, &mut transaction, Op::Create(parcel(NEW + 11))).await;
            transaction.rollback_to_savepoint().await.unwrap();
            transaction.commit().await.unwrap();
        })
    }),
    work("stream", 0, |place| {
        Box::pin(async {
            let stream = place.run::<Parcel>(Op::Stream(Query::default())).await.unwrap().into_stream().unwrap();
            let rows: Vec<Row> = stream
                .and_then(|row| async {
                    tokio::task::yield_now().await;
                    Ok(row)
                })
                .try_collect()
                .await
                .unwrap();
            assert_eq!(rows.len() as u64, THERE);
        })
    }),
];

fn key(id: i64) -> Vec<Value> {
    vec![Value::I64(id)]
}

fn parcel(id: i64) -> Row {
    vec![Value::I64(id), Value::Text("books ".repeat(100))]
}

fn batch(ids: std::ops::Range<i64>, returning: bool) -> Op {
    Op::BatchCreate { rows: Box::new(ids.map(|id| Ok(parcel(id)))), returning }
}

fn one(place: &Place, op: fn() -> Op) -> BoxFuture<'_, ()> {
    Box::pin(async move { drop(place.run::<Parcel>(op()).await.unwrap()) })
}

async fn execute(place: &Place, transaction: &mut Box<dyn BackendTransaction>, op: Op) {
    transaction.execute(place.scoped::<Parcel>(op)).await.unwrap();
}

/// Polls a future whenever it is woken, and drops it when it waits for the so-many-th time, at once
/// or after the server's reply has come and nobody has read it. `true` if it was done before.
async fn dropped_at(wait: usize, has_reply: bool, future: impl Future) -> bool {
    let mut future = Box::pin(future);
    let mut waits = 0;
    let done = poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if waits == wait => Poll::Ready(false),
        Poll::Pending => {
            waits += 1;
            Poll::Pending
        }
    })
    .await;
    if !done && has_reply {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    done
}

/// What a borrower sees of its session and of others in its database, in one message: a transaction
/// of its own then begins with the statement.
const LOOK: &str = "SELECT ARRAY[
    now() <> statement_timestamp() OR pg_current_xact_id_if_assigned() IS NOT NULL,
    EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()),
    EXISTS (SELECT FROM pg_settings WHERE source = 'session'),
    pg_my_temp_schema() <> 0 OR EXISTS (SELECT FROM pg_listening_channels()),
    EXISTS (SELECT FROM pg_cursors WHERE name <> ''),
    EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend' AND xact_start IS NOT NULL)]";
const SEEN: [&str; 6] = [
    "it is in a transaction",
    "it holds an advisory lock",
    "a setting is changed",
    "it has a temporary table or listens",
    "a cursor is open",
    "another session is still in a transaction",
];

/// The only connection, or the one that replaces it, is as new; and no place is lost.
async fn check_next_borrower(place: &Place, when: &str) {
    let key = ConnectionKey::new(DEFAULT_SERVER, place.database.name(), Role::Application);
    let mut lease = place.store().acquire(key).await.unwrap();
    let row = sqlx::raw_sql(LOOK).fetch_one(lease.connection()).await.unwrap();
    for (is_wrong, what) in row.get::<Vec<bool>, _>(0).into_iter().zip(SEEN) {
        assert!(!is_wrong, "{when}, the next borrower sees that {what}");
    }
    lease.settled();
    drop(lease);
    let stats = place.store().stats();
    assert_eq!([stats.in_use, stats.idle, stats.closing, stats.waiting], [0, 1, 0, 0], "{when}: {stats:?}");
}

async fn check_dropped_everywhere(works: &[Work], filter: Filter) {
    let mut place = Place::with_connections(&[Parcel::def()], 1).await;
    place.filter = filter;
    place.sql(&format!("INSERT INTO parcel SELECT i, '' FROM generate_series(1, {THERE}) i")).await;
    let mut dropped = 0;
    for Work { name, run, adds } in works {
        for has_reply in [false, true] {
            for wait in 0.. {
                let done = dropped_at(wait, has_reply, run(&place)).await;
                let when = format!("{name} dropped at wait {wait}, the reply there: {has_reply}");
                check_next_borrower(&place, &when).await;
                let added = place.count::<Parcel>().await - THERE;
                assert!(added == 0 || added == *adds, "{when}: {added} records are there");
                // A reply that is quick enough is never waited for.
                dropped += usize::from(!done);
                assert!(!done || added == *adds, "{when}: {added} records are there");
                let filter =
                    Filter::Compare { field: "id".into(), comparison: Comparison::Gte, value: Value::I64(NEW) };
                place.run::<Parcel>(Op::DeleteWhere { filter }).await.unwrap();
                if done {
                    break;
                }
            }
        }
    }
    assert!(dropped > works.len(), "they wait for the server, and were dropped there");
}

#[tokio::test]
async fn an_operation_can_be_dropped_at_any_point() {
    check_dropped_everywhere(&ALONE, Filter::Everything).await;
}

#[tokio::test]
async fn a_transaction_and_a_stream_can_be_dropped_at_any_point() {
    check_dropped_everywhere(&TOGETHER, Filter::Everything).await;
}

/// What is written is checked before it is kept: in a transaction of its own.
#[tokio::test]
async fn a_checked_operation_can_be_dropped_at_any_point() {
    let filter = Filter::Compare { field: "id".into(), comparison: Comparison::Gt, value: Value::I64(0) };
    check_dropped_everywhere(&ALONE[3..8], filter).await;
}

/// The first statement of a connection is another wait than those after it: each is dropped on a
/// connection that has not seen it before, too.
#[tokio::test]
async fn a_login_can_be_dropped_at_any_point() {
    let place = Place::with_connections(&[Parcel::def()], 1).await;
    for wait in 0.. {
        place.store().evict(DEFAULT_SERVER, place.database.name()).await;
        let done = dropped_at(wait, false, one(&place, || Op::Create(parcel(NEW)))).await;
        check_next_borrower(&place, &format!("a create by a login dropped at wait {wait}")).await;
        assert!(place.count::<Parcel>().await <= 1);
        place.run::<Parcel>(Op::DeleteWhere { filter: Filter::Everything }).await.unwrap();
        if done {
            assert!(wait > 0, "it waited for the login");
            break;
        }
    }
}
