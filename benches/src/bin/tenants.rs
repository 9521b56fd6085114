//! Many tenants on few connections: how many connections there ever are, and what a loud tenant
//! costs the quiet ones.
//!
//! `cargo run --release -p sqh-benches --bin tenants [-- --tenants 1000 --budget 50 --seconds 20 --rounds 3
//! --callers 64 --placement database]` makes the tenants, each with a record, and then reads by key. One
//! tenant makes nine tenths of the reads, the others share the rest evenly. First callers that never
//! pause measure the capacity of that mix. Then reads come at 60 % of it, whether or not those before
//! have ended, and the quiet tenants' ones are timed from when they were due: once all reads come, and
//! once the loud tenant's are left out. All the while `pg_stat_activity` is looked at.

#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use sqh_dev_postgres::Server;
use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqlx::{Connection as _, PgConnection};

type AnyResult<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A note of a tenant.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "bench")]
#[storage(postgres)]
pub struct AppNote {
    #[field(primary_key)]
    id: i64,
    body: String,
}

/// The part of the capacity at which reads come, and that of them which the loud tenant makes.
const LOAD: f64 = 0.6;
const LOUD: f64 = 0.9;

/// What is measured.
#[derive(Debug)]
struct Plan {
    tenants: usize,
    budget: usize,
    seconds: u64,
    rounds: usize,
    callers: usize,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> AnyResult<()> {
    let plan = Plan::from_arguments()?;
    let server = Server::start().await?;
    println!("{}; {plan:?}", server.describe());
    let builder = Platform::builder().models(models![AppNote]).postgres(server.admin_url());
    let platform = builder.max_connections(plan.budget).build().await?;
    let watch = Watch::start(&server).await?;

    let start = Instant::now();
    let tenants = Arc::new(make_tenants(&platform, plan.tenants).await?);
    println!("{} tenants with a record each, made in {:.0?}", tenants.len(), start.elapsed());

    let load = Load { platform, tenants, length: Duration::from_secs(plan.seconds) };
    let capacity = load.capacity(plan.callers).await?;
    println!("{} callers that never pause: {capacity:.0} reads a second", plan.callers);
    let mut ratios = Vec::new();
    for _ in 0..plan.rounds {
        let alone = load.open(capacity * LOAD * (1.0 - LOUD), 0.0).await?;
        println!("  without the loud tenant: {alone}");
        let beside = load.open(capacity * LOAD, LOUD).await?;
        println!("  with the loud tenant:    {beside}");
        ratios.push(beside.quiet.at(95).as_secs_f64() / alone.quiet.at(95).as_secs_f64());
    }
    ratios.sort_by(f64::total_cmp);
    println!("95th percentile of the quiet tenants with the loud one beside that without: {ratios:.2?}");
    println!("connections in pg_stat_activity: {} at most, in {} looks", watch.most(), watch.end().await?);
    Ok(())
}

impl Plan {
    fn from_arguments() -> AnyResult<Self> {
        let mut plan = Self { tenants: 1_000, budget: 50, seconds: 20, rounds: 3, callers: 64 };
        let mut arguments = std::env::args().skip(1);
        while let Some(flag) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("`{flag}` takes a value"))?;
            match flag.as_str() {
                "--tenants" => plan.tenants = value.parse()?,
                "--budget" => plan.budget = value.parse()?,
                "--seconds" => plan.seconds = value.parse()?,
                "--rounds" => plan.rounds = value.parse()?,
                "--callers" => plan.callers = value.parse()?,
                "--placement" if value == "database" => {}
                "--placement" => return Err(format!("tenants are made in placement `database`, not `{value}`").into()),
                _ => return Err(format!("there is no flag `{flag}`").into()),
            }
        }
        Ok(plan)
    }
}

async fn make_tenants(platform: &Platform, count: usize) -> AnyResult<Vec<Cx>> {
    let principal = Principal::system("a measurement");
    let fleet = platform.fleet(&principal).await?;
    let make = |number: usize| {
        let (platform, principal, fleet) = (platform.clone(), principal.clone(), fleet.clone());
        async move {
            let slug = format!("tenant-{number:04}");
            platform.tenants().provision(&fleet, &slug).await?;
            let cx = platform.tenant(&principal, &slug).await?;
            platform.records().create(&cx, AppNote { id: 1, body: "a note".to_owned() }).await?;
            AnyResult::Ok(cx)
        }
    };
    stream::iter(0..count).map(make).buffered(2).try_collect().await
}

/// Reads of the tenants, the first of which is the loud one.
struct Load {
    platform: Platform,
    tenants: Arc<Vec<Cx>>,
    length: Duration,
}

/// How long reads took.
#[derive(Default)]
struct Times(Vec<Duration>);

struct Figures {
    quiet: Times,
    loud: Times,
    refused: usize,
}

impl Load {
    /// Reads a second that callers get who never pause.
    async fn capacity(&self, callers: usize) -> AnyResult<f64> {
        let (start, until) = (Instant::now(), Instant::now() + self.length);
        let callers = (0..callers).map(|caller| {
            let (platform, tenants) = (self.platform.clone(), Arc::clone(&self.tenants));
            tokio::spawn(async move {
                let (mut chance, mut count) = (Chance(caller as u64 + 1), 0);
                while Instant::now() < until {
                    read(&platform, &tenants[chance.tenant(LOUD, tenants.len())]).await?;
                    count += 1;
                }
                AnyResult::Ok(count)
            })
        });
        let mut count = 0;
        for caller in callers.collect::<Vec<_>>() {
            count += caller.await??;
        }
        Ok(f64::from(count) / start.elapsed().as_secs_f64())
    }

    /// Reads that come at a rate, whether or not those before have ended.
    async fn open(&self, rate: f64, loud: f64) -> AnyResult<Figures> {
        let mut chance = Chance(42);
        let (mut due, until) = (Instant::now(), Instant::now() + self.length);
        let mut reads = Vec::new();
        while due < until {
            due += Duration::from_secs_f64(-chance.next().ln() / rate);
            tokio::time::sleep_until(due.into()).await;
            let tenant = chance.tenant(loud, self.tenants.len());
            let (platform, tenants) = (self.platform.clone(), Arc::clone(&self.tenants));
            reads.push(tokio::spawn(async move {
                let outcome = read(&platform, &tenants[tenant]).await;
                (tenant, due.elapsed(), outcome.is_ok())
            }));
        }
        let mut figures = Figures { quiet: Times::default(), loud: Times::default(), refused: 0 };
        for read in reads {
            match read.await? {
                (_, _, false) => figures.refused += 1,
                (0, time, true) => figures.loud.0.push(time),
                (_, time, true) => figures.quiet.0.push(time),
            }
        }
        figures.quiet.0.sort_unstable();
        figures.loud.0.sort_unstable();
        Ok(figures)
    }
}

async fn read(platform: &Platform, cx: &Cx) -> AnyResult<()> {
    platform.records().get::<AppNote>(cx, 1).await?;
    Ok(())
}

impl Times {
    fn at(&self, percent: usize) -> Duration {
        self.0.get(self.0.len() * percent / 100).copied().unwrap_or_default()
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, times) in [("quiet", &self.quiet), ("loud", &self.loud)] {
            let [median, slow, slower] = [50, 95, 99].map(|percent| times.at(percent).as_secs_f64() * 1e3);
            let count = times.0.len();
            write!(f, "{name} {count:>6} reads, {median:>6.1} / {slow:>6.1} / {slower:>6.1} ms (50, 95, 99 %); ")?;
        }
        write!(f, "{} refused", self.refused)
    }
}

/// Numbers that are the same in each run: SplitMix64.
struct Chance(u64);

impl Chance {
    /// More than 0, and at most 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((mixed ^ (mixed >> 31)) >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// The loud tenant as often as is said, else one of the others.
    fn tenant(&mut self, loud: f64, count: usize) -> usize {
        match self.next() < loud {
            true => 0,
            false => 1 + (self.next() * (count - 1) as f64) as usize % (count - 1),
        }
    }
}

/// Looks at `pg_stat_activity` until its end.
struct Watch {
    most: Arc<AtomicUsize>,
    done: Arc<AtomicBool>,
    looks: tokio::task::JoinHandle<AnyResult<usize>>,
}

impl Watch {
    async fn start(server: &Server) -> AnyResult<Self> {
        let mut connection = PgConnection::connect(&server.admin_url()).await?;
        let (most, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let looks = tokio::spawn({
            let (most, done) = (Arc::clone(&most), Arc::clone(&done));
            async move {
                let mut looks = 0;
                while !done.load(Ordering::Acquire) {
                    let query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1";
                    let query = sqlx::query_scalar(query).bind(sqh_runtime::tenancy::APPLICATION_NAME);
                    let count: i64 = query.fetch_one(&mut connection).await?;
                    most.fetch_max(usize::try_from(count)?, Ordering::AcqRel);
                    looks += 1;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Ok(looks)
            }
        });
        Ok(Self { most, done, looks })
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::Acquire)
    }

    async fn end(self) -> AnyResult<usize> {
        self.done.store(true, Ordering::Release);
        self.looks.await?
    }
}
