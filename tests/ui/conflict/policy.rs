use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if owner)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(owner)]
    pub owner: Uuid,
}

fn main() {}
