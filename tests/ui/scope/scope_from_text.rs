use sqh_runtime::prelude::*;

pub fn run() -> Cx {
    Cx::from("acme")
}

fn main() {}
