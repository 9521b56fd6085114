use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(raed))]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
}

fn main() {}
