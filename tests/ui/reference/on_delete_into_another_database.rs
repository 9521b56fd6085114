use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(references = Station, on_delete = "cascade")]
    pub station: String,
}

#[derive(PlatformModel)]
#[model(group = "water")]
#[storage(postgres, shared)]
pub struct Station {
    #[field(primary_key)]
    pub code: String,
    pub height: f64,
}

fn main() {}
