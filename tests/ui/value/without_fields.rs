use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
pub struct Nothing {}

fn main() {}
