//! The rules of the queue without a server: places that are free, lent and waited for.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt as _;
use proptest::prelude::*;
use tokio::sync::oneshot;

use crate::tenancy::pool::place::{Grant, Place, Ticket};
use crate::tenancy::pool::queue::{Queue, Waiter};
use crate::tenancy::pool::state::{Admission, Inner};
use crate::tenancy::{Claim, ConnectionKey, DEFAULT_SERVER, Party, Role, Server, Servers, StoreConfig};

fn store(capacity: usize) -> Arc<Inner> {
    let servers = Servers::single(Server::new("postgres://nobody@localhost/nowhere").unwrap());
    Inner::new(servers, StoreConfig::default().budget(capacity + 1))
}

fn key(database: u8) -> ConnectionKey {
    ConnectionKey::new(DEFAULT_SERVER, format!("database {database}"), Role::Owner)
}

fn party(number: u8) -> Party {
    Party::Tenant(format!("tenant {number}").into())
}

/// What a caller has got.
#[derive(Debug)]
enum Got {
    Place { _held: Place },
    Ticket(Ticket),
}

fn ask(store: &Arc<Inner>, number: u8) -> Got {
    match store.admit(&Claim::from(key(0)).by(party(number))).unwrap() {
        Admission::Granted(Grant::Place(place)) => Got::Place { _held: place },
        Admission::Wait(ticket) => Got::Ticket(ticket),
        Admission::Granted(Grant::Lease(lease)) => panic!("no connection was made, and here is {lease:?}"),
    }
}

/// The rule as it is told: slow, and plain.
#[derive(Debug, Default)]
struct Rule {
    free: usize,
    tick: u64,
    /// What each party holds, and since when it waits.
    parties: BTreeMap<u8, (usize, u64)>,
    /// The party and the number of each waiter, as they came.
    waiting: Vec<(u8, usize)>,
}

impl Rule {
    fn ask(&mut self, party: u8, caller: usize) {
        self.tick += 1;
        if self.free > 0 {
            self.free -= 1;
            return self.serve(party);
        }
        if self.waiting.iter().all(|(other, _)| *other != party) {
            self.parties.entry(party).or_default().1 = self.tick;
        }
        self.waiting.push((party, caller));
    }

    /// A place comes back. Which waiter is served.
    fn come_back(&mut self, party: u8) -> Option<usize> {
        self.parties.get_mut(&party).unwrap().0 -= 1;
        let next = self.waiting.iter().map(|(party, _)| *party).min_by_key(|party| self.parties[party]);
        let Some(next) = next else {
            self.free += 1;
            return None;
        };
        let position = self.waiting.iter().position(|(party, _)| *party == next).unwrap();
        self.serve(next);
        Some(self.waiting.remove(position).1)
    }

    fn serve(&mut self, party: u8) {
        self.tick += 1;
        let account = self.parties.entry(party).or_default();
        *account = (account.0 + 1, self.tick);
    }
}

proptest! {
    #[test]
    fn whoever_is_served_is_who_the_rule_says(
        capacity in 1_usize..5,
        steps in prop::collection::vec((0_u8..4, 0_u8..6, any::<prop::sample::Index>()), 1..120),
    ) {
        let store = store(capacity);
        let mut rule = Rule { free: capacity, ..Rule::default() };
        let mut callers: BTreeMap<usize, (u8, Got)> = BTreeMap::new();
        for (number, (kind, party, index)) in steps.into_iter().enumerate() {
            if kind < 2 || callers.is_empty() {
                callers.insert(number, (party, ask(&store, party)));
                rule.ask(party, number);
            } else {
                let caller = *callers.keys().nth(index.index(callers.len())).unwrap();
                let (party, got) = callers.remove(&caller).unwrap();
                let is_waiting = matches!(got, Got::Ticket(_));
                drop(got);
                if is_waiting {
                    rule.waiting.retain(|(_, waiter)| *waiter != caller);
                } else if let Some(mut served) = rule.come_back(party) {
                    // Some go without looking at what they have got, and it goes on to the next.
                    if kind == 3 {
                        let (party, got) = callers.remove(&served).unwrap();
                        drop(got);
                        match rule.come_back(party) {
                            Some(next) => served = next,
                            None => continue,
                        }
                    }
                    let (_, got) = callers.get_mut(&served).unwrap();
                    let Got::Ticket(ticket) = got else { panic!("{served} holds a place already") };
                    match ticket.now_or_never() {
                        Some(Ok(Grant::Place(place))) => *got = Got::Place { _held: place },
                        other => panic!("{served} is next, and has {other:?}"),
                    }
                }
            }
            let held = callers.values().filter(|(_, got)| matches!(got, Got::Place { .. })).count();
            let stats = store.stats();
            prop_assert_eq!((stats.in_use, stats.waiting), (held, callers.len() - held));
            prop_assert_eq!((stats.idle, stats.closing, capacity - held), (0, 0, rule.free));
            prop_assert!(rule.free == 0 || stats.waiting == 0, "a place is free, and somebody waits");
        }
        callers.clear();
        prop_assert_eq!((store.stats().in_use, store.stats().waiting), (0, 0));
    }

    /// Who is next for a key, among so many, is who would be served first if all of them were.
    #[test]
    fn nobody_is_passed_by_a_connection_that_goes_on(
        held in prop::collection::vec(0_u8..5, 0..10),
        waiters in prop::collection::vec((0_u8..5, 0_u8..3), 0..20),
        count in 0_usize..12,
    ) {
        let queue = || {
            let mut queue = Queue::default();
            for (tick, number) in held.iter().enumerate() {
                queue.hold(&party(*number), tick as u64);
            }
            for (i, (number, database)) in waiters.iter().enumerate() {
                let (grant, id) = (oneshot::channel().0, (held.len() + i) as u64);
                queue.push(Waiter { id, key: key(*database), party: party(*number), grant });
            }
            queue
        };
        let mut served = queue();
        let mut first = None;
        for tick in 0..count {
            let Some(waiter) = served.next() else { break };
            served.hold(&waiter.party, 1_000 + tick as u64);
            if waiter.key == key(0) && first.is_none() {
                first = Some(waiter.id);
            }
        }
        let mut asked = queue();
        prop_assert_eq!(asked.next_for(&key(0), count).map(|waiter| waiter.id), first);
        prop_assert_eq!(asked.len(), waiters.len() - usize::from(first.is_some()));
    }
}

/// One place, and at each turn a party that was never there before: the one that waits for long is
/// served before them, and so is one that is always there.
#[test]
fn newcomers_starve_nobody() {
    let store = store(1);
    let mut held = ask(&store, 0);
    let mut loud = ask(&store, 0);
    let (mut newcomers, mut loud_turns) = (Vec::new(), 0);
    for turn in 1..100 {
        newcomers.push(ask(&store, turn));
        drop(held);
        let Got::Ticket(ticket) = &mut loud else { panic!("the loud one waits") };
        match ticket.now_or_never() {
            Some(grant) => {
                let Ok(Grant::Place(place)) = grant else { panic!("there are places only") };
                held = Got::Place { _held: place };
                loud = ask(&store, 0);
                loud_turns += 1;
            }
            None => {
                let Got::Ticket(ticket) = newcomers.remove(0) else { panic!("all of them wait") };
                let Some(Ok(Grant::Place(place))) = ticket.now_or_never() else {
                    panic!("turn {turn}: neither the loud one nor who came first is served");
                };
                held = Got::Place { _held: place };
            }
        }
    }
    // Each time, those who were there before it go first, and they are one more than the time before.
    assert_eq!(loud_turns, 13);
    assert_eq!(newcomers.len(), loud_turns);
}
