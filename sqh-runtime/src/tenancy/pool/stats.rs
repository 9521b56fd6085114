//! [`StoreStats`]: what the connections are used for, at one moment.

/// What the connections of a [`ConnectionStore`](super::ConnectionStore) are used for, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreStats {
    /// How many there may be, the store's own included.
    pub budget: usize,
    /// Lent, or logging in for a caller.
    pub in_use: usize,
    /// Ready for the next caller.
    pub idle: usize,
    /// Closed, and their server has not let go yet.
    pub closing: usize,
    /// Callers that wait for one.
    pub waiting: usize,
}
