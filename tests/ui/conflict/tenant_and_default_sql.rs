use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, placement = "row")]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(tenant, default_sql = "0")]
    pub tenant: String,
}

fn main() {}
