//! What the path costs without a driver: instructions of a `create` and of a `get`, typed and by
//! name, by the system and by a user under rules, on a backend that gives back the row it was handed, or a clone of one.
//!
//! `cargo run --release -p sqh-benches --bin path-cost` counts with valgrind's callgrind: it runs
//! itself with 1,000 and with 2,000 operations and prints the difference for one.

#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::process::Command;

use futures::future::BoxFuture;
use serde_json::json;
use sqh_runtime::backend::{Backend, Capabilities};
use sqh_runtime::engine::Scoped;
use sqh_runtime::op::{Op, Reply};
use sqh_runtime::prelude::*;
use sqh_runtime::row::to_row;
use sqh_runtime::{Platform, Row};

type AnyResult<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Twelve fields of the common types.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "bench")]
#[storage(postgres)]
pub struct AppSample {
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
    tags: BTreeSet<String>,
    day: NaiveDate,
    at: DateTime<Utc>,
}

/// The same fields, under rules.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "bench")]
#[storage(postgres)]
#[policy(allow(read) if owner || tags.contains(user.tag))]
#[policy(allow(create, update, delete) if owner)]
#[policy(forbid(update, delete) if count < 0)]
pub struct AppRuled {
    #[field(primary_key)]
    id: i64,
    #[field(owner)]
    name: String,
    description: Option<String>,
    count: i32,
    total: i64,
    ratio: f64,
    active: bool,
    price: Decimal,
    key: Uuid,
    tags: BTreeSet<String>,
    day: NaiveDate,
    at: DateTime<Utc>,
}

const CASES: [&str; 6] = ["create", "get", "create_dyn", "get_dyn", "create_ruled", "get_ruled"];

fn main() -> AnyResult<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [case, count] => run(case, count.parse()?),
        _ => {
            for case in CASES {
                let (small, large) = (instructions(case, 1_000)?, instructions(case, 2_000)?);
                println!("{case:>12}  {:>8} instructions", (large - small) / 1_000);
            }
            Ok(())
        }
    }
}

/// Answers with what a driver would have decoded.
#[derive(Debug)]
struct Echo(Row);

impl Backend for Echo {
    fn execute(&self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        Box::pin(std::future::ready(match scoped.into_op() {
            Op::Create(row) => Ok(Reply::Row(Some(row))),
            Op::Get { .. } => Ok(Reply::Row(Some(self.0.clone()))),
            other => Err(Error::unsupported(format!("{} is not measured", other.name()))),
        }))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::ALL
    }
}

fn run(case: &str, count: i64) -> AnyResult<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let platform = Platform::builder().models(models![AppSample, AppRuled]).build_on(Echo(to_row(sample(0))?))?;
        let principal = Principal::system("a measurement");
        platform.tenants().provision(&platform.fleet(&principal).await?, "acme").await?;
        let cx = platform.tenant(&principal, "acme").await?;
        let user = Identity {
            user_id: sample(0).name,
            attributes: [("tag".to_owned(), json!("a"))].into(),
            tenants: Membership::of(["acme"]),
            ..Identity::default()
        };
        let user = platform.tenant(&Principal::authenticate(&Believing, user).await?, "acme").await?;
        let records = platform.records();
        for i in 0..count {
            match case {
                "create" => drop(records.create(&cx, sample(20_000 + i)).await?),
                "get" => drop(records.get::<AppSample>(&cx, i).await?),
                "create_ruled" => drop(records.create(&user, ruled(20_000 + i)).await?),
                "get_ruled" => drop(records.get::<AppRuled>(&user, i).await?),
                "create_dyn" => drop(records.create_dyn(&cx, "bench", "AppSample", &sample_json(20_000 + i)).await?),
                "get_dyn" => drop(records.get_dyn(&cx, "bench", "AppSample", &json!(i)).await?),
                _ => return Err(format!("there is no case `{case}`: the cases are {CASES:?}").into()),
            }
        }
        Ok(())
    })
}

fn sample(id: i64) -> AppSample {
    AppSample {
        id,
        name: "dissolved oxygen".to_owned(),
        description: Some("as the portal delivers it".to_owned()),
        count: 7,
        total: 70_000,
        ratio: 0.25,
        active: true,
        price: Decimal::new(1999, 2),
        key: Uuid::from_u128(7),
        tags: ["a".to_owned(), "b".to_owned()].into(),
        day: NaiveDate::from_ymd_opt(2026, 1, 31).expect("a day of the calendar"),
        at: DateTime::UNIX_EPOCH,
    }
}

fn ruled(id: i64) -> AppRuled {
    let AppSample { id, name, description, count, total, ratio, active, price, key, tags, day, at } = sample(id);
    AppRuled { id, name, description, count, total, ratio, active, price, key, tags, day, at }
}

/// Believes whoever it is.
struct Believing;

impl Authenticator for Believing {
    type Credentials = Identity;

    async fn authenticate(&self, credentials: Identity) -> Result<Identity> {
        Ok(credentials)
    }
}

fn sample_json(id: i64) -> serde_json::Value {
    json!({
        "id": id, "name": "dissolved oxygen", "description": "as the portal delivers it", "count": 7, "total": 70_000,
        "ratio": 0.25, "active": true, "price": "19.99", "key": Uuid::from_u128(7), "tags": ["a", "b"],
        "day": "2026-01-31", "at": "1970-01-01T00:00:00Z",
    })
}

fn instructions(case: &str, count: i64) -> AnyResult<i64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args([case, &count.to_string()])
        .output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = text.lines().find_map(|line| line.split_once("Collected : ")).ok_or_else(|| text.clone())?;
    Ok(line.1.trim().parse()?)
}
