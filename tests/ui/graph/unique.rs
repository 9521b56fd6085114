use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "crm")]
pub struct Account {
    pub id: Id<Self>,
    #[field(unique)]
    pub name: String,
}

fn main() {}
