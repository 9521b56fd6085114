use sqh_runtime::prelude::*;
use sqh_runtime::scope::Fleet;

pub fn run(cx: &Cx) -> Cx<Fleet> {
    cx.clone()
}

fn main() {}
