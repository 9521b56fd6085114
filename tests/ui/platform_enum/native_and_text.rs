use sqh_runtime::prelude::*;

#[derive(PlatformEnum)]
#[platform_enum(native, text)]
pub enum Status {
    Open,
}

fn main() {}
