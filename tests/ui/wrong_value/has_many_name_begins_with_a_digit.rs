use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[has_many(name = "2_parts", model = Part, via = whole)]
pub struct Whole {
    #[field(primary_key)]
    pub id: Uuid,
}

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Part {
    #[field(primary_key)]
    pub id: Uuid,
    pub whole: Uuid,
}

fn main() {}
