//! [`Books`]: which connections there are, and who waits for one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::claim::Party;
use super::place::Use;
use super::queue::{Queue, Waiter};
use super::{ConnectionKey, Session, StoreStats};
use crate::fast_map::FastMap;

/// Which connections there are, and who waits for one.
#[derive(Debug, Default)]
pub(super) struct Books {
    /// Places that are taken: by lent, idle and closing connections, and by logins.
    pub(super) places: usize,
    /// Those of them whose connection is on the way out.
    pub(super) closing: usize,
    /// Those of them that were in the middle of something, until their server has let go of them.
    pub(super) leaving: BTreeSet<u64>,
    /// By key, the most recently used last.
    pub(super) idle: FastMap<ConnectionKey, Vec<Session>>,
    pub(super) queue: Queue,
    /// Lent connections whose holders wait for another one.
    pub(super) stuck: usize,
    /// Connections to a database that began before this tick are not used again.
    pub(super) evicted: FastMap<(Arc<str>, Arc<str>), u64>,
    tick: u64,
    pub(super) closed: bool,
}

impl Books {
    pub(super) fn next_tick(&mut self) -> u64 {
        self.tick += 1;
        self.tick
    }

    /// The most recently used one, unless even that has been idle for too long.
    pub(super) fn take_idle(&mut self, key: &ConnectionKey, max_idle: Duration) -> Option<Session> {
        let session = self.idle.get_mut(key)?.pop_if(|session| session.idle_since.elapsed() < max_idle)?;
        Some(session)
    }

    pub(super) fn put_idle(&mut self, session: Session, capacity: usize) {
        // Keys stay for their next connection; those of tenants that went quiet do not pile up.
        if self.idle.len() > 2 * capacity {
            self.idle.retain(|_, sessions| !sessions.is_empty());
        }
        match self.idle.get_mut(&session.key) {
            Some(sessions) => sessions.push(session),
            None => drop(self.idle.insert(session.key.clone(), vec![session])),
        }
    }

    /// The oldest connection of the key that has not been used for the longest time.
    pub(super) fn take_least_recently_used(&mut self) -> Option<Session> {
        let last_used = |sessions: &Vec<Session>| sessions.last().map(|session| session.idle_since);
        let (_, sessions) = self
            .idle
            .iter_mut()
            .filter(|(_, sessions)| !sessions.is_empty())
            .min_by_key(|(_, sessions)| last_used(sessions))?;
        Some(sessions.remove(0))
    }

    pub(super) fn drain_idle(&mut self, mut which: impl FnMut(&Session) -> bool) -> Vec<Session> {
        let mut drained = Vec::new();
        for sessions in self.idle.values_mut() {
            drained.extend(sessions.extract_if(.., |session| which(session)));
        }
        self.idle.retain(|_, sessions| !sessions.is_empty());
        drained
    }

    /// The first waiter for the key among those whom nobody can be said to have passed.
    pub(super) fn next_waiter_for(&mut self, key: &ConnectionKey) -> Option<Waiter> {
        self.queue.next_for(key, self.closing + 1)
    }

    /// Whether more wait than places are being closed.
    pub(super) fn is_short(&self) -> bool {
        self.queue.len() > self.closing
    }

    /// Those that are lent, or on the way to it.
    pub(super) fn lent(&self) -> usize {
        self.places - self.idle.values().map(Vec::len).sum::<usize>() - self.closing
    }

    /// A party has got a place.
    pub(super) fn hold(&mut self, party: &Party) {
        let tick = self.next_tick();
        self.queue.hold(party, tick);
    }

    /// A place is not used as it was any more.
    pub(super) fn end_of(&mut self, used: &Use) {
        match used {
            Use::Idle => {}
            Use::Lent(party) => self.queue.let_go(party),
            Use::Closing => self.closing -= 1,
        }
    }

    pub(super) fn stats(&self, budget: usize) -> StoreStats {
        let idle = self.idle.values().map(Vec::len).sum();
        let (in_use, closing, waiting) = (self.lent(), self.closing, self.queue.len());
        StoreStats { budget, in_use, idle, closing, waiting }
    }

    pub(super) fn is_current(&self, session: &Session) -> bool {
        let ConnectionKey { server, database, .. } = &session.key;
        let was_evicted = || {
            let evicted = self.evicted.get(&(Arc::clone(server), Arc::clone(database)));
            evicted.is_some_and(|evicted| session.born <= *evicted)
        };
        !session.is_of_the_past() && (self.evicted.is_empty() || !was_evicted())
    }
}
