use sqh_runtime::prelude::*;

#[derive(PlatformEnum)]
pub enum Status {
    #[field(rename = "offen")]
    Open,
}

fn main() {}
