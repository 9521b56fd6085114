//! [`Writers`]: one writer of a branch at a time.
//!
//! The server lets writers of one branch run at once and begins all but one of them anew, each time after a
//! pause in which its worker does nothing else; after a few times it gives up. Writers of different databases
//! do not meet.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use super::Place;

/// The branches that are written to.
#[derive(Default)]
pub(super) struct Writers(Mutex<HashMap<Place, Arc<tokio::sync::Mutex<()>>>>);

impl Writers {
    /// Waits for those who write to the place, in their order. The turn ends when it is dropped.
    pub(super) async fn turn(&self, place: &Place) -> OwnedMutexGuard<()> {
        self.of(place).lock_owned().await
    }

    fn of(&self, place: &Place) -> Arc<tokio::sync::Mutex<()>> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get(place) {
            return Arc::clone(place);
        }
        // Thousands of tenants write, few of them at once.
        places.retain(|_, lock| Arc::strong_count(lock) > 1);
        Arc::clone(places.entry(place.clone()).or_default())
    }
}
