use sqh_runtime::prelude::*;

#[derive(PlatformEnum)]
pub enum Status<T> {
    Open,
    Closed(T),
}

fn main() {}
