use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
pub enum Result {
    High,
    Low,
}

fn main() {}
