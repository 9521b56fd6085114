//! [`Replicas`]: the copies that reads may go to, in turn.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;

/// How long one that did not answer is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(5);

/// The copies that reads may go to. Clones share whose turn it is.
#[derive(Clone, Default)]
pub(super) struct Replicas {
    pub(super) places: Vec<PgConnectOptions>,
    turn: Arc<AtomicUsize>,
    silent: Arc<Mutex<BTreeMap<u8, Instant>>>,
}

impl Replicas {
    pub(super) fn numbers(&self) -> impl Iterator<Item = u8> + use<> {
        // There are no more: `Server::replica` sees to it.
        (0..=u8::MAX).take(self.places.len())
    }

    /// Those to be tried for a read, the one whose turn it is first. One that did not answer lately is
    /// not among them.
    pub(super) fn in_turn(&self) -> Vec<u8> {
        let mut numbers: Vec<u8> = self.numbers().collect();
        if !numbers.is_empty() {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed) % numbers.len();
            numbers.rotate_left(turn);
            let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
            silent.retain(|_, since| since.elapsed() < LEFT_ALONE);
            numbers.retain(|number| !silent.contains_key(number));
        }
        numbers
    }

    pub(super) fn leave_alone(&self, number: u8) {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner).insert(number, Instant::now());
    }
}

/// Options may hold a password.
impl fmt::Debug for Replicas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Replicas({})", self.places.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_turn_and_the_silent_ones_are_left_out() {
        let replicas = Replicas { places: vec![PgConnectOptions::new(); 3], ..Replicas::default() };
        assert_eq!([replicas.in_turn(), replicas.in_turn()], [[0, 1, 2], [1, 2, 0]]);
        replicas.clone().leave_alone(2);
        assert_eq!([replicas.in_turn(), replicas.in_turn()], [[0, 1], [0, 1]]);
        assert_eq!(Replicas::default().in_turn(), [0; 0]);
    }
}
