//! Two backends that are asked the same must answer the same: random operations on both.
//!
//! [`Step`](step::Step) is what can be asked, [`run`](mod@run) asks it and writes down the reply.
//! Values are drawn from few, so that keys are taken, references are missed and versions are stale
//! often.

pub mod run;
pub mod step;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::harness::{Harness, World};

/// How many sequences are tried; `SQH_AGREEMENT_CASES` says another number.
const CASES: u32 = 48;

/// The most steps of a sequence.
const STEPS: usize = 40;

/// Runs random sequences of operations on both backends.
///
/// # Panics
/// With the shortest sequence found on which they differ, and the seed that leads to it again:
/// `SQH_AGREEMENT_SEED`.
pub fn check(one: &dyn Harness, other: &dyn Harness, runtime: &tokio::runtime::Runtime) {
    let seed = number("SQH_AGREEMENT_SEED").unwrap_or_else(|| u64::from_le_bytes(*random().first_chunk().unwrap()));
    let cases = number("SQH_AGREEMENT_CASES").map_or(CASES, |cases| u32::try_from(cases).unwrap_or(u32::MAX));
    let worlds = runtime.block_on(async { [World::new(one).await, World::new(other).await] });

    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let sequences = prop::collection::vec(step::any(), 1..STEPS);
    let outcome = runner.run(&sequences, |steps| runtime.block_on(compare(&worlds, &steps)));
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, steps)) => {
            panic!("the backends differ: {reason}\n{steps:#?}\nrun it again with SQH_AGREEMENT_SEED={seed}")
        }
        Err(error) => panic!("{error} (SQH_AGREEMENT_SEED={seed})"),
    }
}

async fn compare(worlds: &[World; 2], steps: &[step::Step]) -> Result<(), TestCaseError> {
    for world in worlds {
        run::clear(world).await;
    }
    for (i, step) in steps.iter().enumerate() {
        let [one, other] = [run::one(&worlds[0], step).await, run::one(&worlds[1], step).await];
        prop_assert_eq!(one, other, "step {}: {:?}", i, step);
        let [one, other] = [run::everything(&worlds[0]).await, run::everything(&worlds[1]).await];
        prop_assert_eq!(one, other, "what is stored after step {}: {:?}", i, step);
    }
    Ok(())
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {value:?}")))
}

fn random() -> [u8; 16] {
    sqh_runtime::prelude::Uuid::new_v4().into_bytes()
}
