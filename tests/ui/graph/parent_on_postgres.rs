use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(parent)]
    pub base: Base,
}

#[derive(PlatformModel)]
#[model(group = "crm")]
#[storage(terminusdb, abstract)]
pub struct Base {
    pub name: String,
}

fn main() {}
