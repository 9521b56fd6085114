use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read) if status == "lockd")]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub status: Status,
}

#[derive(PlatformEnum)]
#[platform_enum(rename_all = "snake_case")]
pub enum Status {
    Open,
    Locked,
}

fn main() {}
