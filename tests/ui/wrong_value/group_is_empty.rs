use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub value: f64,
}

fn main() {}
