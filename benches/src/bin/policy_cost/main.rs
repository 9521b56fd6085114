//! What rules cost: operations of a user under a policy beside the same SQL whose conditions the caller
//! writes (a filter of the system, of which no rule asks anything), beside the same operations of the
//! system, and beside the same SQL written by hand with sqlx, with and without the check of the tenant's
//! place that every write makes. And a search by a trigram index with and without rules.
//!
//! `cargo run --release -p sqh-benches --bin policy-cost [-- ROUNDS [CALLS]]`. All ways run on this one
//! thread, each on one connection to the same server as the same role. A round is all ways, one after
//! the other in changing order, so that what else the machine does meets them alike; what is printed
//! are medians of the rounds. [`clock`] says what is measured, [`by_hand`] what they are compared with.

#![allow(clippy::print_stdout, reason = "the figures are the output")]

mod by_hand;
mod clock;
mod model;

use sqh_dev_postgres::Server;
use sqh_runtime::Platform;
use sqh_runtime::expr::Update;
use sqh_runtime::prelude::*;

use self::by_hand::ByHand;
use self::clock::{Clock, Cost, median};
use self::model::{AppLetter, AppNote, letter, note};

type AnyResult<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const RECORDS: i64 = 100_000;
const TENANT: &str = "bench";

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Get,
    List,
    Update,
    /// An update by filter.
    UpdateWhere,
    Create,
}

/// How it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Rules,
    ByHand,
    /// With the check of the tenant's place in the statement.
    ByHandChecked,
    System,
    /// What the rules come to as a filter of the system.
    Filtered,
}

impl Case {
    const ALL: [Self; 5] = [Self::Get, Self::List, Self::Update, Self::UpdateWhere, Self::Create];

    /// A list of 100 takes as long as many others.
    fn calls(self, calls: i64) -> i64 {
        if self == Self::List { (calls / 10).max(1) } else { calls }
    }

    fn ways(self) -> &'static [Way] {
        match self {
            Self::Get | Self::List => &[Way::Rules, Way::Filtered, Way::ByHand, Way::System],
            Self::UpdateWhere => &[Way::Rules, Way::Filtered, Way::System],
            Self::Update | Self::Create => &[Way::Rules, Way::ByHand, Way::ByHandChecked, Way::System],
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> AnyResult<()> {
    let arguments: Vec<usize> = std::env::args().skip(1).map(|text| text.parse()).collect::<Result<_, _>>()?;
    let rounds = arguments.first().copied().unwrap_or(201);
    let calls = arguments.get(1).copied().unwrap_or(100) as i64;
    let server = Server::start().await?;
    println!("{}", server.describe());
    let platform = Platform::builder().models(models![AppNote, AppLetter]).postgres(server.admin_url()).build().await?;
    platform.init().await?;
    let system = Principal::system("a measurement");
    platform.tenants().provision(&platform.fleet(&system).await?, TENANT).await?;
    let system = platform.tenant(&system, TENANT).await?;
    let records = platform.records();
    records.batch_create_count(&system, (0..RECORDS).map(note)).await?;
    records.batch_create_count(&system, (0..RECORDS).map(letter)).await?;
    let ann = Identity {
        user_id: "ann".to_owned(),
        team_id: Some("east".to_owned()),
        tenants: Membership::of([TENANT]),
        ..Identity::default()
    };
    let ann = platform.tenant(&Principal::authenticate(&Believing, ann).await?, TENANT).await?;
    let mut hand = ByHand::connect(&server.url(&format!("sqh_tenant_{TENANT}")), TENANT).await?;
    let (platforms, own) = hand.backends().await?;

    println!(
        "{:>16} {:>16}  {:>9} {:>9} {:>9}   ratio of rules to it, the middle half",
        "", "", "µs", "client", "server"
    );
    let mut first_id = RECORDS;
    for case in Case::ALL {
        let (ways, calls) = (case.ways(), case.calls(calls));
        let mut costs = vec![Vec::new(); ways.len()];
        for round in 0..rounds {
            for turn in 0..ways.len() {
                let way = (round + turn) % ways.len();
                let is_by_hand = matches!(ways[way], Way::ByHand | Way::ByHandChecked);
                let clock = Clock::start(if is_by_hand { own } else { platforms });
                match ways[way] {
                    Way::Rules => run(case, &records, &ann, calls, first_id).await?,
                    Way::System => run(case, &records, &system, calls, first_id).await?,
                    Way::Filtered => filtered(case, &records, &system, calls).await?,
                    Way::ByHand => hand.run(case, false, calls, first_id).await?,
                    Way::ByHandChecked => hand.run(case, true, calls, first_id).await?,
                }
                costs[way].push(clock.stop(calls));
                first_id += calls;
            }
        }
        for (way, costs_of_it) in ways.iter().zip(&costs) {
            print(&format!("{case:?}"), &format!("{way:?}"), costs_of_it, &costs[0]);
        }
    }
    search(&records, &system, &ann, platforms, rounds.div_ceil(4)).await
}

async fn run(case: Case, records: &PlatformGroupRecordService, cx: &Cx, calls: i64, first_id: i64) -> AnyResult<()> {
    for i in 0..calls {
        match case {
            Case::Get => assert_eq!(records.get::<AppNote>(cx, i * 4).await?.id, i * 4),
            Case::List => {
                let select = AppNote::select().filter(AppNote::ID.gt(i)).order_by(AppNote::ID.asc()).limit(100);
                assert_eq!(records.list(cx, select).await?.len(), 100);
            }
            Case::Update => {
                let changes = AppNote::changes().set(AppNote::PAGES, i as i32);
                records.update::<AppNote>(cx, i * 4, changes).await?;
            }
            Case::UpdateWhere => assert_eq!(records.query(cx, update(i)).await?, 1),
            Case::Create => drop(records.create(cx, AppNote { id: first_id + i, ..note(0) }).await?),
        }
    }
    Ok(())
}

/// With what the rules come to as a filter. A list of one for a get, which takes no filter.
async fn filtered(case: Case, records: &PlatformGroupRecordService, cx: &Cx, calls: i64) -> AnyResult<()> {
    for i in 0..calls {
        let is_visible = AppNote::WRITER.eq("ann").or(AppNote::DESK.eq("east"));
        if case == Case::UpdateWhere {
            let is_own = AppNote::WRITER.eq("ann").and(AppNote::STATUS.ne("locked"));
            assert_eq!(records.query(cx, update(i).filter(is_visible.and(is_own))).await?, 1);
            continue;
        }
        let (which, limit) = match case {
            Case::Get => (AppNote::ID.eq(i * 4), 1),
            _ => (AppNote::ID.gt(i), 100),
        };
        let select = AppNote::select().filter(which.and(is_visible)).order_by(AppNote::ID.asc()).limit(limit);
        assert_eq!(records.list(cx, select).await?.len() as u64, limit);
    }
    Ok(())
}

fn update(i: i64) -> Update<AppNote> {
    AppNote::update().set(AppNote::PAGES, i as i32).filter(AppNote::ID.eq(i * 4))
}

async fn search(
    records: &PlatformGroupRecordService,
    system: &Cx,
    ann: &Cx,
    backend: Option<u32>,
    rounds: usize,
) -> AnyResult<()> {
    const SEARCHES: i64 = 5;
    let ways = [("Rules", ann), ("System", system)];
    let mut costs = [Vec::new(), Vec::new()];
    for round in 0..rounds {
        for turn in 0..2 {
            let way = (round + turn) % 2;
            let clock = Clock::start(backend);
            for i in 0..SEARCHES {
                // The system finds the same records: the text is of those that Ann may read.
                let text = format!("of ann number {}7", 100 + i);
                assert!(!records.search(ways[way].1, text, AppLetter::select()).await?.is_empty());
            }
            costs[way].push(clock.stop(SEARCHES));
        }
    }
    for (way, (name, _)) in ways.iter().enumerate() {
        print("Search", name, &costs[way], &costs[0]);
    }
    Ok(())
}

/// The medians of a way, and how it compares with the rules in the same rounds.
fn print(case: &str, way: &str, costs: &[Cost], rules: &[Cost]) {
    let of = |part: fn(&Cost) -> f64| median(costs.iter().map(part));
    let (wall, client, server) = (of(|cost| cost.wall), of(|cost| cost.client), of(|cost| cost.server));
    print!("{case:>16} {way:>16}  {wall:>9.1} {client:>9.1} {server:>9.1}");
    if way != "Rules" {
        let mut ratios: Vec<f64> = rules.iter().zip(costs).map(|(rules, cost)| rules.wall / cost.wall).collect();
        ratios.sort_by(f64::total_cmp);
        let at = |part: usize| ratios[ratios.len() * part / 4];
        print!("   {:.3} ({:.3} to {:.3})", at(2), at(1), at(3));
        let processor = |cost: &Cost| cost.client + cost.server;
        let of_rules = median(rules.iter().map(processor));
        print!("   of processor time {:.3}", of_rules / median(costs.iter().map(processor)));
    }
    println!();
}

/// Believes whoever it is.
struct Believing;

impl Authenticator for Believing {
    type Credentials = Identity;

    async fn authenticate(&self, credentials: Identity) -> sqh_runtime::Result<Identity> {
        Ok(credentials)
    }
}
