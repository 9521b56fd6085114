//! Row security, and the tenant column as a field. It shows in row placement.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "row", models: models![AppInvoiceLine, AppLedger, AppMember].into() }
}

#[derive(PlatformModel)]
#[model(group = "billing")]
#[storage(postgres, rls)]
struct AppLedger {
    #[field(primary_key)]
    id: i64,
    #[field(unique)]
    number: Option<String>,
    #[field(tenant)]
    tenant_id: String,
    labels: Vec<String>,
}

#[derive(PlatformModel)]
#[model(group = "billing")]
#[storage(postgres, rls, partition_by = "booked_at")]
#[index(columns = ["labels"], using = "gin", under_rls)]
struct AppInvoiceLine {
    #[field(primary_key)]
    id: i64,
    booked_at: DateTime<Utc>,
    #[field(references = AppLedger, on_delete = "set_null")]
    ledger: Option<i64>,
    labels: Vec<String>,
}

/// Always in rows, whatever its tenant's placement is.
#[derive(PlatformModel)]
#[model(group = "billing")]
#[storage(postgres, placement = "row")]
struct AppMember {
    #[field(primary_key)]
    email: String,
    #[field(references = AppLedger)]
    ledger: i64,
}
