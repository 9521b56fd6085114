use sqh_runtime::Platform;
use sqh_runtime::prelude::*;

pub async fn run(platform: &Platform, identity: &Identity) -> Result<Cx> {
    platform.tenant(identity, "acme").await
}

fn main() {}
