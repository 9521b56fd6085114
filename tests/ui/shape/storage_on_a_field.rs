use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[storage(postgres)]
    pub value: f64,
}

fn main() {}
