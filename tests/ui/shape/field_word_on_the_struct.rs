use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[field(primary_key)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub value: f64,
}

fn main() {}
