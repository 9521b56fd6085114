use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if authenticated and status == "open")]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub status: String,
}

fn main() {}
