use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
#[platform_value(jsonb)]
pub struct Address {
    pub city: String,
}

fn main() {}
