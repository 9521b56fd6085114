use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub a: i32,
    #[field(primary_key)]
    pub b: i32,
    #[field(primary_key)]
    pub c: i32,
    #[field(primary_key)]
    pub d: i32,
    #[field(primary_key)]
    pub e: i32,
    #[field(primary_key)]
    pub f: i32,
    #[field(primary_key)]
    pub g: i32,
}

fn main() {}
