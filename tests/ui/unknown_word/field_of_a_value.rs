use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
pub struct Address {
    #[field(index)]
    pub city: String,
}

fn main() {}
