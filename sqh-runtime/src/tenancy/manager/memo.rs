//! [`Memo`]: which tables are known to be there, so that the path asks the database once.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use chrono::{DateTime, Utc};
use sqh_model::schema::ModelDef;
use tokio::sync::Mutex;

use crate::fast_map::FastMap;
use crate::op::Freshness;
use crate::tenancy::Place;

/// Which tables are known to be there.
#[derive(Debug, Default)]
pub(in crate::tenancy) struct Memo(RwLock<FastMap<Place, FastMap<&'static str, Arc<Known>>>>);

/// A table of one place.
#[derive(Debug)]
pub(in crate::tenancy) struct Known {
    /// Held by the one in this process who makes it.
    pub(super) making: Mutex<()>,
    /// Of a view: when this process last began to compute it, and what came of that. Held by the one who does.
    pub(super) refreshed: Mutex<Option<(Instant, Freshness)>>,
    /// Until when nothing has to be done, in seconds since 1970.
    good_until: AtomicI64,
}

/// Of a table that nobody has looked at.
const NEVER: i64 = i64::MIN;

/// Of a table that needs no care.
const FOR_EVER: i64 = i64::MAX;

impl Memo {
    /// Whether a table needs nothing done: one look.
    pub(super) fn is_good(&self, place: &Place, model: &'static ModelDef) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(place).and_then(|tables| tables.get(model.table)).is_some_and(|known| known.is_good())
    }

    /// The table's entry, new if there is none.
    pub(super) fn entry(&self, place: &Place, model: &'static ModelDef) -> Arc<Known> {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let tables = known.entry(place.clone()).or_default();
        Arc::clone(tables.entry(model.table).or_insert_with(|| Arc::new(Known::new())))
    }

    /// Forgets a place, which has gone.
    pub(super) fn forget_place(&self, place: &Place) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(place);
    }

    /// Forgets a server, which has gone or was replaced.
    pub(in crate::tenancy) fn forget_server(&self, server: &str) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|place, _| &*place.server != server);
    }

    /// Forgets a database, which has gone or was replaced.
    pub(super) fn forget(&self, server: &str, database: &str) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|place, _| &*place.server != server || &*place.database != database);
    }
}

impl Known {
    fn new() -> Self {
        Self { making: Mutex::new(()), refreshed: Mutex::new(None), good_until: AtomicI64::new(NEVER) }
    }

    pub(super) fn is_good(&self) -> bool {
        match self.good_until.load(Ordering::Acquire) {
            NEVER => false,
            // Most tables, for which no clock is read.
            FOR_EVER => true,
            until => Utc::now().timestamp() < until,
        }
    }

    /// Whether it has been there, so that what is to be done now is care and no more.
    pub(super) fn was_good(&self) -> bool {
        self.good_until.load(Ordering::Acquire) != NEVER
    }

    /// Nothing has to be done until then; never again if `None`.
    pub(super) fn set_good_until(&self, until: Option<DateTime<Utc>>) {
        self.good_until.store(until.map_or(FOR_EVER, |until| until.timestamp()), Ordering::Release);
    }
}
