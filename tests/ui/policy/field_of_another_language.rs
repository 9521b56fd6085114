use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if is_owner)]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    #[field(owner)]
    pub created_by: Uuid,
}

fn main() {}
