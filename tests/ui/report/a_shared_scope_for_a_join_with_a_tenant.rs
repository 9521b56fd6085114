use sqh_runtime::prelude::*;
use sqh_runtime::report::{count, from};
use sqh_runtime::scope::Shared;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct AppSample {
    #[field(primary_key)]
    pub id: i64,
    pub station: String,
}

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, shared)]
pub struct AppStation {
    #[field(primary_key)]
    pub code: String,
}

async fn count_them(platform: sqh_runtime::Platform, cx: Cx<Shared>) -> Result<Vec<(i64,)>> {
    let report = from::<AppSample>().inner_join(AppSample::STATION.equals(AppStation::CODE)).aggregate((count(),));
    platform.postgres().join_shared(&cx, report).await
}

fn main() {}
