use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, partition_by = "create_at")]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
}

fn main() {}
