use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if tags == "x")]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub tags: Vec<String>,
}

fn main() {}
