use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[has_many(name = "parts", name = "pieces", model = Result, via = whole)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub whole: Option<Uuid>,
}

fn main() {}
