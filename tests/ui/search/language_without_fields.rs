use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab", search(language = "english"))]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub notes: String,
}

fn main() {}
