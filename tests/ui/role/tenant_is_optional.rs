use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, placement = "row")]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(tenant)]
    pub tenant: Option<String>,
}

fn main() {}
