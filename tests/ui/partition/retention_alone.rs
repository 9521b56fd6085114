use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, retention = "1 year")]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub at: DateTime<Utc>,
}

fn main() {}
