use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab", search(language = "english"))]
#[storage(postgres, rls)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(search)]
    pub notes: String,
}

fn main() {}
