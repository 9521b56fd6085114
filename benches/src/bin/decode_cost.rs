//! Instructions that a client spends on a row of twelve columns: decoded into a struct by the model,
//! and by sqlx's `FromRow`, which looks columns up by name as its derive does.
//!
//! `cargo run --release -p sqh-benches --bin decode-cost` counts with valgrind's callgrind: it runs
//! itself with 1,000 and with 3,000 rows and prints the difference for one. The server is another
//! process, and no part of the count.

#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::process::Command;

use sqh_dev_postgres::Server;
use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqlx::postgres::PgRow;
use sqlx::{Connection as _, FromRow, PgConnection, Row as _};

type AnyResult<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Twelve fields of the common types.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "bench")]
#[storage(postgres, shared)]
pub struct AppReading {
    #[field(primary_key)]
    id: i64,
    name: String,
    description: Option<String>,
    count: i32,
    total: i64,
    ratio: f64,
    active: bool,
    price: Decimal,
    key: Uuid,
    tags: Vec<String>,
    day: NaiveDate,
    at: DateTime<Utc>,
}

impl FromRow<'_, PgRow> for AppReading {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            count: row.try_get("count")?,
            total: row.try_get("total")?,
            ratio: row.try_get("ratio")?,
            active: row.try_get("active")?,
            price: row.try_get("price")?,
            key: row.try_get("key")?,
            tags: row.try_get("tags")?,
            day: row.try_get("day")?,
            at: row.try_get("at")?,
        })
    }
}

const CASES: [&str; 2] = ["model", "from_row"];
const ROWS: [i64; 2] = [1_000, 3_000];

#[tokio::main(flavor = "current_thread")]
async fn main() -> AnyResult<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [case, count, url, shared] = arguments.as_slice() {
        return run(case, count.parse()?, url, shared).await;
    }
    let server = Server::start().await?;
    let shared = server.url(sqh_runtime::schema::SHARED_REFERENCE_DB_NAME);
    fill(&server.admin_url()).await?;
    for case in CASES {
        let mut counts = Vec::new();
        for rows in ROWS {
            counts.push(instructions(case, rows, &server.admin_url(), &shared)?);
        }
        println!("{case:>10}  {:>6} instructions a row", (counts[1] - counts[0]) / (ROWS[1] - ROWS[0]).unsigned_abs());
    }
    Ok(())
}

async fn platform(url: &str) -> AnyResult<(Platform, Cx<sqh_runtime::scope::Shared>)> {
    let platform = Platform::builder().models(models![AppReading]).postgres(url).build().await?;
    let cx = platform.shared(&Principal::system("a measurement")).await?;
    Ok((platform, cx))
}

async fn fill(url: &str) -> AnyResult<()> {
    let (platform, cx) = platform(url).await?;
    platform.init().await?;
    let readings = (0..ROWS[1]).map(|id| AppReading {
        id,
        name: format!("reading {id}"),
        description: (id % 2 == 0).then(|| "as expected".to_owned()),
        count: id as i32,
        total: id * 1_000,
        ratio: 0.25 * id as f64,
        active: id % 3 == 0,
        price: Decimal::new(id, 2),
        key: Uuid::from_u128(id as u128),
        tags: vec!["a".to_owned(), "b".to_owned()],
        day: NaiveDate::default(),
        at: DateTime::UNIX_EPOCH,
    });
    platform.records().batch_create_count(&cx, readings).await?;
    Ok(())
}

async fn run(case: &str, count: i64, url: &str, shared: &str) -> AnyResult<()> {
    let rows: Vec<AppReading> = match case {
        "model" => {
            let (platform, cx) = platform(url).await?;
            let select = AppReading::select().filter(AppReading::ID.lt(count));
            platform.records().list(&cx, select).await?
        }
        _ => {
            let mut connection = PgConnection::connect(shared).await?;
            let query = sqlx::query_as("SELECT * FROM app_reading WHERE id < $1 ORDER BY id");
            query.bind(count).fetch_all(&mut connection).await?
        }
    };
    assert_eq!(rows.len() as i64, count);
    assert!(rows.iter().zip(0..).all(|(row, id)| row.id == id && row.price == Decimal::new(id, 2)));
    Ok(())
}

fn instructions(case: &str, rows: i64, url: &str, shared: &str) -> AnyResult<u64> {
    let program = std::env::current_exe()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([case, &rows.to_string(), url, shared])
        .output()?;
    let report = String::from_utf8(output.stderr)?;
    let count = report.lines().find_map(|line| line.split_once("Collected :"));
    let (_, count) = count.ok_or_else(|| format!("callgrind says no count: {report}"))?;
    Ok(count.trim().parse()?)
}
