use sqh_runtime::prelude::*;

#[derive(PlatformEnum)]
#[platform_enum(rename_all = "lowercase")]
pub enum Status {
    OnHold,
    Onhold,
}

fn main() {}
