use sqh_runtime::Platform;
use sqh_runtime::prelude::*;

pub async fn run(platform: &Platform, cx: &Cx) -> Result<()> {
    platform.tenants().suspend(cx, "acme").await.map(drop)
}

fn main() {}
