use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if level < 70_000)]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub level: i16,
}

fn main() {}
