use sqh_runtime::Platform;
use sqh_runtime::prelude::*;

pub async fn run(platform: &Platform) -> Result<Cx> {
    platform.tenant("acme").await
}

fn main() {}
