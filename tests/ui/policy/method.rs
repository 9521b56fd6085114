use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if region.is_none())]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub region: Option<String>,
}

fn main() {}
