//! Values with fields of their own: as columns, as one document, as what they wrap.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "embedded", models: models![AppCustomer].into() }
}

#[derive(PlatformModel)]
#[model(group = "shop")]
#[storage(postgres)]
#[index(columns = ["address.place.town", "name desc"])]
#[index(columns = ["billing"], unique)]
struct AppCustomer {
    #[field(primary_key)]
    id: CustomerNumber,
    name: String,
    #[field(index)]
    address: Address,
    billing: Option<Account>,
    settings: Settings,
}

#[derive(PlatformValue)]
struct CustomerNumber(i64);

#[derive(PlatformValue)]
#[platform_value(flatten)]
struct Address {
    #[field(max_len = 80)]
    street: String,
    place: Place,
}

#[derive(PlatformValue)]
#[platform_value(flatten)]
struct Place {
    town: Option<String>,
    #[field(column = "zip", sql_type = "char(5)")]
    postcode: String,
}

#[derive(PlatformValue)]
#[platform_value(flatten)]
struct Account {
    bank: String,
    number: String,
}

#[derive(PlatformValue)]
#[platform_value(json)]
struct Settings {
    dark: bool,
}
