use sqh_runtime::Platform;

pub async fn run(platform: &Platform) -> bool {
    platform.databases().is_some()
}

fn main() {}
