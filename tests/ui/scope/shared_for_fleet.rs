use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqh_runtime::scope::Shared;

pub async fn run(platform: &Platform, cx: &Cx<Shared>) -> bool {
    platform.doctor(cx).await.is_ok()
}

fn main() {}
