use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "crm")]
pub struct Account {
    pub id: Id<Self>,
    #[field(generated = "upper(name)")]
    pub name: String,
}

fn main() {}
