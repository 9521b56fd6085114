use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, partition_by = "at")]
#[index(columns = ["code"], unique)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub code: String,
}

fn main() {}
