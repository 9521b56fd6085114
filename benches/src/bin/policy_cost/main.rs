//! What rules cost: operations of a user under a policy beside the same SQL written by hand with sqlx,
//! and beside the same operations of the system, of which no rule asks anything; on one connection each
//! to the same server. And a search by a trigram index with and without rules.
//!
//! `cargo run --release -p sqh-benches --bin policy-cost [-- ROUNDS [CALLS]]`. A round is all ways, one
//! after the other, in changing order.

#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::time::Instant;

use sqh_dev_postgres::Server;
use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqlx::{Connection as _, PgConnection, Row as _};

type AnyResult<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A note that its writer and their desk read, and its writer changes.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "bench")]
#[storage(postgres)]
#[index(columns = ["title"], using = "gin", ops = "gin_trgm_ops")]
#[policy(allow(read) if owner || team)]
#[policy(allow(create, update, delete) if owner)]
#[policy(forbid(update, delete) if status == "locked")]
pub struct AppNote {
    #[field(primary_key)]
    id: i64,
    #[field(search)]
    title: String,
    #[field(owner)]
    writer: String,
    #[field(team)]
    desk: String,
    status: String,
    pages: i32,
    ratio: f64,
    key: Uuid,
    at: DateTime<Utc>,
}

const NOTES: i64 = 100_000;
const COLUMNS: &str = "id, title, writer, desk, status, pages, ratio, key, at";

#[tokio::main(flavor = "current_thread")]
async fn main() -> AnyResult<()> {
    let arguments: Vec<usize> = std::env::args().skip(1).map(|text| text.parse()).collect::<Result<_, _>>()?;
    let rounds = arguments.first().copied().unwrap_or(15);
    let calls = arguments.get(1).copied().unwrap_or(2_000) as i64;
    let server = Server::start().await?;
    println!("{}", server.describe());
    let platform = Platform::builder().models(models![AppNote]).postgres(server.admin_url()).build().await?;
    platform.init().await?;
    let system = Principal::system("a measurement");
    platform.tenants().provision(&platform.fleet(&system).await?, "bench").await?;
    let system = platform.tenant(&system, "bench").await?;
    let records = platform.records();
    records.batch_create_count(&system, (0..NOTES).map(note)).await?;
    let ann = Identity {
        user_id: "ann".to_owned(),
        team_id: Some("east".to_owned()),
        tenants: Membership::of(["bench"]),
        ..Identity::default()
    };
    let ann = platform.tenant(&Principal::authenticate(&Believing, ann).await?, "bench").await?;
    let mut hand = PgConnection::connect(&server.url("sqh_tenant_bench")).await?;
    sqlx::query("VACUUM ANALYZE app_note").execute(&mut hand).await?;

    for case in ["get", "list of 100", "update", "create"] {
        let (mut to_hand, mut to_system) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            let mut seconds = [0.0; 3];
            for turn in 0..3 {
                let way = (round + turn) % 3;
                let base = ((round * 3 + turn) as i64 + 1) * 1_000_000;
                let start = Instant::now();
                match way {
                    0 => run(case, &records, &ann, calls, base).await?,
                    1 => run_by_hand(case, &mut hand, calls, base).await?,
                    _ => run(case, &records, &system, calls, base).await?,
                }
                seconds[way] = start.elapsed().as_secs_f64() / calls as f64 * 1e6;
            }
            to_hand.push((seconds[0] / seconds[1], seconds[0], seconds[1]));
            to_system.push((seconds[0] / seconds[2], seconds[0], seconds[2]));
        }
        print(&format!("{case}, and by hand"), &mut to_hand);
        print(&format!("{case}, and by the system"), &mut to_system);
    }
    search(&records, &system, &ann, rounds).await
}

async fn run(case: &str, records: &PlatformGroupRecordService, cx: &Cx, calls: i64, base: i64) -> AnyResult<()> {
    for i in 0..calls {
        match case {
            "get" => assert_eq!(records.get::<AppNote>(cx, i * 4).await?.id, i * 4),
            "list of 100" if i % 20 == 0 => {
                let select = AppNote::select().filter(AppNote::ID.gt(i)).order_by(AppNote::ID.asc()).limit(100);
                assert_eq!(records.list(cx, select).await?.len(), 100);
            }
            "update" => {
                let changes = AppNote::changes().set(AppNote::PAGES, i as i32);
                records.update::<AppNote>(cx, i * 4, changes).await?;
            }
            "create" => drop(records.create(cx, AppNote { id: base + i, ..note(0) }).await?),
            _ => {}
        }
    }
    Ok(())
}

// The conditions are those that the rules come to.
async fn run_by_hand(case: &str, hand: &mut PgConnection, calls: i64, base: i64) -> AnyResult<()> {
    for i in 0..calls {
        match case {
            "get" => {
                let sql = format!("SELECT {COLUMNS} FROM app_note WHERE id = $1 AND (writer = $2 OR desk = $3)");
                let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i * 4).bind("ann").bind("east");
                assert_eq!(decoded(&query.fetch_one(&mut *hand).await?)?.id, i * 4);
            }
            "list of 100" if i % 20 == 0 => {
                let sql = format!(
                    "SELECT {COLUMNS} FROM app_note WHERE id > $1 AND (writer = $2 OR desk = $3) ORDER BY id LIMIT $4"
                );
                let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i).bind("ann").bind("east").bind(100_i64);
                let rows = query.fetch_all(&mut *hand).await?;
                assert_eq!(rows.iter().map(decoded).collect::<Result<Vec<_>, _>>()?.len(), 100);
            }
            "update" => {
                let sql = format!(
                    "UPDATE app_note SET pages = $1 WHERE id = $2 AND (writer = $3 OR desk = $4) AND writer = $3 \
                     AND NOT status = 'locked' RETURNING {COLUMNS}"
                );
                let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i as i32).bind(i * 4).bind("ann").bind("east");
                decoded(&query.fetch_one(&mut *hand).await?)?;
            }
            "create" => {
                let note = AppNote { id: base + i, ..note(0) };
                let sql = format!(
                    "INSERT INTO app_note ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING {COLUMNS}"
                );
                let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(note.id).bind(note.title).bind(note.writer);
                let query = query.bind(note.desk).bind(note.status).bind(note.pages).bind(note.ratio).bind(note.key);
                decoded(&query.bind(note.at).fetch_one(&mut *hand).await?)?;
            }
            _ => {}
        }
    }
    Ok(())
}

async fn search(records: &PlatformGroupRecordService, system: &Cx, ann: &Cx, rounds: usize) -> AnyResult<()> {
    let mut ratios = Vec::new();
    for round in 0..rounds {
        let mut seconds = [0.0; 2];
        for turn in 0..2 {
            let which = (round + turn) % 2;
            let start = Instant::now();
            for i in 0..50 {
                // The system finds the same records: the text is of those that Ann may read.
                let cx = if which == 0 { ann } else { system };
                let text = format!("of ann number {}7", 100 + i);
                let found = records.search(cx, text, AppNote::select()).await?;
                assert!(!found.is_empty());
            }
            seconds[which] = start.elapsed().as_secs_f64();
        }
        ratios.push((seconds[0] / seconds[1], seconds[0] / 50.0 * 1e6, seconds[1] / 50.0 * 1e6));
    }
    print("search under rules, and without", &mut ratios);
    Ok(())
}

fn print(case: &str, ratios: &mut [(f64, f64, f64)]) {
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (median, with, without) = ratios[ratios.len() / 2];
    let (lowest, highest) = (ratios[0].0, ratios[ratios.len() - 1].0);
    println!("{case:>32}  {with:>8.1} µs  {without:>8.1} µs  ratio {median:.3} ({lowest:.3} to {highest:.3})");
}

fn decoded(row: &sqlx::postgres::PgRow) -> Result<AppNote, sqlx::Error> {
    Ok(AppNote {
        id: row.try_get(0)?,
        title: row.try_get(1)?,
        writer: row.try_get(2)?,
        desk: row.try_get(3)?,
        status: row.try_get(4)?,
        pages: row.try_get(5)?,
        ratio: row.try_get(6)?,
        key: row.try_get(7)?,
        at: row.try_get(8)?,
    })
}

/// Every fourth is Ann's.
fn note(id: i64) -> AppNote {
    let writer = ["ann", "bob", "eve", "joe"][(id % 4) as usize];
    AppNote {
        id,
        title: format!("note of {writer} number {}", id / 4),
        writer: writer.to_owned(),
        desk: "west".to_owned(),
        status: "open".to_owned(),
        pages: 1,
        ratio: 0.5,
        key: Uuid::from_u128(id as u128),
        at: DateTime::UNIX_EPOCH,
    }
}

/// Believes whoever it is.
struct Believing;

impl Authenticator for Believing {
    type Credentials = Identity;

    async fn authenticate(&self, credentials: Identity) -> sqh_runtime::Result<Identity> {
        Ok(credentials)
    }
}
