//! A shared model, and one that lives in the graph store.

use sqh_runtime::prelude::*;

/// Reference data of all tenants.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "shared")]
#[storage(postgres, shared)]
pub struct Station {
    /// The key.
    #[field(primary_key)]
    pub station_code: String,
    /// The name.
    #[field(search)]
    pub name: String,
    /// Degrees.
    pub latitude: f64,
}

/// A graph record.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "graph")]
pub struct Account {
    /// The identity.
    pub id: Id<Self>,
    /// The name.
    pub name: String,
}
