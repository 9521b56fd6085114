use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(raed) if ownr)]
#[policy(forbid(update) if level == "3" || status == 1)]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub level: i32,
    pub status: String,
}

fn main() {}
