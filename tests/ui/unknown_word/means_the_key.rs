use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(pk)]
    pub id: Uuid,
    pub value: f64,
}

fn main() {}
