use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab", search(language = "englisch"))]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(search)]
    pub notes: String,
}

fn main() {}
