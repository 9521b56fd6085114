use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "crm")]
pub struct Account {
    pub id: Id<Self>,
    #[field(references = Account)]
    pub other: Option<String>,
}

fn main() {}
