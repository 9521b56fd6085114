//! What was measured.

use serde::{Deserialize, Serialize};
use sqh_runtime::prelude::*;

/// The qualifier of a value that was interpolated and not measured. Statistics leave it out.
pub const INTERPOLATED: &str = "hf.missing";

/// A value that a gauge measured. The same for all tenants, and millions of them.
///
/// Station and parameter are no foreign keys: looking both up for each row would take longer than
/// storing it, and the source is consistent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, PlatformModel)]
#[model(group = "water-quality")]
#[storage(postgres, shared, high_volume, partition_by = "measured_at", partition_interval = "month")]
pub struct AppMeasurement {
    /// The gauge.
    #[field(primary_key)]
    pub station_code: String,
    /// What was measured.
    #[field(primary_key)]
    pub parameter_code: String,
    /// When, or the first instant of the day that the value is the mean of.
    #[field(primary_key)]
    pub measured_at: DateTime<Utc>,
    /// In the parameter's unit.
    pub value: f64,
    /// The agency's remarks, such as `A` for approved; `hf.missing` for an interpolated value.
    pub qualifiers: BTreeSet<String>,
}
