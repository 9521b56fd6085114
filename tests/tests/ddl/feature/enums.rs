//! Enums as types of their own and as checked text, alone and in arrays.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "enums", models: models![AppTicket, AppTask].into() }
}

#[derive(PlatformModel)]
#[model(group = "desk")]
#[storage(postgres)]
struct AppTicket {
    #[field(primary_key)]
    id: i64,
    #[field(index)]
    order: Order,
    #[field(default = Order::Low)]
    orders: Option<Order>,
    all_orders: Vec<Order>,
    #[field(default = State::Open, check = "state <> 'shut' OR id > 0")]
    state: State,
    states: BTreeSet<State>,
    maybe: Option<State>,
    single: Single,
}

/// Shares the type of the other.
#[derive(PlatformModel)]
#[model(group = "desk")]
#[storage(postgres)]
struct AppTask {
    #[field(primary_key)]
    id: i64,
    order: Order,
}

#[derive(PlatformEnum)]
#[platform_enum(native, rename_all = "snake_case")]
enum Order {
    Low,
    VeryHigh,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, PlatformEnum)]
#[platform_enum(text, rename_all = "snake_case")]
enum State {
    Open,
    Shut,
    NobodysBusiness,
}

#[derive(PlatformEnum)]
#[platform_enum(text)]
enum Single {
    Only,
}
