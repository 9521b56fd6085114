use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[index(columns = ["location desc"], using = "gist")]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub location: Point,
}

fn main() {}
