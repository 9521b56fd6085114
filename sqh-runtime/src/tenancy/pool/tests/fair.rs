//! Who is served next, on a real server.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::bench::{Bench, one};
use crate::tenancy::{Claim, Party, StoreConfig};

/// One connection for callers, who wait as long as it takes.
fn one_at_a_time() -> StoreConfig {
    StoreConfig::default().budget(2).deadline(Duration::from_secs(600))
}

fn tenant(slug: &str) -> Party {
    Party::Tenant(slug.into())
}

/// The order in which callers, each of a party and a database, are served once the only connection,
/// lent to the first party, comes back.
async fn order(holder: &str, callers: &[(&str, usize)]) -> Vec<usize> {
    let bench = Arc::new(Bench::new(3, one_at_a_time()).await);
    let held = bench.store.acquire(Claim::from(bench.key(0)).by(tenant(holder))).await.unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for (turn, (party, database)) in callers.iter().enumerate() {
        let (bench, order) = (Arc::clone(&bench), Arc::clone(&order));
        let claim = Claim::from(bench.key(*database)).by(tenant(party));
        let mut work = Box::pin(async move {
            let mut lease = bench.store.acquire(claim).await.unwrap();
            assert!(lease.waited() > Duration::ZERO);
            order.lock().unwrap().push(turn);
            assert_eq!(one(lease.connection()).await.unwrap(), 1);
            lease.settled();
        });
        // One poll puts it into the queue.
        assert!(futures::poll!(&mut work).is_pending());
        tasks.push(tokio::spawn(work));
    }
    assert_eq!(bench.store.stats().waiting, callers.len());
    drop(held);
    for task in tasks {
        task.await.unwrap();
    }
    Arc::into_inner(order).unwrap().into_inner().unwrap()
}

#[tokio::test]
async fn within_a_party_whoever_came_first_is_first() {
    let callers = [("a", 1), ("a", 0), ("a", 2), ("a", 0), ("a", 1)];
    assert_eq!(order("a", &callers).await, [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_quiet_party_waits_for_one_turn_of_a_loud_one() {
    // All in one database, as in schema and row placement.
    let callers = [("loud", 0), ("loud", 0), ("loud", 0), ("loud", 0), ("quiet", 0)];
    assert_eq!(order("loud", &callers).await, [0, 4, 1, 2, 3]);
    // Each in its own: the loud one's connection is closed for the quiet one.
    let callers = [("loud", 0), ("loud", 0), ("loud", 0), ("quiet", 1)];
    assert_eq!(order("loud", &callers).await, [0, 3, 1, 2]);
}

#[tokio::test]
async fn parties_take_turns() {
    let callers = [("b", 1), ("a", 0), ("c", 2), ("a", 0), ("b", 1)];
    assert_eq!(order("a", &callers).await, [0, 1, 2, 4, 3]);
}
