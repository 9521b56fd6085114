//! What an error tells of the records of another tenant in the same database: nothing.

use axum::response::IntoResponse as _;
use serde_json::json;
use sqh_runtime::models;
use sqh_runtime::prelude::*;
use sqh_runtime::schema::Placement;
use sqh_runtime::scope::Tenant;
use sqh_runtime::web::Problem;
use sqh_tests::harness::World;
use sqh_tests::harness::postgres::Postgres;
use sqlx::{Connection as _, PgConnection};

use crate::app::text;

/// Something that somebody keeps.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "post")]
#[storage(postgres)]
struct Parcel {
    /// The key.
    #[field(primary_key)]
    id: i64,
    /// A second way to refer to it.
    #[field(unique)]
    code: String,
    /// Nobody else's business.
    holder: String,
}

/// Something on a parcel.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "post")]
#[storage(postgres)]
struct Stamp {
    /// The key.
    #[field(primary_key)]
    id: i64,
    /// Where it is.
    #[field(references = Parcel)]
    parcel: Option<i64>,
    /// The same by its code.
    #[field(references = Parcel.code)]
    code: Option<String>,
}

/// Something that a constraint across tenants keeps apart.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "post")]
#[storage(postgres)]
struct Chest {
    /// The key.
    #[field(primary_key)]
    id: i64,
    /// Another way to know it.
    code: String,
    /// Nobody else's business.
    holder: String,
}

/// What stands in the other tenant's records only.
const THEIRS: i64 = 777_001;
const CODE: &str = "their-code";
const HOLDER: &str = "their-holder";

fn parcel(id: i64, code: &str) -> Parcel {
    Parcel { id, code: code.to_owned(), holder: "me".to_owned() }
}

fn stamp(id: i64, parcel: Option<i64>, code: Option<&str>) -> Stamp {
    Stamp { id, parcel, code: code.map(str::to_owned) }
}

/// Two tenants in one database, of whom the first has the parcel 1 and the stamp 1.
async fn world(placement: Placement) -> (Postgres, World, Cx<Tenant>) {
    let harness = Postgres::placed(placement).await;
    let world = World::with(&harness, |builder| builder.models(models![Parcel, Stamp])).await;
    let other = world.another_tenant().await;
    let World { records, cx, .. } = &world;
    records.create(cx, parcel(1, "mine")).await.unwrap();
    records.create(cx, stamp(1, None, None)).await.unwrap();
    records.create(&other, Parcel { holder: HOLDER.to_owned(), ..parcel(THEIRS, CODE) }).await.unwrap();
    records.create(&other, stamp(THEIRS, Some(THEIRS), Some(CODE))).await.unwrap();
    (harness, world, other)
}

/// All that anybody is told of an error: the text and the form of each error in the chain, and the response.
async fn told(error: Error) -> String {
    let mut told = format!("{error}\n{error:?}\n{:?} {:?} {:?}", error.message(), error.model(), error.field());
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        told += &format!("\n{error}\n{error:?}");
        source = error.source();
    }
    let response = Problem(error).into_response();
    let headers = format!("{} {:?}", response.status(), response.headers());
    format!("{told}\n{headers}\n{}", text(response).await)
}

/// Asserts that nothing of the other tenant's is told.
#[track_caller]
fn assert_discreet(told: &str, way: &str, other: &Cx<Tenant>) {
    for theirs in [&THEIRS.to_string(), CODE, HOLDER, other.tenant()] {
        assert!(!told.contains(theirs), "{way} tells of {theirs}: {told}");
    }
}

/// Every way to write a stamp that refers to a parcel.
const WAYS: &[&str] = &[
    "create",
    "insert",
    "create by name",
    "upsert",
    "batch",
    "batch that replies",
    "batch by COPY",
    "batch by name",
    "update",
    "update by name",
    "update by filter",
    "replace",
    "transaction",
];

/// Refers to a parcel in one way.
async fn refer(way: &str, world: &World, id: Option<i64>, code: Option<&str>) -> Result<()> {
    let World { records, cx, .. } = world;
    let code_owned = code.map(str::to_owned);
    let changes = || Stamp::changes().set(Stamp::PARCEL, id).set(Stamp::CODE, code_owned.clone());
    let new = stamp(2, id, code);
    match way {
        "create" => records.create(cx, new).await.map(drop),
        "insert" => {
            let insert = Stamp::insert().set(Stamp::ID, 2).set(Stamp::PARCEL, id).set(Stamp::CODE, code_owned);
            records.query(cx, insert).await.map(drop)
        }
        "create by name" => {
            let json = json!({"id": 2, "parcel": id, "code": code});
            records.create_dyn(cx, "post", "Stamp", &json).await.map(drop)
        }
        "upsert" => records.upsert(cx, stamp(1, id, code), Conflict::key()).await.map(drop),
        "batch" => records.batch_create_count(cx, [new]).await.map(drop),
        "batch that replies" => records.batch_create(cx, [new]).await.map(drop),
        "batch by COPY" => {
            let code = code_owned.clone();
            let batch = (2..10_000).map(move |at| Stamp { id: at, parcel: id, code: code.clone() });
            records.batch_create_count(cx, batch).await.map(drop)
        }
        "batch by name" => {
            let batch = [json!({"id": 2, "parcel": id, "code": code})];
            records.batch_create_dyn(cx, "post", "Stamp", &batch).await.map(drop)
        }
        "update" => records.update::<Stamp>(cx, 1, changes()).await.map(drop),
        "update by name" => {
            let changes = json!({"parcel": id, "code": code});
            records.update_dyn(cx, "post", "Stamp", &json!(1), &changes).await.map(drop)
        }
        "update by filter" => {
            let update = Stamp::update().set(Stamp::PARCEL, id).set(Stamp::CODE, code_owned).all();
            records.query(cx, update).await.map(drop)
        }
        "replace" => records.replace(cx, stamp(1, id, code)).await.map(drop),
        "transaction" => records.transaction(cx, async |tx| tx.create(cx, new).await.map(drop)).await,
        other => panic!("{other} is not written"),
    }
}

#[tokio::test]
async fn a_reference_to_anothers_record_is_as_one_to_nothing() {
    for placement in [Placement::Row, Placement::Schema] {
        let (_harness, world, other) = world(placement).await;
        for way in WAYS {
            for (theirs, nobodys) in
                [((Some(THEIRS), None), (Some(404), None)), ((None, Some(CODE)), (None, Some("404")))]
            {
                let mut said = Vec::new();
                for (id, code) in [theirs, nobodys] {
                    let error = refer(way, &world, id, code).await.expect_err("there is no such parcel");
                    assert_eq!(error.kind(), ErrorKind::Conflict, "{placement:?}, {way}: {error:?}");
                    said.push(told(error).await);
                }
                assert_eq!(said[0], said[1], "{placement:?}, {way}");
                assert_discreet(&said[0], way, &other);
            }
        }
    }
}

#[tokio::test]
async fn anothers_key_and_unique_values_are_free() {
    for placement in [Placement::Row, Placement::Schema] {
        let (_harness, world, other) = world(placement).await;
        let World { records, cx, .. } = &world;
        records.create(cx, parcel(THEIRS, CODE)).await.unwrap();
        assert!(records.delete::<Parcel>(cx, THEIRS).await.unwrap(), "what refers to it is another's");
        records.update::<Parcel>(cx, 1, Parcel::changes().set(Parcel::CODE, CODE)).await.unwrap();
        assert_eq!(records.batch_create_count(cx, [parcel(THEIRS, "x")]).await.unwrap(), 1);
        assert_eq!(records.get::<Parcel>(&other, THEIRS).await.unwrap().holder, HOLDER);
        // One's own are not, and what is in the way may be as secret.
        let error = records.create(cx, Parcel { holder: "x".to_owned(), ..parcel(2, "x") }).await.unwrap_err();
        let said = told(error).await;
        assert!(said.contains("another record has the same `code`"), "{said}");
        assert_discreet(&said, "create", &other);
    }
}

/// Constraints that an administrator has made, and that go across tenants: that there is a record may have to
/// be told then, and nothing else of it.
#[tokio::test]
async fn a_constraint_across_tenants_tells_no_values() {
    let harness = Postgres::placed(Placement::Row).await;
    let world = World::with(&harness, |builder| builder.models(models![Chest])).await;
    let other = world.another_tenant().await;
    let World { records, cx, .. } = &world;
    let chest = |id, code: &str| Chest { id, code: code.to_owned(), holder: "me".to_owned() };
    records.create(&other, Chest { holder: HOLDER.to_owned(), ..chest(THEIRS, CODE) }).await.unwrap();
    let server = sqh_dev_postgres::shared().await;
    let mut admin = PgConnection::connect(&server.url("sqh_pooled_default")).await.unwrap();
    let across = "CREATE UNIQUE INDEX chest_code_across ON chest (code);
        CREATE UNIQUE INDEX chest_id_across ON chest (id);
        ALTER TABLE chest ADD CONSTRAINT chest_apart EXCLUDE USING gist (int8range(id - 5, id + 5) WITH &&)";
    sqlx::raw_sql(across).execute(&mut admin).await.unwrap();
    let said = async |what: &str, id: i64, code: &str| {
        let new = || chest(id, code);
        records.create(cx, chest(1, "mine")).await.unwrap();
        let rest = (100..9_000).map(|at| chest(at * 20, &format!("c{at}")));
        let changes = || Chest::changes().set(Chest::CODE, code);
        let outcomes = [
            records.create(cx, new()).await.map(drop),
            records.batch_create(cx, [new()]).await.map(drop),
            records.batch_create_count(cx, rest.chain([new()]).collect::<Vec<_>>()).await.map(drop),
            records.upsert(cx, new(), Conflict::key()).await.map(drop),
            records.update::<Chest>(cx, 1, changes()).await.map(drop),
            records.query(cx, Chest::update().set(Chest::CODE, code).all()).await.map(drop),
        ];
        records.query(cx, Chest::delete().all()).await.unwrap();
        let mut errors = 0;
        for outcome in outcomes {
            let Err(error) = outcome else { continue };
            errors += 1;
            assert_eq!(error.kind(), ErrorKind::Conflict, "{what}: {error:?}");
            assert_discreet(&told(error).await, what, &other);
        }
        errors
    };
    assert_eq!(said("the code", 5_000_000, CODE).await, 6);
    assert_eq!(said("a neighbour", THEIRS + 3, "another").await, 4);
    assert_eq!(said("the key", THEIRS, "another").await, 4);
    // A server that stays keeps the table.
    let away =
        "ALTER TABLE chest DROP CONSTRAINT chest_apart; DROP INDEX chest_code_across; DROP INDEX chest_id_across";
    sqlx::raw_sql(away).execute(&mut admin).await.unwrap();
    admin.close().await.unwrap();
}
