use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(references = Sample)]
    pub sample: Uuid,
}

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, partition_by = "at")]
pub struct Sample {
    #[field(primary_key)]
    pub id: Uuid,
    pub at: DateTime<Utc>,
}

fn main() {}
