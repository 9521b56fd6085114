use sqh_runtime::prelude::*;

pub fn run(identity: Identity) -> Principal {
    Principal(identity)
}

fn main() {}
