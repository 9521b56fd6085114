use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if cache == 1)]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    #[field(skip)]
    pub cache: i32,
}

fn main() {}
