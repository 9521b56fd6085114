use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, rls)]
#[index(columns = ["unit"], using = "gin", ops = "gin_trgm_ops")]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub unit: String,
}

fn main() {}
