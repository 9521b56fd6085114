//! What the law allows.

use serde::{Deserialize, Serialize};
use sqh_runtime::prelude::*;

use super::AppParameter;

/// The limits that a law sets for a parameter in a class of waters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, PlatformModel)]
#[model(group = "water-quality")]
#[storage(postgres, shared)]
pub struct AppRegulatoryThreshold {
    /// The parameter that is limited.
    #[field(primary_key, references = AppParameter, on_delete = "restrict")]
    pub parameter_code: String,
    /// The state or the country.
    #[field(primary_key)]
    pub jurisdiction: String,
    /// The class of waters, in the law's words.
    #[field(primary_key)]
    pub water_class: String,
    /// The smallest value allowed, in the parameter's unit.
    pub lower: Option<Decimal>,
    /// The largest value allowed, in the parameter's unit.
    #[field(check = "upper >= lower")]
    pub upper: Option<Decimal>,
    /// Where the law says so.
    pub citation: String,
}
