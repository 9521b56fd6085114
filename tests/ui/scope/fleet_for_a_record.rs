use sqh_runtime::prelude::*;
use sqh_runtime::scope::Fleet;

/// A sample.
#[derive(Debug, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Sample {
    #[field(primary_key)]
    code: String,
}

pub async fn run(records: &PlatformGroupRecordService, cx: &Cx<Fleet>) -> Result<Sample> {
    records.get::<Sample>(cx, "S-1".to_owned()).await
}

fn main() {}
