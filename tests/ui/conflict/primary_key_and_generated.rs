use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key, generated = "gen_random_uuid()")]
    pub id: Uuid,
}

fn main() {}
