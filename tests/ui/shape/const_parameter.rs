use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result<const N: usize> {
    #[field(primary_key)]
    pub id: Uuid,
    pub values: [f64; N],
}

fn main() {}
