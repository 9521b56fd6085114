use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, partition_by = "created_at")]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub at: DateTime<Utc>,
}

fn main() {}
