use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if team)]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub team: String,
}

fn main() {}
