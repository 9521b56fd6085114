//! What the conformance suite cannot reach: scopes that let only some records through.

use std::sync::Arc;

use sqh_model::expr::{Comparison, Filter, Query};
use sqh_model::schema::{FieldDef, LayoutCell, ModelDef, StorageConfig};
use sqh_model::types::{TypeDef, scalar};
use sqh_model::{ErrorKind, Result, Row, Value};

use super::MemoryBackend;
use crate::backend::Backend as _;
use crate::engine::{Route, Scoped};
use crate::op::{Op, Operation, Reply};

static LAYOUT: LayoutCell = LayoutCell::new();
static FIELDS: [FieldDef; 3] = [
    FieldDef {
        name: "id",
        column: "id",
        json: "id",
        ty: TypeDef::scalar(&scalar::I64),
        primary_key: true,
        ..FieldDef::PLAIN
    },
    FieldDef { name: "owner", column: "owner", json: "owner", ty: TypeDef::scalar(&scalar::TEXT), ..FieldDef::PLAIN },
    FieldDef {
        name: "note",
        column: "note",
        json: "note",
        ty: TypeDef::scalar(&scalar::TEXT),
        search: Some(sqh_model::schema::SearchWeight::A),
        unique: true,
        ..FieldDef::PLAIN
    },
];
static NOTE: ModelDef = ModelDef {
    name: "Note",
    rust_path: "tests::Note",
    group: "notes",
    table: "note",
    storage: StorageConfig::postgres(),
    fields: &FIELDS,
    layout: &LAYOUT,
    ..ModelDef::PLAIN
};

/// The notes of Ann and of Bob, as one of them may touch them.
struct Place {
    backend: MemoryBackend,
    scope: Filter,
}

impl Place {
    /// Ann has the notes 1 and 3, Bob has 2; Ann asks.
    async fn new() -> Self {
        let mut place = Self { backend: MemoryBackend::default(), scope: Filter::Everything };
        for (id, owner) in [(1, "ann"), (2, "bob"), (3, "ann")] {
            place.run(Op::Create(note(id, owner))).await.unwrap();
        }
        place.scope = Filter::Compare { field: "owner".into(), comparison: Comparison::Eq, value: text("ann") };
        place
    }

    fn scoped(&self, op: Op) -> Scoped {
        let route = Route::new(Arc::clone(crate::tenancy::Place::shared()), None);
        Scoped::for_test(Operation { model: &NOTE, op }, self.scope.clone(), route)
    }

    async fn run(&self, op: Op) -> Result<Reply> {
        self.backend.execute(self.scoped(op)).await
    }

    async fn everything(mut self) -> Vec<Row> {
        self.scope = Filter::Everything;
        self.run(Op::List(Query::default())).await.unwrap().into_rows().unwrap()
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn note(id: i64, owner: &str) -> Row {
    vec![Value::I64(id), text(owner), text(&format!("note {id}"))]
}

fn given_to(owner: &str) -> Row {
    vec![Value::Unset, text(owner), Value::Unset]
}

#[tokio::test]
async fn a_scope_holds_for_every_read() {
    let place = Place::new().await;
    let all = Query::default;
    let rows = async |op| place.run(op).await.unwrap().into_rows().unwrap().len();
    assert_eq!(rows(Op::List(all())).await, 2);
    assert_eq!(rows(Op::Search { text: "NOTE".to_owned(), query: all() }).await, 2);
    assert_eq!(rows(Op::Select { query: all(), columns: vec![0] }).await, 2);
    let count = Op::Count { filter: Filter::Everything, estimate: true };
    assert_eq!(place.run(count).await.unwrap().into_count().unwrap(), 2);
    let stream = place.run(Op::Stream(all())).await.unwrap().into_stream().unwrap();
    assert_eq!(futures::StreamExt::count(stream).await, 2);
    let get = async |id| place.run(Op::Get { key: vec![Value::I64(id)] }).await.unwrap().into_row().unwrap();
    assert!(get(1).await.is_some());
    assert_eq!(get(2).await, None);
    let mut transaction = place.run(Op::Begin).await.unwrap().into_transaction().unwrap();
    let rows = transaction.execute(place.scoped(Op::List(all()))).await.unwrap().into_rows().unwrap();
    assert_eq!(rows.len(), 2);
}

#[tokio::test]
async fn a_scope_holds_for_every_write() {
    let place = Place::new().await;
    let key = || vec![Value::I64(2)];
    let update = Op::Update { key: key(), changes: given_to("ann"), version: None };
    assert_eq!(place.run(update).await.unwrap().into_row().unwrap(), None);
    let count = async |op| place.run(op).await.unwrap().into_count().unwrap();
    assert_eq!(count(Op::Delete { key: key(), version: None }).await, 0);
    let update = Op::UpdateWhere { filter: Filter::Everything, changes: given_to("ann") };
    assert_eq!(count(update).await, 2);
    let upsert = Op::Upsert { row: note(2, "ann"), conflict: vec![0], keep: vec![] };
    assert_eq!(place.run(upsert).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(count(Op::DeleteWhere { filter: Filter::Everything }).await, 2);
    assert_eq!(place.everything().await, [note(2, "bob")]);
}

#[tokio::test]
async fn a_record_is_not_given_away() {
    let place = Place::new().await;
    for op in [
        Op::Create(note(4, "bob")),
        Op::BatchCreate { rows: Box::new([Ok(note(4, "ann")), Ok(note(5, "bob"))].into_iter()), returning: true },
        Op::Upsert { row: note(4, "bob"), conflict: vec![0], keep: vec![] },
        Op::Upsert { row: note(1, "bob"), conflict: vec![0], keep: vec![] },
        Op::Update { key: vec![Value::I64(1)], changes: given_to("bob"), version: None },
        Op::UpdateWhere { filter: Filter::Everything, changes: given_to("bob") },
    ] {
        let name = op.name();
        assert_eq!(place.run(op).await.unwrap_err().kind(), ErrorKind::Denied, "{name}");
    }
    assert_eq!(place.everything().await, [note(1, "ann"), note(2, "bob"), note(3, "ann")]);
}

#[tokio::test]
async fn a_writer_that_gives_up_waiting_leaves_nothing() {
    let mut place = Place::new().await;
    place.scope = Filter::Everything;
    let mut transaction = place.run(Op::Begin).await.unwrap().into_transaction().unwrap();
    transaction.execute(place.scoped(Op::Create(note(4, "ann")))).await.unwrap();
    let mut waiting = Box::pin(place.run(Op::Create(note(5, "ann"))));
    assert!(futures::poll!(&mut waiting).is_pending(), "one writer at a time");
    drop(waiting);
    let read = place.run(Op::List(Query::default())).await.unwrap().into_rows().unwrap();
    assert_eq!(read.len(), 3, "readers do not wait");
    drop(transaction);
    place.run(Op::Create(note(6, "ann"))).await.unwrap();
    assert_eq!(place.everything().await.len(), 4);
}
