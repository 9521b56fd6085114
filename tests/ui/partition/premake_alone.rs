use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, partition_premake = 2)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub at: DateTime<Utc>,
}

fn main() {}
