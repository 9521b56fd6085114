//! Partitioned models: one whose key lacks the partition column, one whose key has it.

use sqh_runtime::prelude::*;

/// Identified by its key alone; the physical key has the time too.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "time")]
#[storage(postgres, high_volume, partition_by = "happened_at")]
pub struct Event {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// When.
    pub happened_at: DateTime<Utc>,
    /// What.
    pub what: String,
    /// Counts updates.
    #[field(version)]
    pub version: i32,
}

/// Identified by station, parameter and time.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "time")]
#[storage(postgres, partition_by = "measured_at", partition_interval = "year")]
pub struct Reading {
    /// Where.
    #[field(primary_key)]
    pub station_code: String,
    /// What.
    #[field(primary_key)]
    pub parameter_code: String,
    /// When.
    #[field(primary_key)]
    pub measured_at: DateTime<Utc>,
    /// How much.
    pub value: Option<f64>,
}
