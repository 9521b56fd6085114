//! Who gets which connection: the rules on the [`books`](super::books).
//!
//! Two invariants carry the rules. A free place means that nobody waits. An idle connection means
//! that each waiter can count on a place that is being closed for it. So an idle connection may be
//! taken without looking at the queue, and a connection that comes back may go to anybody in the
//! part of the queue that is next. Which part that is, the [`queue`](super::queue) says: it is fair
//! between parties. Where a party whose turn it is wants another key, the connection is closed for it.

mod closing;
mod servers;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use sqh_model::{Error, ErrorKind, Result};
use tokio::sync::{Notify, oneshot};

use self::servers::keepers;
use super::books::Books;
use super::claim::{Claim, Party};
use super::keeper::Keeper;
use super::place::{Grant, Place, Ticket, Use, store_is_closed};
use super::queue::Waiter;
use super::{Endpoint, Session, StoreConfig, StoreStats};
use crate::observe::{ConnectionCounts, ConnectionState};
use crate::tenancy::lease::Lease;
use crate::tenancy::server::Servers;

type Keepers = BTreeMap<(Arc<str>, Endpoint), Arc<Keeper>>;

/// What all clones of a store share.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) servers: Servers,
    pub(super) config: StoreConfig,
    /// The places that are the store's own, one for each keeper.
    own: AtomicUsize,
    keepers: Mutex<Keepers>,
    books: Mutex<Books>,
    counts: Mutex<BTreeMap<Arc<str>, Arc<ConnectionCounts>>>,
    sweeping: AtomicBool,
    freed: Notify,
}

/// What a caller is told at once.
#[derive(Debug)]
pub(super) enum Admission {
    Granted(Grant),
    Wait(Ticket),
}

impl Inner {
    /// The store has a connection of its own to each place to log in of each server.
    pub(super) fn new(servers: Servers, config: StoreConfig) -> Arc<Self> {
        Arc::new_cyclic(|store| {
            let keepers: Keepers = servers.all().iter().flat_map(|server| keepers(server, config, store)).collect();
            Self {
                servers,
                config,
                own: AtomicUsize::new(keepers.len()),
                keepers: Mutex::new(keepers),
                books: Mutex::default(),
                counts: Mutex::default(),
                sweeping: AtomicBool::new(false),
                freed: Notify::new(),
            }
        })
    }

    /// An idle connection of the key, a free place, or a turn in the queue.
    pub(super) fn admit(self: &Arc<Self>, Claim { key, party, .. }: &Claim) -> Result<Admission> {
        let mut books = self.books();
        if books.closed {
            return Err(store_is_closed());
        }
        if let Some(mut session) = books.take_idle(key, self.config.max_idle) {
            books.hold(party);
            session.place.arm(self, Use::Lent(party.clone()));
            drop(books);
            session.counted.set(ConnectionState::Used);
            return Ok(Admission::Granted(Grant::Lease(Lease::reused(session))));
        }
        if books.places < self.capacity() {
            books.places += 1;
            books.hold(party);
            return Ok(Admission::Granted(Grant::Place(Place::of(self, party))));
        }
        let (grant, receiver) = oneshot::channel();
        let id = books.next_tick();
        books.queue.push(Waiter { id, key: key.clone(), party: party.clone(), grant });
        let ticket = Ticket { id, party: party.clone(), store: Arc::clone(self), grant: receiver };
        if books.is_short()
            && let Some(session) = books.take_least_recently_used()
        {
            self.close(books, vec![session]);
        }
        Ok(Admission::Wait(ticket))
    }

    /// A lent connection comes back: to the next in the queue who wants its key, to the idle ones,
    /// or out, if the next in the queue want others.
    pub(super) fn give_back(self: &Arc<Self>, mut session: Session) {
        let mut books = self.books();
        books.end_of(&session.place.disarm());
        if !session.dirty && !books.closed && books.is_current(&session) {
            while let Some(Waiter { party, grant, .. }) = books.next_waiter_for(&session.key) {
                session.place.arm(self, Use::Lent(party.clone()));
                match grant.send(Grant::Lease(Lease::reused(session))) {
                    Err(Grant::Lease(lease)) => session = lease.into_session(),
                    _ => return books.hold(&party),
                }
            }
            session.place.disarm();
            if !books.is_short() {
                session.idle_since = Instant::now();
                session.counted.set(ConnectionState::Idle);
                self.start_sweeping(session.runtime());
                return books.put_idle(session, self.capacity());
            }
        }
        self.close(books, vec![session]);
    }

    /// A place is free: it goes to the next in the queue.
    pub(super) fn release(self: &Arc<Self>, used: &Use) {
        let mut books = self.books();
        books.end_of(used);
        if books.places > self.capacity() {
            // It has become the store's own, for a server that was added. Somebody may have counted on it.
            books.places -= 1;
            if books.is_short()
                && let Some(session) = books.take_least_recently_used()
            {
                self.close(books, vec![session]);
            }
            return;
        }
        while let Some(Waiter { party, grant, .. }) = books.queue.next() {
            match grant.send(Grant::Place(Place::of(self, &party))) {
                // Disarmed, because its end would come back here.
                Err(Grant::Place(mut place)) => drop(place.disarm()),
                _ => return books.hold(&party),
            }
        }
        books.places -= 1;
        drop(books);
        self.freed.notify_waiters();
    }

    /// The holder of a lent connection is about to wait for another. Refused if that leaves nobody whose
    /// connection will come back: they would all wait for each other.
    pub(super) fn wait_while_holding(&self) -> Result<()> {
        let mut books = self.books();
        if books.places >= self.capacity() && books.lent() == books.places && books.stuck + 1 >= books.lent() {
            let budget = self.config.budget;
            return Err(Error::new(
                ErrorKind::Overloaded,
                format!(
                    "this takes one more connection, and all others of the budget of {budget} are held by whoever waits \
                     for one too, as a transaction does that is the first to use a table: try again later, or raise the \
                     budget"
                ),
            ));
        }
        books.stuck += 1;
        Ok(())
    }

    pub(super) fn waits_no_more(&self) {
        self.books().stuck -= 1;
    }

    pub(super) fn leave_queue(&self, party: &Party, id: u64) {
        self.books().queue.remove(party, id);
    }

    pub(super) fn stats(&self) -> StoreStats {
        self.books().stats(self.config.budget)
    }

    /// A number larger than all before.
    pub(super) fn tick(&self) -> u64 {
        self.books().next_tick()
    }

    /// The connections to a server.
    pub(super) fn counts(&self, server: &Arc<str>) -> Arc<ConnectionCounts> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(counts.entry(Arc::clone(server)).or_insert_with(|| ConnectionCounts::new(server)))
    }

    /// The places for callers.
    fn capacity(&self) -> usize {
        self.config.budget.saturating_sub(self.own.load(Ordering::Acquire))
    }

    fn keepers(&self) -> MutexGuard<'_, Keepers> {
        self.keepers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
