use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[has_many(name = "parts", model = Result)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub value: f64,
}

fn main() {}
