use sqh_runtime::prelude::*;

#[derive(PlatformEnum)]
#[platform_enum(rename_all = "snakecase")]
pub enum Status {
    Open,
}

fn main() {}
