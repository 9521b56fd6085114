//! Shared reference data takes no part in tenancy.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "shared", models: models![AppStation, AppNote, AppRegion].into() }
}

#[derive(PlatformModel)]
#[model(group = "water")]
#[storage(postgres, shared)]
struct AppStation {
    #[field(primary_key)]
    code: String,
    region: Link<AppRegion>,
}

#[derive(PlatformModel)]
#[model(group = "water")]
#[storage(postgres, shared)]
struct AppRegion {
    #[field(primary_key)]
    code: String,
}

/// A tenant's: it refers to shared data without a constraint.
#[derive(PlatformModel)]
#[model(group = "water")]
#[storage(postgres)]
struct AppNote {
    #[field(primary_key)]
    id: Uuid,
    #[field(index)]
    station: Link<AppStation>,
}
