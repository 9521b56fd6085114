//! How connections end: because they are idle or distrusted, or because everything does.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, Weak};

use tokio::runtime::Handle;

use super::super::books::Books;
use super::super::place::Use;
use super::super::{Endpoint, Session};
use super::Inner;
use crate::observe::ConnectionState;

impl Inner {
    /// Closes the idle connections of a server whose connections have proved to be dead.
    pub(in crate::tenancy::pool) fn distrust_idle(self: &Arc<Self>, server: &str, endpoint: Endpoint) {
        let mut books = self.books();
        let sessions = books.drain_idle(|session| &*session.key.server == server && session.key.endpoint == endpoint);
        self.close(books, sessions);
    }

    pub(in crate::tenancy::pool) async fn evict(self: &Arc<Self>, server: &str, database: &str) {
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

    pub(in crate::tenancy::pool) async fn close_all(self: &Arc<Self>) {
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
    pub(in crate::tenancy::pool) fn has_left(&self, born: u64) {
        self.books().leaving.remove(&born);
    }

    /// Returns once the servers have let go of all that was closed in the middle of something before.
    #[cfg(feature = "test-util")]
    pub(in crate::tenancy::pool) async fn let_go(&self) {
        let leaving = self.books().leaving.clone();
        while !self.books().leaving.is_disjoint(&leaving) {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    /// Sends sessions out, and lets go of the books first: what a closed runtime drops comes back.
    pub(super) fn close(
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
    pub(super) fn start_sweeping(self: &Arc<Self>, runtime: &Handle) {
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
