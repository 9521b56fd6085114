use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
pub struct Address {
    pub number: u8,
}

fn main() {}
