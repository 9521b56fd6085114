use sqh_runtime::prelude::*;

#[derive(PlatformEnum)]
pub enum Status {}

fn main() {}
