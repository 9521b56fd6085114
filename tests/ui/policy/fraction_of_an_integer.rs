use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if level > 2.5)]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub level: i32,
}

fn main() {}
