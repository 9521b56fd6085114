use sqh_runtime::prelude::*;
use sqh_runtime::scope::Fleet;

pub fn run() {
    let _ = Cx::<Fleet>::of_fleet;
}

fn main() {}
