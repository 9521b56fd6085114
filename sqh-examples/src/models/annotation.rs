//! What a tenant notes about shared data.

use serde::{Deserialize, Serialize};
use sqh_runtime::prelude::*;

use super::AppWaterQualityStation;

/// A tenant's own note about a shared gauge. No other tenant can see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, PlatformModel)]
#[model(group = "water-quality")]
#[storage(postgres)]
pub struct AppTenantSampleAnnotation {
    /// Made by the client.
    #[field(primary_key)]
    pub id: Uuid,
    /// The gauge, which is in the shared database.
    #[field(index, references = AppWaterQualityStation)]
    pub station_code: String,
    /// What the tenant notes.
    #[field(search)]
    pub tenant_notes: String,
    /// Counts the changes, so that nobody overwrites what they have not seen.
    #[field(version)]
    pub version: i32,
    /// When it was noted.
    #[field(created_at)]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[field(updated_at)]
    pub updated_at: DateTime<Utc>,
}
