use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub value: f64,
}

fn main() {}
