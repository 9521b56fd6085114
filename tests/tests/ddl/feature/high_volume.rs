//! Growing tables without partitions.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "high_volume", models: models![AppEvent, AppReading].into() }
}

#[derive(PlatformModel)]
#[model(group = "log")]
#[storage(postgres, high_volume)]
struct AppEvent {
    #[field(primary_key)]
    id: Uuid,
    #[field(created_at, index)]
    created_at: DateTime<Utc>,
}

/// Its own index over time stands for the derived one.
#[derive(PlatformModel)]
#[model(group = "log")]
#[storage(postgres, high_volume)]
#[index(columns = ["created_at"], using = "brin", ops = "timestamptz_minmax_multi_ops", name = "reading_time")]
struct AppReading {
    #[field(primary_key)]
    id: Uuid,
    #[field(created_at)]
    created_at: DateTime<Utc>,
}
