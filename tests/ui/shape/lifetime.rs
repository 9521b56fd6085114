use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result<'a> {
    #[field(primary_key)]
    pub id: Uuid,
    pub unit: &'a str,
}

fn main() {}
