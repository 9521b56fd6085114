//! [`Place`]: one connection's worth of the budget. Whoever holds it may have a connection.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use sqh_model::{Error, ErrorKind, Result};
use tokio::sync::oneshot;

use super::claim::Party;
use super::state::Inner;
use crate::tenancy::lease::Lease;

/// One connection's worth of the budget. Dropped, it goes to the next waiter.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// `None` while the connection is idle: the store then accounts for it itself.
    store: Option<Arc<Inner>>,
    used: Use,
}

/// What a place is used for. The books count each.
#[derive(Debug, Default)]
pub(super) enum Use {
    /// Its connection is idle.
    #[default]
    Idle,
    /// A caller of the party has it.
    Lent(Party),
    /// Its connection is on the way out, so that a waiter can count on it.
    Closing,
}

/// What a caller is admitted to.
#[derive(Debug)]
pub(super) enum Grant {
    /// A connection that was idle.
    Lease(Lease),
    /// A place to connect in.
    Place(Place),
}

/// A caller's turn in the queue. Dropped, it leaves the queue.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) id: u64,
    pub(super) party: Party,
    pub(super) store: Arc<Inner>,
    pub(super) grant: oneshot::Receiver<Grant>,
}

impl Place {
    /// One that is lent to a party.
    pub(super) fn of(store: &Arc<Inner>, party: &Party) -> Self {
        Self { store: Some(Arc::clone(store)), used: Use::Lent(party.clone()) }
    }

    /// The store, which a place has unless its connection is idle.
    pub(super) fn store(&self) -> &Arc<Inner> {
        self.store.as_ref().expect("only the place of an idle connection has no store")
    }

    /// Leaves the accounting to the store, and tells what to account for.
    pub(super) fn disarm(&mut self) -> Use {
        self.store = None;
        std::mem::take(&mut self.used)
    }

    /// Takes part in the accounting again.
    pub(super) fn arm(&mut self, store: &Arc<Inner>, used: Use) {
        self.store = Some(Arc::clone(store));
        self.used = used;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(store) = self.store.take() {
            store.release(&std::mem::take(&mut self.used));
        }
    }
}

impl Future for Ticket {
    type Output = Result<Grant>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.grant).poll(cx).map(|grant| grant.map_err(|_| store_is_closed()))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.store.leave_queue(&self.party, self.id);
    }
}

pub(super) fn store_is_closed() -> Error {
    Error::new(ErrorKind::Unavailable, "the connection store is closed")
}
