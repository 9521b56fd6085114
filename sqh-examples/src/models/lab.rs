//! What a laboratory found.

use serde::{Deserialize, Serialize};
use sqh_runtime::prelude::*;

/// A result of a tenant's own laboratory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, high_volume, partition_by = "created_at")]
pub struct AppLabResult {
    /// Made by the client.
    #[field(primary_key)]
    pub id: Uuid,
    /// What was tested, such as `pH`.
    pub test_type: String,
    /// What was found.
    pub value: f64,
    /// The unit, unless the value has none.
    pub unit: Option<String>,
    /// Whatever the laboratory wants to find it by.
    pub tags: BTreeSet<String>,
    /// When it was found; which month's partition it is in.
    pub created_at: DateTime<Utc>,
}
