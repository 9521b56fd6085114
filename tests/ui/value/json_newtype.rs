use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
#[platform_value(json)]
pub struct Name(pub String);

fn main() {}
