//! What is measured.

use serde::{Deserialize, Serialize};
use sqh_runtime::prelude::*;

/// What a parameter code measures, and in which unit. The same for all tenants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, PlatformModel)]
#[model(group = "water-quality")]
#[storage(postgres, shared)]
#[index(columns = ["description"], using = "gin", ops = "gin_trgm_ops")]
pub struct AppParameter {
    /// The five digits of the U.S. Geological Survey, such as `00060`.
    #[field(primary_key)]
    pub parameter_code: String,
    /// What it measures.
    #[field(search)]
    pub description: String,
    /// The unit of its values.
    pub unit: String,
}
