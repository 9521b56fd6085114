use sqh_runtime::prelude::*;

pub fn run() -> Cx {
    Cx::default()
}

fn main() {}
