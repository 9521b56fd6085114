use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if [1, "2"].contains(level))]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub level: i32,
}

fn main() {}
