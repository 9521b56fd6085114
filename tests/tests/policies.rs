//! Random operations of random principals under the rules of a model: PostgreSQL and memory give the
//! same replies, and whatever an operation read, made, changed or removed, the rules allow it, each
//! record decided by itself. `SQH_POLICY_STEPS` tries more of them; a failure names its seed, and
//! `SQH_SEED` starts from it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use futures::TryStreamExt as _;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sqh_runtime::expr::Changes;
use sqh_runtime::policy::{Verb, decide};
use sqh_runtime::prelude::*;
use sqh_runtime::row::to_row;
use sqh_runtime::scope::Tenant;
use sqh_tests::harness::memory::Memory;
use sqh_tests::harness::postgres::Postgres;
use sqh_tests::harness::{World, identity};
use sqh_tests::models::Memo;

const STEPS: u64 = 1_500;

/// After so many steps the records start anew.
const ROUND: u64 = 60;

#[tokio::test]
async fn what_is_done_is_what_the_rules_allow() {
    let random = u64::from_le_bytes(*Uuid::new_v4().as_bytes().first_chunk().unwrap());
    let seed = number("SQH_SEED").unwrap_or(random);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let worlds = [World::new(&Memory).await, World::new(&Postgres::shared().await).await];
    let people = [people(&worlds[0]).await, people(&worlds[1]).await];
    let mut seen = BTreeMap::<&str, u64>::new();
    for number in 0..number("SQH_POLICY_STEPS").unwrap_or(STEPS) {
        if number % ROUND == 0 {
            let memos = (1..=6).map(|_| memo().new_tree(&mut runner).unwrap().current()).collect::<Vec<_>>();
            for world in &worlds {
                world.records.query(&world.cx, Memo::delete().all()).await.unwrap();
                for memo in &memos {
                    let _ = world.records.create(&world.cx, memo.clone()).await;
                }
            }
        }
        let (who, step) = (0..people[0].len(), step()).new_tree(&mut runner).unwrap().current();
        let what = format!("step {number}: {step:?} by {:?}; again with SQH_SEED={seed}", people[0][who].access());
        let mut replies = Vec::new();
        for (world, people) in worlds.iter().zip(&people) {
            let before = stored(world).await;
            let reply = run(world, &people[who], &step).await;
            let after = stored(world).await;
            check(&step, &people[who], &before, &after, &reply, &what);
            *seen.entry(if before == after { "no change" } else { "a change" }).or_default() += 1;
            replies.push((reply.told, after));
        }
        assert_eq!(replies[0], replies[1], "memory, then PostgreSQL: {what}");
    }
    assert!(seen.len() == 2 && seen.values().all(|count| *count > 20), "too little was tried: {seen:?}");
}

async fn people(world: &World) -> Vec<Cx<Tenant>> {
    let mut people = Vec::new();
    for (user, desk, role, permission) in [
        ("ann", Some("east"), "", ""),
        ("ann", None, "archivist", ""),
        ("bob", Some("east"), "editor", ""),
        ("bob", Some("west"), "archivist", ""),
        ("eve", Some("west"), "editor", "office:read"),
        ("joe", None, "", "office:admin"),
        ("joe", None, "", "library:*"),
    ] {
        let identity = Identity {
            user_id: user.to_owned(),
            team_id: desk.map(str::to_owned),
            roles: [role.to_owned()].into(),
            ..identity(&[permission])
        };
        people.push(world.somebody(identity).await);
    }
    people
}

#[derive(Debug, Clone)]
enum Step {
    Create(Memo),
    Batch(Vec<Memo>, bool),
    Upsert(Memo, bool),
    Replace(Memo),
    Update(i64, Change, Option<i64>),
    UpdateWhere(i64, Change),
    Delete(i64),
    DeleteWhere(i64),
    Get(i64),
    List,
    Search,
    Stream,
    Count,
}

#[derive(Debug, Clone)]
struct Change {
    writer: Option<&'static str>,
    desk: Option<Option<&'static str>>,
    status: Option<Option<&'static str>>,
    pages: Option<i32>,
}

const WRITERS: &[&str] = &["ann", "bob", "eve"];
const DESKS: &[Option<&str>] = &[None, Some("east"), Some("west")];
const STATUSES: &[Option<&str>] = &[None, Some("open"), Some("open"), Some("locked")];

fn memo() -> impl Strategy<Value = Memo> {
    let draft = (1_i64..9, 1_i64..9, select(WRITERS), select(DESKS), select(STATUSES), 1_i64..3);
    draft.prop_map(|(id, title, writer, desk, status, version)| Memo {
        desk: desk.map(str::to_owned),
        status: status.map(str::to_owned),
        version,
        ..Memo::new(id, &format!("memo {title}"), writer)
    })
}

fn change() -> impl Strategy<Value = Change> {
    use prop::option::weighted;
    (weighted(0.3, select(WRITERS)), weighted(0.3, select(DESKS)), weighted(0.3, select(STATUSES)), weighted(0.5, 1..9))
        .prop_map(|(writer, desk, status, pages)| Change { writer, desk, status, pages })
}

fn step() -> impl Strategy<Value = Step> {
    let id = || 1_i64..9;
    prop_oneof![
        memo().prop_map(Step::Create),
        (prop::collection::vec(memo(), 1..4), any::<bool>()).prop_map(|(memos, counted)| Step::Batch(memos, counted)),
        (memo(), any::<bool>()).prop_map(|(memo, by_title)| Step::Upsert(memo, by_title)),
        memo().prop_map(Step::Replace),
        (id(), change(), prop::option::of(1_i64..3))
            .prop_map(|(id, change, version)| Step::Update(id, change, version)),
        (id(), change()).prop_map(|(below, change)| Step::UpdateWhere(below, change)),
        id().prop_map(Step::Delete),
        id().prop_map(Step::DeleteWhere),
        id().prop_map(Step::Get),
        select(vec![Step::List, Step::Search, Step::Stream, Step::Count]),
    ]
}

/// What came of a step: as it is told, and the records in it.
struct Reply {
    told: String,
    records: Vec<Memo>,
}

async fn run(world: &World, cx: &Cx<Tenant>, step: &Step) -> Reply {
    let records = &world.records;
    let one = |outcome: Result<Memo>| reply(outcome.map(|memo| vec![memo]));
    match step.clone() {
        Step::Create(memo) => one(records.create(cx, memo).await),
        Step::Batch(memos, false) => reply(records.batch_create(cx, memos).await),
        Step::Batch(memos, true) => told(records.batch_create_count(cx, memos).await),
        Step::Upsert(memo, false) => one(records.upsert(cx, memo, Conflict::key()).await),
        Step::Upsert(memo, true) => one(records.upsert(cx, memo, Conflict::on((Memo::TITLE,))).await),
        Step::Replace(memo) => one(records.replace(cx, memo).await),
        Step::Update(id, change, version) => {
            let changes = match version {
                Some(version) => change.changes().expect_version(version),
                None => change.changes(),
            };
            one(records.update::<Memo>(cx, id, changes).await)
        }
        Step::UpdateWhere(below, change) => {
            let mut update = Memo::update().filter(Memo::ID.lt(below)).set(Memo::PAGES, change.pages.unwrap_or(1));
            if let Some(writer) = change.writer {
                update = update.set(Memo::WRITER, writer);
            }
            if let Some(desk) = change.desk {
                update = update.set(Memo::DESK, desk.map(str::to_owned));
            }
            if let Some(status) = change.status {
                update = update.set(Memo::STATUS, status.map(str::to_owned));
            }
            told(records.query(cx, update).await)
        }
        Step::Delete(id) => told(records.delete::<Memo>(cx, id).await),
        Step::DeleteWhere(below) => told(records.query(cx, Memo::delete().filter(Memo::ID.lt(below))).await),
        Step::Get(id) => one(records.get::<Memo>(cx, id).await),
        Step::List => reply(records.list(cx, Memo::select()).await),
        Step::Search => reply(records.search(cx, "memo", Memo::select()).await),
        Step::Stream => match records.stream(cx, Memo::select()).await {
            Ok(stream) => reply(stream.try_collect().await),
            Err(error) => reply(Err(error)),
        },
        Step::Count => told(records.count(cx, Memo::select()).await),
    }
}

fn reply(outcome: Result<Vec<Memo>>) -> Reply {
    let told = told(outcome.as_ref().map_err(|error| Error::new(error.kind(), "")).cloned()).told;
    Reply { told, records: outcome.unwrap_or_default() }
}

fn told<T: Debug>(outcome: Result<T>) -> Reply {
    let told = match outcome {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{:?}", error.kind()),
    };
    Reply { told, records: Vec::new() }
}

async fn stored(world: &World) -> BTreeMap<i64, Memo> {
    let all = world.records.list(&world.cx, Memo::select()).await.unwrap();
    all.into_iter().map(|memo| (memo.id, memo)).collect()
}

/// Decides of each record by itself whether what happened to it may have happened.
fn check(
    step: &Step,
    cx: &Cx<Tenant>,
    before: &BTreeMap<i64, Memo>,
    after: &BTreeMap<i64, Memo>,
    reply: &Reply,
    what: &str,
) {
    let may = |verb: Verb, memo: &Memo| {
        let row = to_row(memo.clone()).unwrap();
        decide(Memo::def(), verb, cx.access().unwrap(), &row).unwrap().allowed
    };
    let is_upsert = matches!(step, Step::Upsert(..));
    for id in before.keys().chain(after.keys()) {
        let allowed = match (before.get(id), after.get(id)) {
            (old, new) if old == new => true,
            (None, Some(new)) => may(Verb::Create, new) && (!is_upsert || may(Verb::Update, new)),
            (Some(old), Some(new)) => {
                let touched = may(Verb::Read, old) && may(Verb::Update, old);
                touched && may(Verb::Update, new) && (!is_upsert || may(Verb::Create, new))
            }
            (Some(old), None) => may(Verb::Read, old) && may(Verb::Delete, old),
            (None, None) => true,
        };
        assert!(allowed, "{:?} became {:?}: {what}", before.get(id), after.get(id));
    }
    let lists = matches!(step, Step::List | Step::Search | Step::Stream);
    if lists {
        let listed: Vec<&Memo> = before.values().filter(|memo| may(Verb::List, memo)).collect();
        assert_eq!(reply.records.iter().collect::<Vec<_>>(), listed, "{what}");
    }
    if let Step::Get(id) = step {
        assert_eq!(reply.records.first(), before.get(id).filter(|memo| may(Verb::Read, memo)), "{what}");
    }
    for record in &reply.records {
        // What the caller has written itself, or what it may read.
        let was = before.get(&record.id);
        assert!(was.is_none_or(|was| may(Verb::Read, was)), "{was:?} was told: {what}");
    }
}

impl Change {
    fn changes(&self) -> Changes<Memo> {
        let mut changes = Memo::changes();
        if let Some(writer) = self.writer {
            changes = changes.set(Memo::WRITER, writer);
        }
        if let Some(desk) = self.desk {
            changes = changes.set(Memo::DESK, desk.map(str::to_owned));
        }
        if let Some(status) = self.status {
            changes = changes.set(Memo::STATUS, status.map(str::to_owned));
        }
        if let Some(pages) = self.pages {
            changes = changes.set(Memo::PAGES, pages);
        }
        changes
    }
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {value:?}")))
}
