//! What the server refuses, and what the caller is told of it.

use std::sync::Arc;

use sqh_model::expr::{Filter, Query};
use sqh_model::{ErrorKind, Row, Value};

use super::support::{Place, row, text};
use crate::backend::postgres::statement::target::Target;
use crate::backend::postgres::statement::{Inputs, filtered};
use crate::op::Op;
use crate::prelude::*;

/// A ward.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "clinic")]
#[storage(postgres)]
pub struct Ward {
    /// The key.
    #[field(primary_key)]
    pub code: String,
}

/// A patient.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "clinic")]
#[storage(postgres)]
#[index(columns = ["name", "born"], unique)]
pub struct Patient {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// Secret.
    pub name: String,
    /// When.
    pub born: i32,
    /// Secret.
    #[field(unique, column = "e-mail")]
    pub email: Option<String>,
    /// At most three characters.
    #[field(max_len = 3)]
    pub initials: Option<String>,
    /// Where.
    #[field(references = Ward)]
    pub ward: Option<String>,
    /// Below 300.
    #[field(check = "weight < 300")]
    pub weight: Option<f64>,
    /// How it goes.
    pub state: State,
}

/// How it goes.
#[derive(Debug, Clone, Copy, PartialEq, PlatformEnum)]
#[platform_enum(text)]
#[allow(missing_docs, reason = "the names say all")]
pub enum State {
    Well,
    Ill,
}

fn patient(id: i64, fields: &[(&str, Value)]) -> Row {
    let name = text(&format!("secret {id}"));
    let mut patient = row::<Patient>(&[
        ("id", Value::I64(id)),
        ("name", name),
        ("born", Value::I32(1980)),
        ("email", Value::Null),
        ("initials", Value::Null),
        ("ward", Value::Null),
        ("weight", Value::Null),
        ("state", text("Well")),
    ]);
    for (path, value) in fields {
        patient[Patient::def().layout().position(path).unwrap()] = value.clone();
    }
    patient
}

#[tokio::test]
async fn a_refusal_names_the_field_and_no_other_record() {
    let place = Place::with_connections(&[Ward::def(), Patient::def()], 1).await;
    place.create::<Patient>(patient(1, &[("email", text("secret@example.org"))])).await.unwrap();
    let cases = [
        (patient(1, &[]), ErrorKind::Conflict, Some("id"), "another record has the same `id`"),
        (
            patient(2, &[("email", text("secret@example.org"))]),
            ErrorKind::Conflict,
            Some("email"),
            "another record has the same `email`",
        ),
        (
            patient(3, &[("name", text("secret 1"))]),
            ErrorKind::Conflict,
            None,
            "another record has the same `name`, `born`",
        ),
        (
            patient(4, &[("ward", text("secret ward"))]),
            ErrorKind::Conflict,
            Some("ward"),
            "there is no such `Ward` record",
        ),
        (
            patient(5, &[("weight", Value::F64(301.0))]),
            ErrorKind::Invalid,
            Some("weight"),
            "the value fails the check `weight < 300`",
        ),
        (patient(6, &[("state", text("Secret"))]), ErrorKind::Invalid, Some("state"), "the value fails the check"),
        (patient(7, &[("name", Value::Null)]), ErrorKind::Invalid, Some("name"), "the field cannot be null"),
        (
            patient(8, &[("initials", text("secret"))]),
            ErrorKind::Invalid,
            None,
            "a text is longer than its column allows",
        ),
    ];
    for (row, kind, field, message) in cases {
        let batch = Op::BatchCreate { rows: Box::new([Ok(row.clone())].into_iter()), returning: false };
        for op in [Op::Create(row), batch] {
            let error = place.run::<Patient>(op).await.unwrap_err();
            assert_eq!((error.kind(), error.field()), (kind, field), "{error}");
            assert!(error.message().starts_with(message), "{error}");
            assert_eq!(error.model(), Some("Patient"));
            let shown = format!("{error} {error:?} {:?}", std::error::Error::source(&error).map(|s| s.to_string()));
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
    assert_eq!(place.count::<Patient>().await, 1);
}

#[tokio::test]
async fn a_record_that_is_referred_to_stays() {
    let place = Place::new(&[Ward::def(), Patient::def()]).await;
    place.create::<Ward>(vec![text("A")]).await.unwrap();
    place.create::<Patient>(patient(1, &[("ward", text("A"))])).await.unwrap();
    let error = place.run::<Ward>(Op::Delete { key: vec![text("A")], version: None }).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(error.message(), "records of `patient` refer to it");
}

#[tokio::test]
async fn a_limit_of_the_server_can_be_tried_again() {
    let place = Place::new(&[Ward::def()]).await;
    let database = place.database.name();
    place.sql(&format!("ALTER DATABASE \"{database}\" SET statement_timeout = '200ms'")).await;
    place
        .sql("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(9); RETURN NEW; END'")
        .await;
    place.sql("CREATE TRIGGER slow BEFORE INSERT ON ward FOR EACH ROW EXECUTE FUNCTION slow()").await;
    let error = place.create::<Ward>(vec![text("A")]).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
}

#[tokio::test]
async fn a_table_of_another_shape_says_what_to_do() {
    let place = Place::new(&[Ward::def(), Patient::def()]).await;
    place.sql("ALTER TABLE patient RENAME COLUMN weight TO mass").await;
    let error = place.get::<Patient>(vec![Value::I64(1)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(error.message().contains("another shape") && error.message().contains("weight"), "{error}");
    place.sql("DROP TABLE patient").await;
    let error = place.run::<Patient>(Op::List(Query::default())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(error.message().starts_with("the table `patient` is missing: create it with"), "{error}");
}

/// A plan from before a change of the table is made anew, but not inside a transaction.
#[tokio::test]
async fn a_plan_older_than_the_table_is_made_anew() {
    let place = Place::with_connections(&[Ward::def(), Patient::def()], 1).await;
    place.create::<Patient>(patient(1, &[])).await.unwrap();
    let get = || Op::Get { key: vec![Value::I64(1)] };
    let ops: [fn() -> Op; 4] = [
        || Op::Get { key: vec![Value::I64(1)] },
        || Op::List(Query::default()),
        || Op::Stream(Query::default()),
        || Op::Update {
            key: vec![Value::I64(1)],
            changes: row::<Patient>(&[("weight", Value::F64(1.0))]),
            version: None,
        },
    ];
    for op in &ops {
        read(place.run::<Patient>(op()).await.unwrap()).await;
    }
    let types = ["varchar(7)", "text"];
    for (i, op) in ops.iter().enumerate() {
        place.sql(&format!("ALTER TABLE patient ALTER COLUMN initials TYPE {}", types[i % 2])).await;
        read(place.run::<Patient>(op()).await.unwrap()).await;
    }
    place.run::<Patient>(get()).await.unwrap();
    let mut transaction = place.begin::<Patient>().await;
    place.sql("ALTER TABLE patient ALTER COLUMN initials TYPE varchar(9)").await;
    let error = transaction.execute(place.scoped::<Patient>(get())).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert!(error.message().ends_with("run the transaction again"), "{error}");
    drop(transaction);
    assert!(place.get::<Patient>(vec![Value::I64(1)]).await.unwrap().is_some());
}

async fn read(reply: crate::op::Reply) {
    use futures::TryStreamExt as _;
    if let crate::op::Reply::Stream(stream) = reply {
        let rows: Vec<Row> = stream.try_collect().await.unwrap();
        assert_eq!(rows.len(), 1);
    }
}

const KILL: &str = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// A connection that has died while it was idle costs a read nothing.
#[tokio::test]
async fn a_dead_connection_is_replaced_for_reads() {
    let place = Place::with_connections(&[Ward::def()], 1).await;
    place.create::<Ward>(vec![text("A")]).await.unwrap();
    place.sql(KILL).await;
    assert!(place.get::<Ward>(vec![text("A")]).await.unwrap().is_some());
    place.sql(KILL).await;
    let transaction = place.begin::<Ward>().await;
    transaction.commit().await.unwrap();
    place.sql(KILL).await;
    // A write may have been done: the caller is told.
    let error = place.run::<Ward>(Op::DeleteWhere { filter: Filter::Everything }).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert_eq!(place.count::<Ward>().await, 1);
}

/// Once rows have come a read is not sent again: its caller would have them twice.
#[tokio::test]
async fn a_connection_that_dies_amid_a_read_is_told() {
    let place = Place::with_connections(&[Ward::def()], 1).await;
    place.create::<Ward>(vec![text("first")]).await.unwrap();
    // Only the first read of the fiftieth record ends its connection. Rows come without a sort.
    let database = place.database.name();
    place.sql(&format!("ALTER DATABASE \"{database}\" SET enable_sort = off")).await;
    place
        .sql(
            "INSERT INTO ward SELECT 'ward ' || i FROM generate_series(1, 99) i;
            ALTER TABLE ward RENAME TO stored; CREATE SEQUENCE seen;
            CREATE VIEW ward AS SELECT code FROM stored
                WHERE nextval('seen') <> 50 OR pg_terminate_backend(pg_backend_pid())",
        )
        .await;
    // What was opened before the setting goes; then one that has it is there.
    place.sql(KILL).await;
    place.run::<Ward>(Op::Explain(Box::new(Op::List(Query::default())))).await.unwrap();
    let error = place.run::<Ward>(Op::List(Query::default())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    // The caller may.
    let rows = place.run::<Ward>(Op::List(Query::default())).await.unwrap().into_rows().unwrap();
    assert_eq!(rows.len(), 100);
}

/// The protocol counts the binds of a statement in 16 bits.
#[test]
fn more_values_than_a_statement_takes_are_refused_before_it_is_sent() {
    let schema = Arc::from("public");
    let target = Target { def: Ward::def(), schema: &schema, tenant: None, is_guarded: false, key_at: 1 };
    let arguments = |count: usize| {
        let like = Filter::Like { field: "code".into(), pattern: "a%".into(), case_sensitive: true };
        let query = Query { filter: Filter::Or(vec![like; count]), ..Query::default() };
        filtered::select(&target, &query, &Filter::Everything, &[0]).unwrap().arguments(Inputs::default())
    };
    assert!(arguments(65_535).is_ok());
    let error = arguments(65_536).err().unwrap();
    assert_eq!((error.kind(), error.model()), (ErrorKind::Invalid, Some("Ward")));
    assert!(error.message().contains("65536 values") && error.message().contains("at most 65,535"), "{error}");
}
