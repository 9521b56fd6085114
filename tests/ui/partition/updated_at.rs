use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, partition_by = "at")]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(updated_at)]
    pub at: DateTime<Utc>,
}

fn main() {}
