//! [`Metrics`]: the meters of a platform, a bounded number of them.

use std::sync::{Arc, PoisonError, RwLock};

use metrics::{Level, Metadata, Recorder, Unit};

use super::Meter;
use crate::fast_map::FastMap;

/// The label that tenants without one of their own share. No slug has a `_`.
pub const OTHER_TENANTS: &str = "_other";

pub(super) const DURATION: &str = "db.client.operation.duration";
pub(super) const RETURNED: &str = "db.client.response.returned_rows";
pub(super) const AFFECTED: &str = "sqh.client.operation.affected_rows";
pub(super) const WAIT_TIME: &str = "db.client.connection.wait_time";
pub(super) const CONNECTIONS: &str = "db.client.connection.count";
pub(super) const ACTIVE_SCOPES: &str = "sqh.scopes.active";

pub(super) static METADATA: Metadata<'static> = Metadata::new("sqh", Level::INFO, Some(module_path!()));

/// What the metrics of a platform are told apart by.
///
/// ```
/// use sqh_runtime::Platform;
/// use sqh_runtime::observe::MetricsConfig;
///
/// let builder = Platform::builder().metrics(MetricsConfig::default().tenants(100));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetricsConfig {
    /// How many tenants have a label `sqh.tenant` of their own: the first ones to be seen. The rest
    /// share [`OTHER_TENANTS`]. With 0 there is no such label.
    pub tenants: usize,
}

impl Default for MetricsConfig {
    fn default() -> Self {
        Self { tenants: 1_000 }
    }
}

impl MetricsConfig {
    /// The same with another number of tenants that have a label of their own.
    #[must_use]
    pub fn tenants(self, tenants: usize) -> Self {
        Self { tenants }
    }
}

/// The meters of a platform.
#[derive(Debug)]
pub(crate) struct Metrics {
    config: MetricsConfig,
    tenants: RwLock<FastMap<Box<str>, Arc<Meter>>>,
    /// Of the tenants beyond the bound.
    others: Arc<Meter>,
    /// Of shared models, and of every tenant where there is no label for one.
    unlabelled: Arc<Meter>,
    #[cfg(feature = "axum")]
    pub(crate) active_scopes: super::ActiveScopes,
}

impl Metrics {
    pub(crate) fn new(config: MetricsConfig) -> Arc<Self> {
        metrics::with_recorder(describe);
        Arc::new(Self {
            config,
            tenants: RwLock::default(),
            others: Arc::new(Meter::new(Some(OTHER_TENANTS))),
            unlabelled: Arc::new(Meter::new(None)),
            #[cfg(feature = "axum")]
            active_scopes: super::ActiveScopes::default(),
        })
    }

    /// The meter of a tenant, or of shared models.
    pub(crate) fn meter(&self, tenant: Option<&str>) -> Arc<Meter> {
        let Some(slug) = tenant.filter(|_| self.config.tenants > 0) else {
            return Arc::clone(&self.unlabelled);
        };
        let known = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(meter) = known.get(slug) {
            return Arc::clone(meter);
        }
        // Once there are enough, nobody waits for the lock of a writer again.
        let is_full = known.len() >= self.config.tenants;
        drop(known);
        if is_full { Arc::clone(&self.others) } else { self.add(slug) }
    }

    fn add(&self, slug: &str) -> Arc<Meter> {
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        if !tenants.contains_key(slug) && tenants.len() >= self.config.tenants {
            return Arc::clone(&self.others);
        }
        Arc::clone(tenants.entry(slug.into()).or_insert_with(|| Arc::new(Meter::new(Some(slug)))))
    }
}

fn describe(recorder: &dyn Recorder) {
    let histograms = [
        (DURATION, Unit::Seconds, "from the call of an operation to its reply"),
        (RETURNED, Unit::Count, "the records that an operation returned"),
        (AFFECTED, Unit::Count, "the records that an operation created, changed or deleted"),
        (WAIT_TIME, Unit::Seconds, "how long an operation waited for a connection"),
    ];
    for (name, unit, description) in histograms {
        recorder.describe_histogram(name.into(), Some(unit), description.into());
    }
    let connections = "the connections to a server, but for the one of the platform's own";
    recorder.describe_gauge(CONNECTIONS.into(), Some(Unit::Count), connections.into());
    recorder.describe_gauge(ACTIVE_SCOPES.into(), Some(Unit::Count), "the scopes that requests hold".into());
}
