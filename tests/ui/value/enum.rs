use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
pub enum Status {
    Open,
    Closed,
}

fn main() {}
