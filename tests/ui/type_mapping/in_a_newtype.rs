use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
pub struct Number(pub u8);

fn main() {}
