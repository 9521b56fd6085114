use sqh_runtime::prelude::*;

#[derive(PlatformEnum)]
pub enum Status {
    Open,
    Closed(String),
}

fn main() {}
