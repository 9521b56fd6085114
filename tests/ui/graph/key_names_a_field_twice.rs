use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "crm")]
#[storage(terminusdb, key = lexical("name", "name"))]
pub struct Account {
    pub id: Id<Self>,
    pub name: String,
}

fn main() {}
