use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub address: BTreeSet<Address>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Address;

fn main() {}
