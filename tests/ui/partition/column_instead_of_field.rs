use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, partition_by = "measured")]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(column = "measured")]
    pub at: DateTime<Utc>,
}

fn main() {}
