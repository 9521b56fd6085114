use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if address.city == 3)]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub address: Address,
}

#[derive(PlatformValue)]
pub struct Address {
    pub city: String,
}

fn main() {}
