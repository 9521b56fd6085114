use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "crm")]
pub struct Account {
    pub id: Id<Self>,
    #[field(parent)]
    pub base: Base,
}

pub struct Base;

fn main() {}
