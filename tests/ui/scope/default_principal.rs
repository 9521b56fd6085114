use sqh_runtime::prelude::*;

pub fn run() -> Principal {
    Default::default()
}

fn main() {}
