use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
pub struct Address<'a> {
    pub city: &'a str,
}

fn main() {}
