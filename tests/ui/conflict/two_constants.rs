use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub value: f64,
    #[allow(non_snake_case)]
    pub Value: f64,
}

fn main() {}
