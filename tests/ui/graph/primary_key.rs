use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "crm")]
pub struct Account {
    #[field(primary_key)]
    pub id: Uuid,
    pub name: String,
}

fn main() {}
