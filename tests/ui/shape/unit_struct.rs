use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
pub struct Result;

fn main() {}
