use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary)]
    pub id: Uuid,
    #[field(primary_key)]
    pub code: String,
}

fn main() {}
