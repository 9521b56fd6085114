use sqh_runtime::prelude::*;
use sqh_runtime::scope::Fleet;

pub async fn run(records: &PlatformGroupRecordService, cx: &Cx<Fleet>, key: &serde_json::Value) -> Result<serde_json::Value> {
    records.get_dyn(cx, "lab", "Sample", key).await
}

fn main() {}
