//! [`SqlOptions`]: how long a statement may run, and how much it may reply.

use std::time::Duration;

/// How long a statement may run, and how much it may reply. What is beyond is an error, so that no part of
/// an answer is taken for the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlOptions {
    /// PostgreSQL ends it after this time: 30 seconds.
    pub timeout: Duration,
    /// At most this many rows: 10,000.
    pub max_rows: u32,
    /// At most this many bytes of values: 64 MB.
    pub max_bytes: u64,
}

impl Default for SqlOptions {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), max_rows: 10_000, max_bytes: 64 << 20 }
    }
}
