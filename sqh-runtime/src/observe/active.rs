//! [`ActiveScopes`]: how many scopes are held by requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use metrics::{Gauge, Key};

use super::metrics::{ACTIVE_SCOPES, METADATA};

/// How many scopes are held by requests. Clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct ActiveScopes(Arc<AtomicUsize>);

/// A scope that a request holds. It counts until it is dropped.
#[derive(Debug)]
pub(crate) struct ActiveScope(ActiveScopes);

impl ActiveScopes {
    pub(crate) fn enter(&self) -> ActiveScope {
        self.0.fetch_add(1, Ordering::AcqRel);
        change(|gauge| gauge.increment(1.0));
        ActiveScope(self.clone())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

impl Drop for ActiveScope {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
        change(|gauge| gauge.decrement(1.0));
    }
}

fn change(change: impl FnOnce(Gauge)) {
    static KEY: Key = Key::from_static_name(ACTIVE_SCOPES);
    metrics::with_recorder(|recorder| change(recorder.register_gauge(&KEY, &METADATA)));
}
