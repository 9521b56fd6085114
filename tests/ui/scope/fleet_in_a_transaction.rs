use sqh_runtime::prelude::*;
use sqh_runtime::scope::Fleet;

pub async fn run(records: &PlatformGroupRecordService, cx: &Cx<Fleet>) -> Result<Transaction> {
    records.begin(cx).await
}

fn main() {}
