use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "crm")]
#[index(columns = ["name"])]
pub struct Account {
    pub id: Id<Self>,
    pub name: String,
}

fn main() {}
