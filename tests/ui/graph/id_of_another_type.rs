use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "crm")]
pub struct Account {
    pub id: Uuid,
    pub name: String,
}

fn main() {}
