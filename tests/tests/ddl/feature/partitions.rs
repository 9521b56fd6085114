//! Range partitions by each interval and each type of column.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "partitions", models: models![AppLabResult].into() }
}

pub(crate) fn intervals() -> Feature {
    Feature { name: "partition_intervals", models: models![AppHit, AppVisit, AppInvoice].into() }
}

/// As in the README.
#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, high_volume, partition_by = "created_at", retention = "24 months")]
#[index(columns = ["test_type", "created_at"], unique)]
pub(crate) struct AppLabResult {
    #[field(primary_key)]
    pub(crate) id: Uuid,
    pub(crate) test_type: String,
    pub(crate) value: f64,
    pub(crate) unit: Option<String>,
    pub(crate) tags: BTreeSet<String>,
    pub(crate) created_at: DateTime<Utc>,
}

#[derive(PlatformModel)]
#[model(group = "web")]
#[storage(postgres, partition_by = "at", partition_interval = "day", partition_premake = 2)]
pub(crate) struct AppHit {
    #[field(primary_key)]
    pub(crate) at: NaiveDateTime,
    #[field(primary_key)]
    pub(crate) page: String,
}

#[derive(PlatformModel)]
#[model(group = "web")]
#[storage(postgres, partition_by = "day", partition_interval = "week", retention = "8 weeks")]
pub(crate) struct AppVisit {
    #[field(primary_key)]
    pub(crate) id: i64,
    pub(crate) day: NaiveDate,
}

#[derive(PlatformModel)]
#[model(group = "web")]
#[storage(postgres, partition_by = "issued", partition_interval = "year", partition_premake = 1)]
pub(crate) struct AppInvoice {
    #[field(primary_key)]
    pub(crate) id: i64,
    pub(crate) issued: DateTime<Utc>,
}
