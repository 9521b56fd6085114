use sqh_runtime::prelude::*;

pub fn run(other: Cx) -> Cx {
    Cx { ..other }
}

fn main() {}
