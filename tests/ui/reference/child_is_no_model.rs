use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[has_many(name = "parts", model = Part, via = result_id)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
}

pub struct Part {
    pub result_id: Uuid,
}

fn main() {}
