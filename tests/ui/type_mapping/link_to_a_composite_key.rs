use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub part: Link<Part>,
}

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Part {
    #[field(primary_key)]
    pub a: i32,
    #[field(primary_key)]
    pub b: i32,
}

fn main() {}
