//! [`Connection`]: a connection to a server, counted by what it is used for.
//!
//! The gauge is set to what there is, and not moved up and down: a recorder that is installed later is
//! told the truth with the next change.

use std::sync::{Arc, Mutex, PoisonError};

use metrics::{Key, Label};

use super::metrics::{CONNECTIONS, METADATA};

/// What a connection is used for, by OpenTelemetry's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnectionState {
    /// Lent, or on the way out.
    Used,
    /// Ready for the next caller.
    Idle,
}

/// The connections to one server.
#[derive(Debug)]
pub(crate) struct ConnectionCounts {
    keys: [Key; 2],
    counts: Mutex<[u32; 2]>,
}

/// A connection. It counts until it is dropped.
#[derive(Debug)]
pub(crate) struct Connection {
    counts: Arc<ConnectionCounts>,
    state: ConnectionState,
}

impl ConnectionCounts {
    pub(crate) fn new(server: &str) -> Arc<Self> {
        let key = |state| {
            let labels = [("db.client.connection.pool.name", server), ("db.client.connection.state", state)];
            Key::from_parts(CONNECTIONS, labels.map(|(name, value)| Label::new(name, value.to_owned())).to_vec())
        };
        Arc::new(Self { keys: ["used", "idle"].map(key), counts: Mutex::default() })
    }

    /// One more, which is used.
    pub(crate) fn add(self: &Arc<Self>) -> Connection {
        self.change(None, Some(ConnectionState::Used));
        Connection { counts: Arc::clone(self), state: ConnectionState::Used }
    }

    fn change(&self, from: Option<ConnectionState>, to: Option<ConnectionState>) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(from) = from {
            counts[from as usize] -= 1;
        }
        if let Some(to) = to {
            counts[to as usize] += 1;
        }
        // Before anybody else changes them: what is set last is what there is.
        metrics::with_recorder(|recorder| {
            for state in [from, to].into_iter().flatten() {
                let gauge = recorder.register_gauge(&self.keys[state as usize], &METADATA);
                gauge.set(f64::from(counts[state as usize]));
            }
        });
    }
}

impl Connection {
    pub(crate) fn set(&mut self, state: ConnectionState) {
        if self.state != state {
            self.counts.change(Some(self.state), Some(state));
            self.state = state;
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.counts.change(Some(self.state), None);
    }
}
