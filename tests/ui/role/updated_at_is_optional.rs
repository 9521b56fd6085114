use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(updated_at)]
    pub updated_at: Option<DateTime<Utc>>,
}

fn main() {}
