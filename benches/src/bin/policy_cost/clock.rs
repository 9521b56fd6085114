//! [`Clock`]: what a number of calls took, by the clock on the wall and in the processor time of this
//! thread and of the server's process.
//!
//! Processor times hardly depend on what else the machine does. Linux tells them to the nanosecond, of
//! a server on the same machine; elsewhere they are 0.

use std::fs;
use std::time::Instant;

/// What one call took, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) wall: f64,
    pub(super) client: f64,
    pub(super) server: f64,
}

/// Measures from its start to its stop.
pub(super) struct Clock {
    backend: Option<u32>,
    server: f64,
    client: f64,
    start: Instant,
}

impl Clock {
    /// Measures with a process of the server.
    pub(super) fn start(backend: Option<u32>) -> Self {
        Self { backend, server: of_server(backend), client: of_client(), start: Instant::now() }
    }

    /// What each of so many calls took.
    pub(super) fn stop(self, calls: i64) -> Cost {
        let wall = self.start.elapsed().as_secs_f64() * 1e6;
        let (client, server) = (of_client() - self.client, of_server(self.backend) - self.server);
        let calls = calls as f64;
        Cost { wall: wall / calls, client: client / calls, server: server / calls }
    }
}

/// The one in the middle.
pub(super) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn of_client() -> f64 {
    processor_time("/proc/thread-self/schedstat")
}

fn of_server(backend: Option<u32>) -> f64 {
    backend.map_or(0.0, |pid| processor_time(&format!("/proc/{pid}/schedstat")))
}

/// The first number is the time on a processor, in nanoseconds.
fn processor_time(file: &str) -> f64 {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse::<f64>().ok()).unwrap_or_default() / 1e3
}
