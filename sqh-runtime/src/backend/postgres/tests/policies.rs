//! The rules of models, read three ways: what PostgreSQL finds under the filter of a principal, what the
//! filter finds in memory, and what the rules decide of each record.
//!
//! A case is a principal, a record and a verb under the rules of one model. `SQH_POLICY_CASES=1000000`
//! tries more of them; a failure names its seed, and `SQH_SEED` starts from it.

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sqh_model::expr::{Filter, Query};
use sqh_model::policy::{self, AccessContext, Verb};
use sqh_model::row::to_row;
use sqh_model::schema::ModelDef;
use sqh_model::{Row, Value};

use super::support::Place;
use crate::backend::Backend as _;
use crate::op::Op;

#[path = "../../../../../sqh-model/tests/policies/draw.rs"]
mod draw;
#[path = "../../../../../sqh-model/tests/policies/models.rs"]
#[allow(dead_code, reason = "records are drawn as one of the models, and stored as all of them")]
mod models;

const CASES: usize = 100_000;
const RECORDS: usize = 64;

#[tokio::test]
async fn postgresql_finds_what_the_rules_allow() {
    let seed = number("SQH_SEED").unwrap_or_else(|| u64::from_le_bytes(*uuid().first_chunk().unwrap()));
    let cases = number("SQH_POLICY_CASES").map_or(CASES, |cases| usize::try_from(cases).unwrap());
    let mut draw = Draw::from(seed);
    let models = models::all();
    let place = Place::new(&models).await;
    let mut stored = BTreeMap::new();
    for def in &models {
        let rows = (0..RECORDS).map(|id| draw.row(id)).collect::<Vec<_>>();
        let op = Op::BatchCreate { rows: Box::new(rows.into_iter().map(Ok)), returning: true };
        let reply = place.backend.execute(place.scoped_in(def, Filter::Everything, op)).await;
        stored.insert(def.name, reply.and_then(crate::op::Reply::into_rows).unwrap());
    }
    let for_each = models.len() * Verb::ALL.len() * RECORDS;
    for _ in 0..cases.div_ceil(for_each) {
        let access = draw.of(draw::access());
        for def in &models {
            for verb in Verb::ALL {
                compare(&place, def, *verb, &access, &stored[def.name], seed).await;
            }
        }
    }
}

async fn compare(place: &Place, def: &'static ModelDef, verb: Verb, access: &AccessContext, rows: &[Row], seed: u64) {
    let filter = policy::filter(def, verb, access).unwrap();
    let op = Op::Select { query: Query::default(), columns: vec![0] };
    let reply = place.backend.execute(place.scoped_in(def, filter.clone(), op)).await;
    let found = reply.and_then(crate::op::Reply::into_rows).unwrap_or_else(|error| panic!("{error}: {filter:?}"));
    let decided = rows.iter().filter(|row| policy::decide(def, verb, access, row).unwrap().allowed);
    let matching = rows.iter().filter(|row| filter.matches(def, row).unwrap());
    let (found, decided, matching) = (ids(&found), ids(decided), ids(matching));
    assert!(
        found == decided && found == matching,
        "{verb} of {}: PostgreSQL finds {found:?}, the rules allow {decided:?}, the filter in memory finds \
         {matching:?}\n{access:?}\n{filter:?}\nagain with SQH_SEED={seed}",
        def.name
    );
}

fn ids<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<Value> {
    rows.into_iter().map(|row| row[0].clone()).collect()
}

struct Draw(TestRunner);

impl Draw {
    fn from(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)))
    }

    fn of<T>(&mut self, strategy: impl Strategy<Value = T>) -> T {
        strategy.new_tree(&mut self.0).unwrap().current()
    }

    fn row(&mut self, id: usize) -> Row {
        let mut row = to_row(self.of(draw::record())).unwrap();
        row[0] = Value::I64(i64::try_from(id).unwrap());
        row
    }
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {value:?}")))
}

fn uuid() -> [u8; 16] {
    uuid::Uuid::new_v4().into_bytes()
}
