use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if is_public < true)]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub is_public: bool,
}

fn main() {}
