use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
pub struct Range(pub f64, pub f64);

fn main() {}
