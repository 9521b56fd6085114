use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, placement = "schema")]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(tenant)]
    pub tenant: String,
}

fn main() {}
