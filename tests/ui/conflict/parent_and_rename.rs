use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "crm")]
pub struct Account {
    pub id: Id<Self>,
    #[field(parent, rename = "base")]
    pub base: Base,
}

#[derive(PlatformModel)]
#[model(group = "crm")]
#[storage(terminusdb, abstract)]
pub struct Base {
    pub name: String,
}

fn main() {}
