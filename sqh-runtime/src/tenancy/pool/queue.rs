//! [`Queue`]: who waits, what each party holds, and who is served next.
//!
//! The next one served is of the party that holds the fewest connections. Among those that hold as
//! many it is the one that was served longest ago; one that did not wait then counts from when it
//! began to. Within a party it is whoever came first. That is max-min fair: a loud party gets what the
//! others leave. And nobody starves: a party that holds nothing waits for one turn of each other one.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use tokio::sync::oneshot;

use super::ConnectionKey;
use super::claim::Party;
use super::place::Grant;
use crate::fast_map::FastMap;

/// A caller in the queue.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) id: u64,
    pub(super) key: ConnectionKey,
    pub(super) party: Party,
    pub(super) grant: oneshot::Sender<Grant>,
}

/// Who waits, what each party holds, and who is served next.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// Those that hold something or wait.
    parties: FastMap<Party, Account>,
    /// Those that wait, by their turn.
    turns: BTreeMap<Turn, Party>,
    len: usize,
}

#[derive(Debug, Default)]
struct Account {
    held: usize,
    /// When it was served last or began to wait, as a tick that no other party has.
    since: u64,
    waiting: VecDeque<Waiter>,
}

/// What a party holds, and since when it waits: the least is next.
type Turn = (usize, u64);

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds a waiter, whose number is a tick.
    pub(super) fn push(&mut self, waiter: Waiter) {
        self.len += 1;
        self.update(&waiter.party.clone(), |account| {
            if account.waiting.is_empty() {
                account.since = waiter.id;
            }
            account.waiting.push_back(waiter);
        });
    }

    /// A party has got a connection.
    pub(super) fn hold(&mut self, party: &Party, tick: u64) {
        self.update(party, |account| {
            account.held += 1;
            account.since = tick;
        });
    }

    /// A party has given a connection back.
    pub(super) fn let_go(&mut self, party: &Party) {
        self.update(party, |account| account.held -= 1);
    }

    /// Takes out whoever is next.
    pub(super) fn next(&mut self) -> Option<Waiter> {
        let party = self.turns.first_key_value()?.1.clone();
        self.take(&party, 0)
    }

    /// Takes out the first waiter for a key among those who are next, so many of them.
    pub(super) fn next_for(&mut self, key: &ConnectionKey, count: usize) -> Option<Waiter> {
        let mut found = self.in_order().take(count).filter(|(_, _, waiter)| waiter.key == *key);
        let (party, position) = found.next().map(|(party, position, _)| (party.clone(), position))?;
        drop(found);
        self.take(&party, position)
    }

    /// Takes out a waiter who goes.
    pub(super) fn remove(&mut self, party: &Party, id: u64) {
        let waiting = self.parties.get(party).map(|account| &account.waiting);
        if let Some(position) = waiting.and_then(|waiting| waiting.iter().position(|waiter| waiter.id == id)) {
            self.take(party, position);
        }
    }

    /// Sends all waiters away.
    pub(super) fn clear(&mut self) {
        (self.len, self.turns) = (0, BTreeMap::new());
        self.parties.values_mut().for_each(|account| account.waiting.clear());
        self.parties.retain(|_, account| account.held > 0);
    }

    /// The waiters as they would be served if nothing came back meanwhile, each with its position in
    /// its party.
    fn in_order(&self) -> impl Iterator<Item = (&Party, usize, &Waiter)> {
        let mut first = self.turns.iter().peekable();
        // Those that have been served by then: their next turn, whose it is, and the turn they have now.
        let mut again: BinaryHeap<Reverse<(Turn, usize, Turn)>> = BinaryHeap::new();
        // Later than any tick.
        let mut served = u64::MAX / 2;
        std::iter::from_fn(move || {
            let is_first = match (first.peek(), again.peek()) {
                (Some((turn, _)), Some(Reverse((other, ..)))) => *turn < other,
                (turn, _) => turn.is_some(),
            };
            let (turn, position, now) = match is_first {
                true => first.next().map(|(turn, _)| (*turn, 0, *turn))?,
                false => again.pop().map(|Reverse(next)| next)?,
            };
            let party = &self.turns[&now];
            let waiting = &self.parties[party].waiting;
            served += 1;
            if position + 1 < waiting.len() {
                again.push(Reverse(((turn.0 + 1, served), position + 1, now)));
            }
            Some((party, position, &waiting[position]))
        })
    }

    fn take(&mut self, party: &Party, position: usize) -> Option<Waiter> {
        let waiter = self.update(party, |account| account.waiting.remove(position))?;
        self.len -= 1;
        Some(waiter)
    }

    /// Changes a party's account, and with it its turn.
    fn update<T>(&mut self, party: &Party, change: impl FnOnce(&mut Account) -> T) -> T {
        let mut entry = match self.parties.entry(party.clone()) {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(entry) => entry.insert_entry(Account::default()),
        };
        let account = entry.get_mut();
        if !account.waiting.is_empty() {
            self.turns.remove(&(account.held, account.since));
        }
        let changed = change(account);
        if !account.waiting.is_empty() {
            self.turns.insert((account.held, account.since), party.clone());
        } else if account.held == 0 {
            entry.remove();
        }
        changed
    }
}
