//! Stations and their measurements, shared and, for comparison, the tenant's own; and what the tenant has of them.

use sqh_runtime::prelude::*;

macro_rules! models {
    ($storage:meta, $station:ident, $measurement:ident) => {
        #[derive(Debug, Clone, PartialEq, PlatformModel)]
        #[model(group = "bench")]
        #[$storage]
        pub(crate) struct $station {
            #[field(primary_key)]
            pub(crate) code: String,
            pub(crate) name: String,
            pub(crate) basin: String,
        }

        #[derive(Debug, Clone, PartialEq, PlatformModel)]
        #[model(group = "bench")]
        #[$storage]
        #[index(columns = ["station", "taken_at"])]
        pub(crate) struct $measurement {
            #[field(primary_key)]
            pub(crate) id: i64,
            pub(crate) station: String,
            pub(crate) taken_at: DateTime<Utc>,
            pub(crate) value: f64,
        }
    };
}

models!(storage(postgres, shared), AppStation, AppMeasurement);
models!(storage(postgres), AppOwnStation, AppOwnMeasurement);

/// A station that the tenant watches.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "bench")]
#[storage(postgres)]
pub(crate) struct AppWatch {
    #[field(primary_key)]
    pub(crate) station: String,
}

/// A sample of the tenant.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "bench")]
#[storage(postgres)]
pub(crate) struct AppSample {
    #[field(primary_key)]
    pub(crate) id: i64,
    pub(crate) station: String,
    pub(crate) amount: f64,
}
