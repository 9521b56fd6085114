use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(forbid(update) if level == "3" || status == 1)]
#[policy(allow(read) if level < 2.5)]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub level: i32,
    pub status: String,
}

fn main() {}
