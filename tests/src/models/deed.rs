//! A model whose rows the database itself keeps apart.

use sqh_runtime::prelude::*;

/// A record that the database keeps apart.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "vault")]
#[storage(postgres, rls)]
pub struct Deed {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// Whose it is.
    #[field(tenant)]
    pub tenant_id: String,
    /// What it says.
    #[field(search)]
    pub title: String,
}
