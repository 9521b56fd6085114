//! Who gets which connection: the rules on the [`books`](super::books).
//!
//! Two invariants carry the rules. A free place means that nobody waits. An idle connection means
//! that each waiter can count on a place that is being closed for it. So an idle connection may be
//! taken without looking at the queue, and a connection that comes back may go to anybody in the
//! part of the queue that is next. Which part that is, the [`queue`](super::queue) says: it is fair
//! between parties. Where a party whose turn it is wants another key, the connection is closed for it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use sqh_model::{Error, Result};
use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};

use super::books::Books;
use super::claim::{Claim, Party};
use super::keeper::{Door, Keeper};
use super::place::{Grant, Place, Ticket, Use, store_is_closed};
use super::queue::Waiter;
use super::{ConnectionKey, Endpoint, Session, StoreConfig, StoreStats};
use crate::backend::postgres::admin::session::BackendId;
use crate::tenancy::lease::Lease;
use crate::tenancy::server::{Server, Servers};

type Keepers = BTreeMap<(Arc<str>, Endpoint), Arc<Keeper>>;

/// What all clones of a store share.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) servers: Servers,
    pub(super) config: StoreConfig,
    /// The places for callers.
    capacity: AtomicUsize,
    keepers: Mutex<Keepers>,
    books: Mutex<Books>,
    sweeping: AtomicBool,
    freed: Notify,
}

/// Each place to log in of each server. The store has a connection of its own to each.
pub(super) fn endpoints(servers: &Servers) -> impl Iterator<Item = (Arc<str>, Endpoint)> + use<> {
    servers.all().into_iter().flat_map(|server| of_server(&server))
}

fn of_server(server: &Server) -> impl Iterator<Item = (Arc<str>, Endpoint)> + use<> {
    let name = Arc::clone(server.name());
    server.endpoints().map(move |endpoint| (Arc::clone(&name), endpoint))
}

fn no_room(server: &Server, budget: usize) -> Error {
    Error::invalid(format!(
        "a budget of {budget} connections leaves none for callers with {server}: the store has one of its own to each \
         place to log in, so raise the budget"
    ))
}

/// What a caller is told at once.
#[derive(Debug)]
pub(super) enum Admission {
    Granted(Grant),
    Wait(Ticket),
}

impl Inner {
    pub(super) fn new(servers: Servers, config: StoreConfig, capacity: usize) -> Self {
        let keepers = endpoints(&servers).map(|endpoint| (endpoint, Arc::default())).collect();
        Self {
            servers,
            config,
            capacity: AtomicUsize::new(capacity),
            keepers: Mutex::new(keepers),
            books: Mutex::default(),
            sweeping: AtomicBool::new(false),
            freed: Notify::new(),
        }
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

    /// Closes the idle connections of a server whose connections have proved to be dead.
    pub(super) fn distrust_idle(self: &Arc<Self>, server: &str, endpoint: Endpoint) {
        let mut books = self.books();
        let sessions = books.drain_idle(|session| &*session.key.server == server && session.key.endpoint == endpoint);
        self.close(books, sessions);
    }

    pub(super) async fn evict(self: &Arc<Self>, server: &str, database: &str) {
        let handles = {
            let mut books = self.books();
            let tick = books.next_tick();
            books.evicted.insert((Arc::from(server), Arc::from(database)), tick);
            let sessions =
                books.drain_idle(|session| &*session.key.server == server && &*session.key.database == database);
            self.close(books, sessions)
        };
        futures::future::join_all(handles).await;
    }

    pub(super) async fn close_all(self: &Arc<Self>) {
        {
            let mut books = self.books();
            books.closed = true;
            books.queue.clear();
            let sessions = books.drain_idle(|_| true);
            self.close(books, sessions);
        }
        let all_gone = async {
            loop {
                let freed = self.freed.notified();
                if self.books().places == 0 {
                    return;
                }
                freed.await;
            }
        };
        // Whoever still holds a lease is not waited for any longer: it is closed when it comes back.
        let _ = tokio::time::timeout(self.config.deadline, all_gone).await;
        let keepers: Vec<_> = self.keepers().values().cloned().collect();
        for keeper in keepers {
            keeper.close().await;
        }
    }

    /// A server has let go of the session that began at a tick.
    pub(super) fn has_left(&self, born: u64) {
        self.books().leaving.remove(&born);
    }

    /// Returns once the servers have let go of all that was closed in the middle of something before.
    #[cfg(feature = "test-util")]
    pub(super) async fn let_go(&self) {
        let leaving = self.books().leaving.clone();
        while !self.books().leaving.is_disjoint(&leaving) {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    pub(super) async fn wait_until_gone(&self, key: &ConnectionKey, backend: BackendId, busy: bool) {
        let keeper = self.keepers().get(&(Arc::clone(&key.server), key.endpoint)).cloned();
        if let (Some(keeper), Ok(server)) = (keeper, self.servers.find(&key.server)) {
            let timeout = self.config.connect_timeout;
            keeper.wait_until_gone(&Door { server: &server, endpoint: key.endpoint, timeout }, backend, busy).await;
        }
    }

    /// Sends sessions out, and lets go of the books first: what a closed runtime drops comes back.
    fn close(
        self: &Arc<Self>,
        mut books: MutexGuard<'_, Books>,
        mut sessions: Vec<Session>,
    ) -> Vec<tokio::task::JoinHandle<()>> {
        books.closing += sessions.len();
        books.leaving.extend(sessions.iter().filter(|session| session.dirty).map(|session| session.born));
        sessions.iter_mut().for_each(|session| session.place.arm(self, Use::Closing));
        drop(books);
        sessions.into_iter().map(Session::close_in_background).collect()
    }

    /// A task that closes what has been idle for too long, as long as anything is idle.
    fn start_sweeping(self: &Arc<Self>, runtime: &Handle) {
        if self.sweeping.swap(true, Ordering::AcqRel) {
            return;
        }
        let (sweep, pause) = (Sweep(Arc::downgrade(self)), self.config.max_idle);
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(pause).await;
                let Some(store) = sweep.0.upgrade() else { return };
                let mut books = store.books();
                let expired = books.drain_idle(|session| session.idle_since.elapsed() >= pause);
                if books.idle.is_empty() {
                    store.sweeping.store(false, Ordering::Release);
                    store.close(books, expired);
                    return;
                }
                store.close(books, expired);
            }
        });
    }

    /// Takes in a server that was added while the store is in use. The connections of its own to it come
    /// out of the budget: callers have as many fewer once the next ones come back.
    pub(super) fn add_server(&self, server: Server) -> Result<()> {
        let mut keepers = self.keepers();
        let own: Vec<_> = of_server(&server).filter(|endpoint| !keepers.contains_key(endpoint)).collect();
        let Some(left) = self.capacity().checked_sub(own.len()).filter(|left| *left > 0) else {
            return Err(no_room(&server, self.config.budget));
        };
        self.servers.put(server);
        keepers.extend(own.into_iter().map(|endpoint| (endpoint, Arc::default())));
        self.capacity.store(left, Ordering::Release);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.capacity.load(Ordering::Acquire)
    }

    fn keepers(&self) -> MutexGuard<'_, Keepers> {
        self.keepers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sweeping task, which ends with its runtime too.
struct Sweep(Weak<Inner>);

impl Drop for Sweep {
    fn drop(&mut self) {
        if let Some(store) = self.0.upgrade() {
            store.sweeping.store(false, Ordering::Release);
        }
    }
}
