use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
#[platform_value(flatten, json)]
pub struct Address {
    pub city: String,
}

fn main() {}
