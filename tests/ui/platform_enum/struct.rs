use sqh_runtime::prelude::*;

#[derive(PlatformEnum)]
pub struct Status {
    pub name: String,
}

fn main() {}
