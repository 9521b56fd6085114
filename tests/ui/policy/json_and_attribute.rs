use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if extra == user.extra)]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub extra: serde_json::Value,
}

fn main() {}
