//! Keys and unique constraints.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "keys", models: models![AppSeat].into() }
}

#[derive(PlatformModel)]
#[model(group = "hall")]
#[storage(postgres)]
#[index(columns = ["hall", "label"], unique)]
#[index(columns = ["label", "hall"], unique, name = "seat_label")]
#[index(columns = ["label desc"], unique, where = "holder IS NULL")]
struct AppSeat {
    #[field(primary_key)]
    hall: i32,
    #[field(primary_key)]
    number: i16,
    label: String,
    #[field(unique)]
    barcode: Uuid,
    #[field(unique)]
    holder: Option<String>,
}
