//! Transactions: nesting, failing, and what is dropped inside of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt as _;
use futures::TryStreamExt as _;
use futures::future::BoxFuture;
use sqh_model::expr::Query;
use sqh_model::schema::ModelDef;
use sqh_model::{ErrorKind, Row, Value};

use super::support::Place;
use crate::backend::BackendTransaction;
use crate::backend::postgres::{PostgresBackend, Tables};
use crate::engine::Route;
use crate::observe::{Metrics, MetricsConfig};
use crate::op::{Op, Reply};
use crate::prelude::*;

/// An account.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "bank")]
#[storage(postgres)]
pub struct Account {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// What is on it.
    #[field(check = "balance >= 0")]
    pub balance: i64,
}

fn account(id: i64, balance: i64) -> Row {
    vec![Value::I64(id), Value::I64(balance)]
}

async fn execute(place: &Place, transaction: &mut Box<dyn BackendTransaction>, op: Op) -> Result<Reply> {
    transaction.execute(place.scoped::<Account>(op)).await
}

async fn ids(place: &Place) -> Vec<i64> {
    let rows = place.run::<Account>(Op::List(Query::default())).await.unwrap().into_rows().unwrap();
    rows.iter().map(|row| if let Value::I64(id) = row[0] { id } else { panic!("the key is an i64") }).collect()
}

#[tokio::test]
async fn savepoints_nest() {
    let place = Place::with_connections(&[Account::def()], 1).await;
    let mut transaction = place.begin::<Account>().await;
    execute(&place, &mut transaction, Op::Create(account(1, 0))).await.unwrap();
    transaction.savepoint().await.unwrap();
    execute(&place, &mut transaction, Op::Create(account(2, 0))).await.unwrap();
    transaction.savepoint().await.unwrap();
    execute(&place, &mut transaction, Op::Create(account(3, 0))).await.unwrap();
    transaction.rollback_to_savepoint().await.unwrap();
    execute(&place, &mut transaction, Op::Create(account(4, 0))).await.unwrap();
    transaction.release_savepoint().await.unwrap();
    assert_eq!(transaction.release_savepoint().await.unwrap_err().kind(), ErrorKind::Invalid);
    transaction.commit().await.unwrap();
    assert_eq!(ids(&place).await, [1, 2, 4]);

    let mut transaction = place.begin::<Account>().await;
    execute(&place, &mut transaction, Op::Create(account(5, 0))).await.unwrap();
    transaction.rollback().await.unwrap();
    let mut transaction = place.begin::<Account>().await;
    execute(&place, &mut transaction, Op::Create(account(6, 0))).await.unwrap();
    drop(transaction);
    assert_eq!(ids(&place).await, [1, 2, 4]);
}

#[tokio::test]
async fn a_failed_statement_needs_a_savepoint() {
    let place = Place::with_connections(&[Account::def()], 1).await;
    let mut transaction = place.begin::<Account>().await;
    execute(&place, &mut transaction, Op::Create(account(1, 0))).await.unwrap();
    // What is refused before it is sent fails nothing.
    let unsent = Op::Create(vec![Value::I64(9), Value::Bool(true)]);
    assert_eq!(execute(&place, &mut transaction, unsent).await.unwrap_err().kind(), ErrorKind::Invalid);
    transaction.savepoint().await.unwrap();
    execute(&place, &mut transaction, Op::Create(account(2, -1))).await.unwrap_err();
    let next = execute(&place, &mut transaction, Op::Create(account(3, 0))).await.unwrap_err();
    assert_eq!(next.message(), "an operation of the transaction has failed before: roll it back");
    assert_eq!(transaction.savepoint().await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(transaction.release_savepoint().await.unwrap_err().kind(), ErrorKind::Conflict);
    transaction.rollback_to_savepoint().await.unwrap();
    execute(&place, &mut transaction, Op::Create(account(4, 0))).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(ids(&place).await, [1, 4]);

    let mut transaction = place.begin::<Account>().await;
    execute(&place, &mut transaction, Op::Create(account(5, 0))).await.unwrap();
    execute(&place, &mut transaction, Op::Create(account(5, 0))).await.unwrap_err();
    let error = transaction.commit().await.unwrap_err();
    assert_eq!(error.message(), "an operation of the transaction has failed: nothing was kept");
    assert_eq!(ids(&place).await, [1, 4]);
}

#[tokio::test]
async fn a_stream_in_a_transaction_sees_its_work_and_holds_it() {
    let place = Place::with_connections(&[Account::def()], 1).await;
    place.sql("INSERT INTO account SELECT i, 0 FROM generate_series(1, 5000) i").await;
    let mut transaction = place.begin::<Account>().await;
    execute(&place, &mut transaction, Op::Create(account(0, 0))).await.unwrap();
    let stream = execute(&place, &mut transaction, Op::Stream(Query::default())).await.unwrap();
    let mut stream = stream.into_stream().unwrap();
    assert_eq!(stream.try_next().await.unwrap().unwrap(), account(0, 0));
    let error = execute(&place, &mut transaction, Op::Create(account(-1, 0))).await.unwrap_err();
    assert!(error.message().starts_with("a stream of the transaction is still open"), "{error}");
    // Dropped half-way: the next statement drains what is still to come.
    drop(stream);
    execute(&place, &mut transaction, Op::Create(account(-1, 0))).await.unwrap();
    let stream = execute(&place, &mut transaction, Op::Stream(Query::default())).await.unwrap();
    let rows: Vec<Row> = stream.into_stream().unwrap().try_collect().await.unwrap();
    assert_eq!(rows.len(), 5_002);
    transaction.commit().await.unwrap();
    assert_eq!(place.count::<Account>().await, 5_002);
}

#[tokio::test]
async fn a_dropped_operation_leaves_its_transaction_to_be_rolled_back() {
    let place = Place::with_connections(&[Account::def()], 2).await;
    place.create::<Account>(account(1, 0)).await.unwrap();
    let update = || Op::Update { key: vec![Value::I64(1)], changes: account(1, 5), version: None };
    let mut other = place.begin::<Account>().await;
    execute(&place, &mut other, update()).await.unwrap();

    let mut transaction = place.begin::<Account>().await;
    execute(&place, &mut transaction, Op::Create(account(2, 0))).await.unwrap();
    // It waits for the other one to end, for ever if it were not dropped.
    let waiting = tokio::time::timeout(Duration::from_millis(100), execute(&place, &mut transaction, update()));
    assert!(waiting.await.is_err());
    let error = execute(&place, &mut transaction, Op::Create(account(3, 0))).await.unwrap_err();
    assert_eq!(error.message(), "an operation of the transaction was dropped half-way: roll it back");
    other.rollback().await.unwrap();
    assert!(transaction.commit().await.is_err());
    assert_eq!(ids(&place).await, [1]);
}

/// Tells of each table that it is asked for.
#[derive(Debug, Default)]
struct Asked(Mutex<Vec<&'static str>>);

impl Tables for Asked {
    fn ensure<'a>(&'a self, _: &'a Route, model: &'static ModelDef) -> Option<BoxFuture<'a, sqh_model::Result<()>>> {
        self.0.lock().unwrap().push(model.name);
        None
    }

    fn open<'a>(&'a self, _: &'a Route) -> Option<BoxFuture<'a, sqh_model::Result<()>>> {
        None
    }

    fn refresh<'a>(&'a self, route: &'a Route, _: &'static ModelDef) -> BoxFuture<'a, sqh_model::Result<Route>> {
        async { Ok(route.clone()) }.boxed()
    }
}

/// The model of a begin only says where to: its table need not be.
#[tokio::test]
async fn a_begin_makes_no_table() {
    let mut place = Place::with_connections(&[Account::def()], 1).await;
    let asked = Arc::new(Asked::default());
    let tables: Arc<dyn Tables> = Arc::<Asked>::clone(&asked);
    place.backend =
        PostgresBackend::new(place.store().clone(), tables, Arc::default(), Metrics::new(MetricsConfig::default()));
    let mut transaction = place.begin::<Account>().await;
    execute(&place, &mut transaction, Op::Begin).await.unwrap_err();
    assert!(asked.0.lock().unwrap().is_empty());
    execute(&place, &mut transaction, Op::Create(account(1, 0))).await.unwrap();
    assert_eq!(*asked.0.lock().unwrap(), ["Account"]);
    transaction.commit().await.unwrap();
}
