use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result<T> {
    #[field(primary_key)]
    pub id: Uuid,
    pub value: T,
}

fn main() {}
