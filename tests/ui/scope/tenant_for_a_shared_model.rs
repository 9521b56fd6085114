use sqh_runtime::prelude::*;

/// A unit.
#[derive(Debug, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, shared)]
pub struct Unit {
    #[field(primary_key)]
    code: String,
}

pub async fn run(records: &PlatformGroupRecordService, cx: &Cx) -> Result<Unit> {
    records.get::<Unit>(cx, "mg/l".to_owned()).await
}

fn main() {}
