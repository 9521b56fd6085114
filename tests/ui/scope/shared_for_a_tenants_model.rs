use sqh_runtime::prelude::*;
use sqh_runtime::scope::Shared;

/// A sample.
#[derive(Debug, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Sample {
    #[field(primary_key)]
    code: String,
}

pub async fn run(records: &PlatformGroupRecordService, cx: &Cx<Shared>, sample: Sample) -> Result<Sample> {
    records.create(cx, sample).await
}

fn main() {}
