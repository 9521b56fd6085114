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

use sqh_model::{Error, ErrorKind, Result};
use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};

use super::books::Books;
use super::claim::{Claim, Party};
use super::keeper::{Door, Keeper};
use super::place::{Grant, Place, Ticket, Use, store_is_closed};
use super::queue::Waiter;
use super::{ConnectionKey, Endpoint, Session, StoreConfig, StoreStats};
use crate::observe::{ConnectionCounts, ConnectionState};
use crate::tenancy::lease::Lease;
use crate::tenancy::server::{Role, Server, Servers};

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

    /// Has a server tell who it is, if the password of one of its roles follows from that.
    pub(super) async fn identify(&self, server: &Server, role: Role) -> Result<()> {
        let ask = async {
            let key = ConnectionKey::new(server.name().clone(), server.maintenance_database().clone(), Role::Owner);
            let keeper = self.keeper(&key)?;
            if !keeper.server().has_secret_of(server) {
                let message = format!("{server} is another one now: try again");
                return Err(Error::new(ErrorKind::Unavailable, message));
            }
            keeper.identify().await
        };
        server.identify(role, ask).await
    }

    /// Sends sessions out, and lets go of the books first: what a closed runtime drops comes back.
    fn close(
        self: &Arc<Self>,
        mut books: MutexGuard<'_, Books>,
        mut sessions: Vec<Session>,
    ) -> Vec<tokio::task::JoinHandle<()>> {
        books.closing += sessions.len();
        books.leaving.extend(sessions.iter().filter(|session| session.dirty).map(|session| session.born));
        for session in &mut sessions {
            session.place.arm(self, Use::Closing);
            session.counted.set(ConnectionState::Used);
        }
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

    /// Takes in a server while the store is in use, in the place of the one of its name. The connections
    /// of the store's own to it come out of the budget: callers have as many fewer once the next ones
    /// come back.
    pub(super) fn put_server(self: &Arc<Self>, server: Server) -> Result<()> {
        let server = Arc::new(server);
        let retired = {
            let mut all = self.keepers();
            let others = all.keys().filter(|(name, _)| name != server.name()).count();
            if others + server.endpoints().count() >= self.config.budget {
                return Err(no_room(&server, self.config.budget));
            }
            let retired = take_keepers(&mut all, server.name());
            let own = server.endpoints().count();
            self.own.fetch_add(own, Ordering::AcqRel);
            all.extend(keepers(&server, self.config, &Arc::downgrade(self)));
            self.servers.put(server);
            retired
        };
        self.retire(&retired);
        Ok(())
    }

    /// Forgets a server. The connections to it are closed, the lent ones when they come back; after the
    /// last one the places of the store's own are the callers' again.
    pub(super) fn remove_server(self: &Arc<Self>, name: &str) {
        let retired = {
            let mut all = self.keepers();
            self.servers.remove(name);
            take_keepers(&mut all, name)
        };
        self.retire(&retired);
    }

    fn retire(self: &Arc<Self>, keepers: &[Arc<Keeper>]) {
        // First, so that whatever comes back from now on is closed.
        keepers.iter().for_each(|keeper| keeper.retire());
        let mut books = self.books();
        let sessions = books.drain_idle(Session::is_of_the_past);
        self.close(books, sessions);
    }

    /// A keeper has gone: its place is the callers'.
    pub(super) fn give_back_own(self: &Arc<Self>) {
        self.own.fetch_sub(1, Ordering::AcqRel);
        self.books().places += 1;
        self.release(&Use::Idle);
    }

    /// The keeper of the server that a key leads to.
    pub(super) fn keeper(&self, key: &ConnectionKey) -> Result<Arc<Keeper>> {
        let keeper = self.keepers().get(&(Arc::clone(&key.server), key.endpoint)).cloned();
        keeper.ok_or_else(|| match self.servers.find(&key.server) {
            Ok(server) => Error::new(ErrorKind::Unavailable, format!("{server} has no {:?} any more", key.endpoint)),
            Err(unknown) => unknown,
        })
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

/// The keepers of a server, one for each place to log in.
fn keepers(server: &Arc<Server>, config: StoreConfig, store: &Weak<Inner>) -> Keepers {
    let keeper = |endpoint| {
        let door = Door { server: Arc::clone(server), endpoint, timeout: config.connect_timeout };
        ((Arc::clone(server.name()), endpoint), Arc::new(Keeper::new(door, Weak::clone(store))))
    };
    server.endpoints().map(keeper).collect()
}

fn take_keepers(keepers: &mut Keepers, server: &str) -> Vec<Arc<Keeper>> {
    keepers.extract_if(.., |(name, _), _| &**name == server).map(|(_, keeper)| keeper).collect()
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
