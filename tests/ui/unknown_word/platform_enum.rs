use sqh_runtime::prelude::*;

#[derive(PlatformEnum)]
#[platform_enum(rename = "snake_case")]
pub enum Status {
    Open,
}

fn main() {}
