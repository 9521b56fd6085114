use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[has_many(name = "parts", model = Part, via = result)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
}

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Part {
    #[field(primary_key)]
    pub id: Uuid,
    pub result_id: Uuid,
}

fn main() {}
