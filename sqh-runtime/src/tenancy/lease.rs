//! [`Lease`]: a connection of the store, held by one caller.

use std::time::Duration;

use sqh_model::Result;
use sqlx::{Connection as _, PgConnection};

use super::pool::{Session, renew};

/// A connection, held by one caller.
///
/// Whoever touches the connection leaves a mark, and [`settled`](Lease::settled) takes it away: the
/// last reply has been read, and no transaction is open. Dropped without the mark it goes to the next
/// caller; with it, it is closed, and its query cancelled. So a dropped future needs no care, at
/// whatever point it is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    /// `None` only while it is renewed, and if that fails.
    session: Option<Session>,
    is_fresh: bool,
    waited: Duration,
}

impl Lease {
    pub(super) fn fresh(session: Session) -> Self {
        Self { session: Some(session), is_fresh: true, waited: Duration::ZERO }
    }

    pub(super) fn reused(session: Session) -> Self {
        Self { session: Some(session), is_fresh: false, waited: Duration::ZERO }
    }

    /// The same, after its caller has waited.
    pub(super) fn after(mut self, waited: Duration) -> Self {
        self.waited = waited;
        self
    }

    pub(super) fn into_session(mut self) -> Session {
        self.session.take().expect(HELD)
    }

    /// The connection. It counts as in the middle of something until [`settled`](Lease::settled).
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        let session = self.session.as_mut().expect(HELD);
        session.dirty = true;
        &mut session.connection
    }

    /// A BEGIN is about to be sent: until [`ended`](Lease::ended) nothing settles the lease.
    pub(crate) fn began(&mut self) {
        let session = self.session.as_mut().expect(HELD);
        (session.dirty, session.in_transaction) = (true, true);
    }

    /// The server has replied that the transaction has ended.
    pub(crate) fn ended(&mut self) {
        self.session.as_mut().expect(HELD).in_transaction = false;
    }

    /// The last reply has been read: unless a transaction is open, the next caller may have it.
    pub(crate) fn settled(&mut self) {
        let session = self.session.as_mut().expect(HELD);
        session.dirty = session.in_transaction || session.connection.is_in_transaction();
    }

    /// How long its caller waited for it: for a place, and for the login.
    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }

    /// Whether a pooler is in front of the server, that lends a connection for a transaction only.
    pub(crate) fn is_pooled(&self) -> bool {
        self.session.as_ref().is_some_and(Session::is_pooled)
    }

    /// Whether it was made for this lease. If not, its server may have closed it meanwhile: a first
    /// statement that fails with a lost connection can be sent again after [`renew`](Lease::renew),
    /// if it is a read or a BEGIN.
    pub(crate) fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// Puts a new connection in the place of a dead one, and closes the idle ones of its server,
    /// which are likely to be dead too.
    ///
    /// # Errors
    /// As [`ConnectionStore::acquire`](super::ConnectionStore). The lease holds nothing then, and
    /// may only be dropped.
    pub(crate) async fn renew(&mut self) -> Result<()> {
        let mut session = self.session.take().expect(HELD);
        session.dirty = true;
        *self = renew(session).await?.after(self.waited);
        Ok(())
    }
}

const HELD: &str = "a lease holds a session until it is dropped or its renewal has failed";

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            session.give_back();
        }
    }
}
