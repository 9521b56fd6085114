use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model = "lab"]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
}

fn main() {}
