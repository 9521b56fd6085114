use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "crm")]
pub struct Account {
    pub id: Id<Contact>,
    pub name: String,
}

#[derive(PlatformModel)]
#[model(group = "crm")]
pub struct Contact {
    pub id: Id<Self>,
}

fn main() {}
