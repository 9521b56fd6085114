use sqh_runtime::prelude::*;

#[derive(PlatformEnum)]
#[platform_enum(text, text)]
pub enum Status {
    Open,
}

fn main() {}
