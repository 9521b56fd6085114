use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
pub union Result {
    whole: i64,
    part: f64,
}

fn main() {}
