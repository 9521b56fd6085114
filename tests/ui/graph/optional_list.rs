use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "crm")]
pub struct Account {
    pub id: Id<Self>,
    pub names: Option<Vec<String>>,
}

fn main() {}
