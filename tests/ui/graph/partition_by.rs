use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "crm")]
#[storage(terminusdb, partition_by = "at")]
pub struct Account {
    pub id: Id<Self>,
    pub at: DateTime<Utc>,
}

fn main() {}
